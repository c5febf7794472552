/** Constants of the field: page sizes, the layout of the address space, flags, error numbers, types' limits. */
import { pointerTo, type Value, VOID } from '../../../../../engine/src/kernel/ctype.ts';
import { PGPROT_T } from '../../../../../engine/src/kernel/structs.ts';
import type { Layout } from '../../../../../engine/src/layout.ts';
import type { Machine } from '../../../../../engine/src/machine.ts';
import { make } from '../arithmetic.ts';
import type { BuiltinTable } from '../types.ts';
import { int, uint, ulong } from './table.ts';
import { variables } from './variables.ts';

type Constants = BuiltinTable['constants'];
const all = <T>(list: Readonly<Record<string, T>>, value: (item: T) => Value): Constants =>
  Object.fromEntries(Object.entries(list).map(([name, item]) => [name, () => value(item)]));
const onLayout =
  (value: (layout: Layout) => Value) =>
  ({ machine }: { machine: Machine }): Value =>
    value(machine.layout);

const SHIFTS = { PAGE: 12, PMD: 21, PUD: 30, P4D: 39 };
const sizes: Record<string, Constants[string]> = {};
for (const [level, shift] of Object.entries(SHIFTS)) {
  const size = 1n << BigInt(shift);
  sizes[`${level}_SHIFT`] = () => int(shift);
  sizes[`${level}_SIZE`] = () => ulong(size);
  sizes[`${level}_MASK`] = () => ulong(~(size - 1n));
}
const pgdirShift = (layout: Layout): number => (layout.pagingLevels === 5 ? 48 : 39);

const layout: Constants = {
  PGDIR_SHIFT: onLayout((of) => int(pgdirShift(of))),
  PGDIR_SIZE: onLayout((of) => ulong(1n << BigInt(pgdirShift(of)))),
  PGDIR_MASK: onLayout((of) => ulong(~((1n << BigInt(pgdirShift(of))) - 1n))),
  PTRS_PER_P4D: onLayout((of) => int(of.pagingLevels === 5 ? 512 : 1)),
  PAGE_OFFSET: onLayout((of) => ulong(of.pageOffset)),
  page_offset_base: onLayout((of) => ulong(of.pageOffset)),
  VMALLOC_START: onLayout((of) => ulong(vmalloc(of).start)),
  VMALLOC_END: onLayout((of) => ulong(vmalloc(of).end - 1n)),
  max_pfn: onLayout((of) => ulong(of.ramBytes >> 12n)),
  max_low_pfn: onLayout((of) => ulong(of.ramBytes >> 12n)),
  max_pfn_mapped: onLayout((of) => ulong(of.ramBytes >> 12n)),
  high_memory: onLayout((of) => make(of.pageOffset + of.ramBytes, pointerTo(VOID))),
};

/** The range of vmalloc(), half-open. */
export function vmalloc(of: Layout): { readonly start: bigint; readonly end: bigint } {
  return of.pagingLevels === 5
    ? { start: 0xffa0000000000000n, end: 0xffd2000000000000n }
    : { start: 0xffffc90000000000n, end: 0xffffe90000000000n };
}

const entryBits: Constants = all(
  {
    _PAGE_PRESENT: 0x1n,
    _PAGE_RW: 0x2n,
    _PAGE_USER: 0x4n,
    _PAGE_PWT: 0x8n,
    _PAGE_PCD: 0x10n,
    _PAGE_ACCESSED: 0x20n,
    _PAGE_DIRTY: 0x40n,
    _PAGE_PSE: 0x80n,
    _PAGE_PAT: 0x80n,
    _PAGE_GLOBAL: 0x100n,
    _PAGE_PROTNONE: 0x100n,
    _PAGE_SPECIAL: 0x200n,
    _PAGE_CPA_TEST: 0x200n,
    _PAGE_PAT_LARGE: 0x1000n,
    _PAGE_NX: 1n << 63n,
    _PAGE_ENC: 0n,
    _PAGE_CACHE_MASK: 0x98n,
    _PAGE_LARGE_CACHE_MASK: 0x1018n,
    _KERNPG_TABLE: 0x63n,
    _PAGE_TABLE: 0x67n,
    __PAGE_KERNEL: 0x163n | (1n << 63n),
    __PAGE_KERNEL_EXEC: 0x163n,
    PTE_FLAGS_MASK: 0xfff0000000000fffn,
    MINORBITS: 20n,
  },
  ulong,
);

