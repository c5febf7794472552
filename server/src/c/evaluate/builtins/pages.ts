/** Addresses, page frame numbers and struct pages into each other. */
import { bytesOf } from '../../../../../engine/src/address.ts';
import { INT, pointerTo, structOf, UNSIGNED_LONG, type Value, VOID } from '../../../../../engine/src/kernel/ctype.ts';
import { pfnOfEntry } from '../../../../../engine/src/kernel/entry.ts';
import type { Memory } from '../../../../../engine/src/kernel/memory.ts';
import { pageOfPfn, pfnOfPage, vmemmapStart } from '../../../../../engine/src/kernel/page.ts';
import { keyIdAddressOfPage, pageKeyId } from '../../../../../engine/src/kernel/page-ext.ts';
import { lookupEntry } from '../../../../../engine/src/kernel/table-entries.ts';
import type { Layout } from '../../../../../engine/src/layout.ts';
import type { Machine } from '../../../../../engine/src/machine.ts';
import { make } from '../arithmetic.ts';
import type { Builtin, BuiltinTable } from '../types.ts';
import { vmalloc } from './constants.ts';
import { always, bool, int, ulong } from './table.ts';
import { keyIdMask } from './variables.ts';

const PAGE_POINTER = pointerTo(structOf('page'));
const VOID_POINTER = pointerTo(VOID);
const KERNEL_MAP = 0xffffffff80000000n;

/** A physical address as `__va()` gives it: KeyID-0's direct mapping. */
export const toVirtual = (layout: Layout, physical: bigint): bigint => BigInt.asUintN(64, physical + layout.pageOffset);

/** `__pa()`: the direct mappings by mask (any KeyID's), the kernel's image by its own mapping. */
export function toPhysical(machine: Machine, address: bigint): bigint {
  if (address >= KERNEL_MAP) return walk(machine, address) ?? address - KERNEL_MAP;
  const { pageOffset, directMappingSize } = machine.layout;
  // A mask where the size is a power of two, as in the kernel.
  return BigInt.asUintN(64, address - pageOffset) % directMappingSize;
}

/** slow_virt_to_phys(), v4.18 to v6.1: by the entry, which keeps its frame when it is not present any more. */
const throughEntry: Builtin = {
  run({ memory, machine }, [value]) {
    const address = value ? signExtended(value) : 0n;
    const entry = lookupEntry({ memory, machine }, address);
    return ulong(entry ? (pfnOfEntry(entry.value) << 12n) + (address & (bytesOf[entry.page] - 1n)) : 0n);
  },
};

/** Through the page tables; null where nothing is mapped. */
function walk(machine: Machine, address: bigint): bigint | null {
  const mapping = machine.lookup(address);
  return mapping && (mapping.pfn << 12n) + (address - mapping.start);
}

const pageOf = (layout: Layout, pfn: bigint): Value => make(pageOfPfn(layout, pfn), PAGE_POINTER);
const pfnOf = pfnOfPage;

/** A function of one operand and the machine. */
const on = (compute: (operand: bigint, machine: Machine) => Value): Builtin => ({
  run: ({ machine }, [value]) => compute(value ? signExtended(value) : 0n, machine),
});

const signExtended = (value: Value): bigint =>
  value.type.kind === 'int' && value.type.signed
    ? BigInt.asUintN(64, BigInt.asIntN(value.type.bits, value.bits))
    : value.bits;

const virtual = (physical: bigint, { layout }: Machine): Value => make(toVirtual(layout, physical), VOID_POINTER);
const physical = (address: bigint, machine: Machine): Value => ulong(toPhysical(machine, address));
const ramPages = ({ layout }: Machine): bigint => layout.ramBytes >> 12n;
const between = (address: bigint, range: { start: bigint; end: bigint }): boolean =>
  address >= range.start && address < range.end;

const load = (memory: Memory, cpa: bigint, field: string): Value => {
  const found = memory.field('cpa_data', field);
  return memory.load(cpa + (found?.offset ?? 0n), found?.type ?? UNSIGNED_LONG);
};

/** __cpa_addr(cpa, i), v5.1 to v6.1: the i-th address of a request, in each of its three modes. */
const cpaAddress: Builtin = {
  run: ({ memory, machine }, [cpa, index]) => {
    if (!cpa || !index) return ulong(0n);
    const flags = load(memory, cpa.bits, 'flags');
    if (flags.opaque !== undefined) return flags;
    if (flags.bits & 4n) {
      const page = memory.load(load(memory, cpa.bits, 'pages').bits + index.bits * 8n, PAGE_POINTER);
      return ulong(toVirtual(machine.layout, pfnOf(machine.layout, page.bits) << 12n));
    }
    const vaddr = load(memory, cpa.bits, 'vaddr');
    if (flags.bits & 2n) return memory.load(vaddr.bits + index.bits * 8n, UNSIGNED_LONG);
    const first = memory.load(vaddr.bits, UNSIGNED_LONG);
    return first.opaque === undefined ? ulong(first.bits + (index.bits << 12n)) : first;
  },
};

