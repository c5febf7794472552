/** The kernel structs of the flow around a hunk: the fields that code of v4.18 to v6.1 uses, by the kernel's names. */
import { BOOL, type CType, INT, pointerTo, structOf, UNSIGNED_INT, UNSIGNED_LONG, VOID } from './ctype.ts';
import type { StructField } from './memory-layout.ts';

/** One-word types that C passes by value: an entry of each level of a page table, and the attribute bits of one. */
const word = (name: string): CType => ({ kind: 'int', bits: 64, signed: false, name });
export const PTE_T = word('pte_t');
export const PMD_T = word('pmd_t');
export const PUD_T = word('pud_t');
export const P4D_T = word('p4d_t');
export const PGD_T = word('pgd_t');
export const PGPROT_T = word('pgprot_t');

const fields = (list: Readonly<Record<string, CType>>): readonly StructField[] =>
  Object.entries(list).map(([name, type]) => ({ name, type }));

const LOCK = structOf('spinlock');

export const KERNEL_STRUCTS: Readonly<Record<string, readonly StructField[]>> = {
  spinlock: fields({ slock: UNSIGNED_INT }),
  rw_semaphore: fields({ count: UNSIGNED_LONG }),
  mutex: fields({ owner: UNSIGNED_LONG }),
  list_head: fields({ next: pointerTo(structOf('list_head')), prev: pointerTo(structOf('list_head')) }),
  // One-bit fields take a byte of their own: nobody looks at their place, only at their value.
  cpa_data: fields({
    vaddr: pointerTo(UNSIGNED_LONG),
    pgd: pointerTo(PGD_T),
    mask_set: PGPROT_T,
    mask_clr: PGPROT_T,
    numpages: UNSIGNED_LONG,
    curpage: UNSIGNED_LONG,
    pfn: UNSIGNED_LONG,
    flags: UNSIGNED_INT,
    force_split: BOOL,
    force_static_prot: BOOL,
    force_flush_all: BOOL,
    pages: pointerTo(pointerTo(structOf('page'))),
  }),
  mm_struct: fields({
    pgd: pointerTo(PGD_T),
    page_table_lock: LOCK,
    mmap_sem: structOf('rw_semaphore'),
    mmap_lock: structOf('rw_semaphore'),
  }),
  page: fields({
    flags: UNSIGNED_LONG,
    lru: structOf('list_head'),
    mapping: pointerTo(VOID),
    index: UNSIGNED_LONG,
    private: UNSIGNED_LONG,
    _mapcount: INT,
    _refcount: INT,
  }),
  page_ext: fields({ flags: UNSIGNED_LONG, keyid: INT }),
  mhp_restrictions: fields({ flags: UNSIGNED_LONG, altmap: pointerTo(structOf('vmem_altmap')) }),
  mhp_params: fields({ altmap: pointerTo(structOf('vmem_altmap')), pgprot: PGPROT_T, pgmap: pointerTo(VOID) }),
  vmem_altmap: fields({
    base_pfn: UNSIGNED_LONG,
    end_pfn: UNSIGNED_LONG,
    reserve: UNSIGNED_LONG,
    free: UNSIGNED_LONG,
    align: UNSIGNED_LONG,
    alloc: UNSIGNED_LONG,
  }),
};

/** Sizes that code computes with: `struct page` is 64 bytes, so that vmemmap arithmetic comes out as the kernel's. */
export const KERNEL_STRUCT_SIZES: Readonly<Record<string, bigint>> = { page: 64n };
