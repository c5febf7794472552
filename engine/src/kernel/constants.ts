/** Kernel constants that the models compute with, by the kernel's names and values (x86-64, v4.18 to v6.1). */

export const CPA_FLUSHTLB = 1n;
export const CPA_ARRAY = 2n;
export const CPA_PAGES_ARRAY = 4n;
export const CPA_NO_CHECK_ALIAS = 8n;

export const PAGE_BIT = {
  present: 1n << 0n,
  rw: 1n << 1n,
  user: 1n << 2n,
  pwt: 1n << 3n,
  pcd: 1n << 4n,
  accessed: 1n << 5n,
  dirty: 1n << 6n,
  /** _PAGE_PSE in a pmd or pud; the same bit is _PAGE_PAT in a pte. */
  pse: 1n << 7n,
  global: 1n << 8n,
  nx: 1n << 63n,
} as const;

/** _PAGE_CACHE_MASK: PWT, PCD and the PAT bit of a pte. */
export const PAGE_CACHE_MASK = PAGE_BIT.pwt | PAGE_BIT.pcd | PAGE_BIT.pse;

/** Bits 51:12 of an entry: the frame (and, in KeyID-N's mapping, the KeyID). */
export const ENTRY_FRAME_MASK = ((1n << 52n) - 1n) & ~0xfffn;

/** _KERNPG_TABLE: what an entry that points to a kernel page table carries. */
export const KERNPG_TABLE = PAGE_BIT.present | PAGE_BIT.rw | PAGE_BIT.accessed | PAGE_BIT.dirty;

/** enum pg_level */
export const PG_LEVEL = { '4K': 1n, '2M': 2n, '1G': 3n } as const;

/** enum page_cache_mode */
export const CACHE_MODE = { WB: 0n, WC: 1n, UC_MINUS: 2n, UC: 3n, WT: 4n, WP: 5n } as const;

/** cachemode2protval() with the PAT that the kernel programs: the pte bits that select each memory type. */
export const CACHE_PROTVAL: Readonly<Record<keyof typeof CACHE_MODE, bigint>> = {
  WB: 0n,
  WC: PAGE_BIT.pwt,
  UC_MINUS: PAGE_BIT.pcd,
  UC: PAGE_BIT.pcd | PAGE_BIT.pwt,
  WT: PAGE_BIT.pse | PAGE_BIT.pcd | PAGE_BIT.pwt,
  WP: PAGE_BIT.pse | PAGE_BIT.pwt,
};

export const ENOMEM = 12n;
export const EFAULT = 14n;
export const EINVAL = 22n;

export const GFP_KERNEL = 0xcc0n;

export const START_KERNEL_MAP = 0xffffffff80000000n;

/** tlb_single_page_flush_ceiling: above so many pages a flush takes the whole TLB. */
export const TLB_SINGLE_PAGE_FLUSH_CEILING = 33n;

/** An int result as the 64 bits of its value: 0 or a negative errno. */
export const negative = (errno: bigint): bigint => BigInt.asUintN(32, -errno);

/** PAGE_KERNEL: what the direct mapping of RAM carries. */
export const PAGE_KERNEL =
  PAGE_BIT.present | PAGE_BIT.rw | PAGE_BIT.accessed | PAGE_BIT.dirty | PAGE_BIT.global | PAGE_BIT.nx;