/** page_address(), page_to_virt(): in the mapping of the page's own KeyID. */
const virtualOfPage: Builtin = {
  run: ({ memory, machine }, [page]) =>
    make(keyIdAddressOfPage(memory, machine.layout, page?.bits ?? 0n), VOID_POINTER),
};

/** vmalloc_to_pfn(): through the page tables. */
const mappedPfn = (address: bigint, machine: Machine): bigint => (walk(machine, address) ?? 0n) >> 12n;

export const pages: BuiltinTable = {
  constants: {
    vmemmap: ({ machine }) => make(vmemmapStart(machine.layout), PAGE_POINTER),
    mem_map: ({ machine }) => make(vmemmapStart(machine.layout), PAGE_POINTER),
  },
  functions: {
    __va: on(virtual),
    phys_to_virt: on(virtual),
    __pa: on(physical),
    __pa_nodebug: on(physical),
    __pa_symbol: on(physical),
    __phys_addr: on(physical),
    __phys_addr_nodebug: on(physical),
    virt_to_phys: on(physical),
    slow_virt_to_phys: throughEntry,
    pfn_to_kaddr: on((pfn, machine) => virtual(pfn << 12n, machine)),
    virt_to_pfn: on((address, machine) => ulong(toPhysical(machine, address) >> 12n)),
    virt_to_page: on((address, machine) => pageOf(machine.layout, toPhysical(machine, address) >> 12n)),
    virt_to_head_page: on((address, machine) => pageOf(machine.layout, toPhysical(machine, address) >> 12n)),
    pfn_to_page: on((pfn, { layout }) => pageOf(layout, pfn)),
    phys_to_page: on((address, { layout }) => pageOf(layout, address >> 12n)),
    page_to_pfn: on((page, { layout }) => ulong(pfnOf(layout, page))),
    page_to_phys: on((page, { layout }) => ulong(pfnOf(layout, page) << 12n)),
    page_to_virt: virtualOfPage,
    page_address: virtualOfPage,
    vmalloc_to_pfn: on((address, machine) => ulong(mappedPfn(address, machine))),
    vmalloc_to_page: on((address, machine) => pageOf(machine.layout, mappedPfn(address, machine))),
    pfn_valid: on((pfn, machine) => bool(pfn < ramPages(machine))),
    pfn_mapped: on((pfn, machine) => bool(pfn < ramPages(machine))),
    pfn_range_is_mapped: {
      run: ({ machine }, [start, end]) =>
        bool(start !== undefined && end !== undefined && start.bits < end.bits && end.bits <= ramPages(machine)),
    },
    virt_addr_valid: on((address, { layout }) =>
      bool(between(address, { start: layout.pageOffset, end: layout.pageOffset + layout.ramBytes })),
    ),
    is_vmalloc_addr: on((address, { layout }) => bool(between(address, vmalloc(layout)))),
    is_vmalloc_or_module_addr: on((address, { layout }) =>
      bool(
        between(address, vmalloc(layout)) || between(address, { start: 0xffffffffc0000000n, end: 0xffffffffff000000n }),
      ),
    ),
    page_keyid: {
      run: ({ memory, machine }, [page]) => int(page ? pageKeyId(memory, pfnOf(machine.layout, page.bits)) : 0),
    },
    mktme_keyid_shift: on((_none, { layout }) => int(layout.keyIdShift)),
    mktme_keyid_mask: on((_none, { layout }) => ulong(keyIdMask(layout))),
    mktme_nr_keyids: on((_none, { layout }) => make(BigInt(layout.keyIds), INT)),
    PageHighMem: always(int(0)),
    page_private: {
      run: ({ memory }, [page]) =>
        memory.load((page?.bits ?? 0n) + (memory.field('page', 'private')?.offset ?? 0n), UNSIGNED_LONG),
    },
    set_page_private: {
      run: ({ memory }, [page, value]) => {
        if (value)
          memory.store(
            (page?.bits ?? 0n) + (memory.field('page', 'private')?.offset ?? 0n),
            make(value.bits, UNSIGNED_LONG),
          );
        return undefined;
      },
    },
    __cpa_addr: cpaAddress,
    totalram_pages: on((_none, machine) => ulong(ramPages(machine))),
  },
};
