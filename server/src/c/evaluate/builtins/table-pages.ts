/** Allocating and freeing the pages of page tables: __get_free_page() and its kin, on the engine's frames. */
import { type CType, pointerTo, structOf, UNSIGNED_LONG, type Value } from '../../../../../engine/src/kernel/ctype.ts';
import { pageOfPfn, pfnOfPage } from '../../../../../engine/src/kernel/page.ts';
import type { Layout } from '../../../../../engine/src/layout.ts';
import type { Machine } from '../../../../../engine/src/machine.ts';
import { make } from '../arithmetic.ts';
import type { Builtin } from '../types.ts';
import { ENTRY_TYPES } from './entries.ts';
import { toPhysical, toVirtual } from './pages.ts';
import { bool, named, nothing, VOID_VALUE } from './table.ts';
import type { TableFrames } from './table-frames.ts';

const PAGE_POINTER = pointerTo(structOf('page'));

/** The frame of a struct page. */
const physicalOf = (layout: Layout, page: bigint): bigint => pfnOfPage(layout, page) << 12n;

const asPage = (layout: Layout, physical: bigint): bigint => pageOfPfn(layout, physical >> 12n);

/** __GFP_DIRECT_RECLAIM. */
const RECLAIM = 0x400n;

const maySleep = (flags: Value | undefined): boolean =>
  flags === undefined || flags.opaque !== undefined || (flags.bits & RECLAIM) !== 0n;

function functions(frames: TableFrames): Record<string, Builtin> {
  /** NULL where memory is short. */
  const allocate = (
    type: CType,
    address: (layout: Layout, physical: bigint) => bigint,
    flags: number | null,
  ): Builtin => ({
    run: ({ machine }, args) => {
      const physical = frames.allocate(flags === null || maySleep(args[flags]));
      return make(physical === null ? 0n : address(machine.layout, physical), type);
    },
    opaque: true,
    sees: 'nothing',
  });
  /** Freeing NULL does nothing. */
  const free = (argument: number, physical: (machine: Machine, value: bigint) => bigint): Builtin => ({
    run: ({ machine }, args: readonly Value[]) => {
      const value = args[argument]?.bits ?? 0n;
      const frame = value === 0n ? null : physical(machine, value);
      if (frame !== null) frames.free(frame);
      return VOID_VALUE;
    },
  });
  const byAddress = (argument: number): Builtin => free(argument, toPhysical);
  const byPage = (argument: number): Builtin => free(argument, ({ layout }, page) => physicalOf(layout, page));
  const table = (level: 'pte' | 'pmd' | 'pud' | 'p4d'): Builtin =>
    allocate(pointerTo(ENTRY_TYPES[level]), toVirtual, null);
  return {
    ...named(['__get_free_page', '__get_free_pages', 'get_zeroed_page'], allocate(UNSIGNED_LONG, toVirtual, 0)),
    ...named(['alloc_page', 'alloc_pages'], allocate(PAGE_POINTER, asPage, 0)),
    alloc_pages_node: allocate(PAGE_POINTER, asPage, 1),
    pte_alloc_one: allocate(PAGE_POINTER, asPage, null),
    pte_alloc_one_kernel: table('pte'),
    pmd_alloc_one: table('pmd'),
    pud_alloc_one: table('pud'),
    p4d_alloc_one: table('p4d'),
    ...named(['free_page', 'free_pages'], byAddress(0)),
    ...named(['__free_page', '__free_pages', 'put_page'], byPage(0)),
    ...named(['pte_free_kernel', 'pmd_free', 'pud_free', 'p4d_free'], byAddress(1)),
    pte_free: byPage(1),
    ...named(['pgtable_pte_page_ctor', 'pgtable_page_ctor'], { run: () => bool(true), opaque: true, sees: 'nothing' }),
    ...named(['pgtable_pte_page_dtor', 'pgtable_page_dtor', 'paravirt_release_pte', 'paravirt_alloc_pte'], nothing),
  };
}

export const tablePages = { functions, physicalOf };