const protections: Constants = all(
  {
    PAGE_KERNEL: 0x163n | (1n << 63n),
    PAGE_KERNEL_EXEC: 0x163n,
    PAGE_KERNEL_RO: 0x161n | (1n << 63n),
    PAGE_KERNEL_RX: 0x161n,
    PAGE_KERNEL_NOCACHE: 0x17bn | (1n << 63n),
    PAGE_KERNEL_LARGE: 0x1e3n | (1n << 63n),
    PAGE_KERNEL_LARGE_EXEC: 0x1e3n,
    PAGE_NONE: 0x120n,
  },
  (bits) => make(bits, PGPROT_T),
);

const numbers: Constants = all(
  {
    PTRS_PER_PTE: 512,
    PTRS_PER_PMD: 512,
    PTRS_PER_PUD: 512,
    PTRS_PER_PGD: 512,
    false: 0,
    true: 1,
    CPA_FLUSHTLB: 1,
    CPA_ARRAY: 2,
    CPA_PAGES_ARRAY: 4,
    CPA_NO_CHECK_ALIAS: 8,
    PG_LEVEL_NONE: 0,
    PG_LEVEL_4K: 1,
    PG_LEVEL_2M: 2,
    PG_LEVEL_1G: 3,
    PG_LEVEL_512G: 4,
    PG_LEVEL_NUM: 5,
    _PAGE_CACHE_MODE_WB: 0,
    _PAGE_CACHE_MODE_WC: 1,
    _PAGE_CACHE_MODE_UC_MINUS: 2,
    _PAGE_CACHE_MODE_UC: 3,
    _PAGE_CACHE_MODE_WT: 4,
    _PAGE_CACHE_MODE_WP: 5,
    EPERM: 1,
    EINTR: 4,
    EIO: 5,
    EAGAIN: 11,
    ENOMEM: 12,
    EFAULT: 14,
    EBUSY: 16,
    EEXIST: 17,
    ENODEV: 19,
    EINVAL: 22,
    ENOSPC: 28,
    ERANGE: 34,
    ENOSYS: 38,
    EOPNOTSUPP: 95,
    NUMA_NO_NODE: -1,
    INT_MAX: 0x7fffffff,
    INT_MIN: -0x80000000,
    BITS_PER_LONG: 64,
    BITS_PER_BYTE: 8,
    MAX_ORDER: 11,
    NR_CPUS: 64,
    MHP_NONE: 0,
    MHP_MERGE_RESOURCE: 1,
  },
  int,
);

const words: Constants = all(
  {
    ULONG_MAX: (1n << 64n) - 1n,
    U64_MAX: (1n << 64n) - 1n,
    SIZE_MAX: (1n << 64n) - 1n,
    U32_MAX: 0xffffffffn,
    __START_KERNEL_map: 0xffffffff80000000n,
    KERNEL_IMAGE_SIZE: 1n << 30n,
    MODULES_VADDR: 0xffffffffc0000000n,
    MODULES_END: 0xffffffffff000000n,
    SZ_4K: 0x1000n,
    SZ_2M: 0x200000n,
    SZ_1G: 0x40000000n,
    PAGES_PER_SECTION: 0x8000n,
    SECTION_SIZE_BITS: 27n,
  },
  ulong,
);

const allocation: Constants = all(
  {
    GFP_KERNEL: 0xcc0,
    GFP_KERNEL_ACCOUNT: 0x400cc0,
    GFP_ATOMIC: 0xa20,
    GFP_NOWAIT: 0x800,
    GFP_NOIO: 0xc00,
    GFP_NOFS: 0xc40,
    GFP_USER: 0x100cc0,
    __GFP_ZERO: 0x100,
    __GFP_NOWARN: 0x2000,
    __GFP_NORETRY: 0x10000,
    __GFP_NOFAIL: 0x8000,
    UINT_MAX: 0xffffffff,
  },
  uint,
);

export const constants: BuiltinTable = {
  functions: {},
  constants: {
    NULL: () => make(0n, pointerTo(VOID)),
    LONG_MAX: () => make((1n << 63n) - 1n, { kind: 'int', bits: 64, signed: true }),
    ...sizes,
    ...layout,
    ...entryBits,
    ...protections,
    ...numbers,
    ...words,
    ...allocation,
    ...variables,
  },
};
