/**
 * Kernel functions without a model of their own: what hunks call directly and the models use. Each acts on the machine
 * at once.
 */
import type { Range } from '../address.ts';
import { PAGE_BIT } from './constants.ts';
import { BOOL, type CType, INT, pointerTo, UNSIGNED_INT, UNSIGNED_LONG, type Value, VOID } from './ctype.ts';
import { walkedAddress } from './entry.ts';
import { pfnInImage } from './image.ts';
import type { Kernel } from './model.ts';
import { pfnOfPage } from './page.ts';
import { keyIdAddressOfPage, PAGE_EXT, pageExtOf } from './page-ext.ts';
import { allocateSplitTable } from './split-table.ts';
import { PTE_T } from './structs.ts';
import { entryAt, levelOf, lookupEntry, writeEntry } from './table-entries.ts';

export interface Primitive {
  readonly returns: CType;
  run(kernel: Kernel, args: readonly Value[]): Value | bigint | undefined;
}

type Args = readonly Value[];
const bitsOf = (args: Args, index: number): bigint => args[index]?.bits ?? 0n;

const effect = (run: (kernel: Kernel, args: Args) => void): Primitive => ({
  returns: VOID,
  run: (kernel, args) => {
    run(kernel, args);
    return undefined;
  },
});
const value = (returns: CType, run: (kernel: Kernel, args: Args) => bigint): Primitive => ({ returns, run });
const none = effect(() => undefined);
const zero = value(INT, () => 0n);

const flushEverything = effect((kernel) => kernel.machine.flushTlb('all'));
const flushOnePage = effect((kernel, args) => {
  const start = walkedAddress(bitsOf(args, 0), kernel.machine.layout.pagingLevels);
  kernel.machine.flushTlb({ start, end: start + 4096n });
});

/** clflush_cache_range(vaddr, size): size in bytes. */
const clflush = effect((kernel, args) => {
  const start = bitsOf(args, 0);
  const range: Range = { start, end: start + bitsOf(args, 1) };
  if (range.end > range.start) kernel.machine.flushCache(range);
});

/** Finds the entry of `address` and stores its level through the pointer, as lookup_address() and its kin do. */
function lookUp(kernel: Kernel, address: bigint, level: bigint): bigint {
  const entry = lookupEntry(kernel, address);
  if (level !== 0n) {
    kernel.memory.store(level, { type: UNSIGNED_INT, bits: entry ? levelOf(entry) : 0n });
  }
  return entry?.pointer ?? 0n;
}

/** on_each_cpu(f, arg, wait): in this flow f is always a TLB flush; with a memory type as argument it is __cpa_flush_all(). */
const onEachCpu = value(INT, (kernel, args) => {
  kernel.machine.flushTlb('all');
  if (bitsOf(args, 1) === 1n) kernel.machine.flushCache('all');
  return 0n;
});

const setEntry = effect((kernel, args) => {
  const entry = entryAt(kernel, bitsOf(args, 0));
  if (entry) writeEntry(kernel, entry, bitsOf(args, 1));
});

/** __set_pmd_pte(kpte, address, pte): a leaf again, or (without PSE) the table that replaces a huge leaf. */
const setHugeEntry = effect((kernel, args) => {
  const entry = entryAt(kernel, bitsOf(args, 0));
  const written = bitsOf(args, 2);
  if (!entry) return;
  if (written & PAGE_BIT.pse || !(written & PAGE_BIT.present)) return writeEntry(kernel, entry, written);
  // A failure that nobody has seen at the allocation is spent here: the second attempt succeeds.
  if (!kernel.machine.split(entry.start)) kernel.machine.split(entry.start);
});

const PTE_POINTER = pointerTo(PTE_T);

export const primitives: Readonly<Record<string, Primitive>> = {
  flush_tlb_all: flushEverything,
  __flush_tlb_all: flushEverything,
  __flush_tlb: flushEverything,
  flush_tlb_kernel_range: effect((kernel, args) => {
    const range: Range = { start: bitsOf(args, 0), end: bitsOf(args, 1) };
    if (range.end > range.start) kernel.machine.flushTlb(range);
  }),
  __flush_tlb_one_kernel: flushOnePage,
  flush_tlb_one_kernel: flushOnePage,
  on_each_cpu: onEachCpu,
  wbinvd: effect((kernel) => kernel.machine.flushCache('all')),
  wbinvd_on_all_cpus: value(INT, (kernel) => {
    kernel.machine.flushCache('all');
    return 0n;
  }),
  clflush_cache_range: clflush,
  clflush_cache_range_opt: clflush,
  lookup_page_ext: value(pointerTo(PAGE_EXT), ({ machine, memory }, args) =>
    pageExtOf(memory, pfnOfPage(machine.layout, bitsOf(args, 0))),
  ),
  clear_highpage: effect(({ machine, memory }, args) => {
    const address = keyIdAddressOfPage(memory, machine.layout, bitsOf(args, 0));
    machine.access(address, address + 4096n, 'write');
  }),
  arch_flush_lazy_mmu_mode: none,
  kmap_flush_unused: none,
  vm_unmap_aliases: none,
  debug_checkwx: none,
  set_ftrace_ops_ro: none,
  mb: none,

  sync_global_pgds: effect((kernel, args) => {
    // The kernel's range is inclusive: callers pass the last byte.
    kernel.machine.syncGlobalPgds(bitsOf(args, 0), bitsOf(args, 1) + 1n);
  }),

  lookup_address: value(PTE_POINTER, (kernel, args) => lookUp(kernel, bitsOf(args, 0), bitsOf(args, 1))),
  _lookup_address_cpa: value(PTE_POINTER, (kernel, args) => lookUp(kernel, bitsOf(args, 1), bitsOf(args, 2))),
  set_pte_atomic: setEntry,
  __set_pmd_pte: setHugeEntry,
  fix_addr: value(UNSIGNED_LONG, (_kernel, args) => BigInt.asUintN(64, BigInt.asIntN(63, bitsOf(args, 0)))),
  alloc_pages: value(pointerTo(VOID), allocateSplitTable),

  pfn_range_is_mapped: value(BOOL, (kernel, args) =>
    bitsOf(args, 1) << 12n <= kernel.machine.layout.ramBytes ? 1n : 0n,
  ),
  __cpa_pfn_in_highmap: value(BOOL, (_kernel, args) => (pfnInImage(bitsOf(args, 0)) ? 1n : 0n)),
  within: value(INT, (_kernel, args) =>
    bitsOf(args, 0) >= bitsOf(args, 1) && bitsOf(args, 0) < bitsOf(args, 2) ? 1n : 0n,
  ),
  debug_pagealloc_enabled: value(BOOL, (kernel) => (kernel.facts.debugPagealloc ? 1n : 0n)),
  /** Memory types are bookkeeping beside the page tables: requests for RAM are granted. */
  reserve_memtype: zero,
  memtype_reserve: zero,
  free_memtype: zero,
  memtype_free: zero,
  __add_pages: zero,
  __remove_pages: none,
  /** The only static key of the field is mktme_enabled_key. */
  static_branch_enable: effect((kernel) => kernel.machine.turnOn()),
};
