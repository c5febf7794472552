/** The entries that no other scenario uses, each once, on pages that they really change. */
import { PAGE_SIZE } from '../../address.ts';
import type { Version } from '../model.ts';
import { pageOfPfn } from '../page.ts';
import type { Scenario } from '../scenario.ts';
import { byAddress, byPage } from './arrays.ts';
import { GIB, pageOffset, SMALL, small, wide } from './machines.ts';
import { requestReaches } from './reaches.ts';
import { hex, RANGE_FUNCTIONS, rangeCall, scenario } from './request.ts';

const BASE = pageOffset(4);
/** set_memory_wt(), set_pages_x() and set_pages_nx() were gone by v6.1. */
const OLD: readonly Version[] = ['v4.18', 'v5.1', 'v5.2'];
const SMALL_PAGES = requestReaches({ huge: false });
const SMALL_PAGES_NX = requestReaches({ huge: false, alias: false });

/** A request by address on one or two 4K pages. */
const byRange = (
  name: string,
  what: string,
  physical: bigint,
  through: readonly string[],
  reached: readonly string[] = SMALL_PAGES,
): Scenario =>
  scenario({
    id: `${name.replaceAll('_', '-')}/${what.replaceAll(' ', '-')}`,
    title: `${name}() of 2 ${what}`,
    family: 'pageattr',
    functions: RANGE_FUNCTIONS,
    ...(name === 'set_memory_wt' ? { versions: OLD } : {}),
    ...rangeCall(name, small(), BASE, physical, 2n),
    reaches: [name, ...through, ...reached],
  });

/** The same by struct page. */
const byStructPage = (
  what: string,
  physical: bigint,
  through: readonly string[],
  reached: readonly string[] = SMALL_PAGES,
): Scenario => {
  const name = `set_pages_${what}`;
  const old = what === 'x' || what === 'nx';
  return scenario({
    id: `set-pages-${what}/2-pages`,
    title: `${name}() of 2 pages`,
    family: 'pageattr',
    functions: RANGE_FUNCTIONS,
    ...(old ? { versions: OLD } : {}),
    on: small(),
    entry: name,
    call: `${name}(pfn_to_page(${hex(physical >> 12n)}), 2)`,
    args: ({ machine }) => [pageOfPfn(machine.layout, physical >> 12n), 2n],
    reaches: [name, `set_memory_${what}`, ...through, ...reached],
  });
};

const SET = ['change_page_attr_set'];
const CLEAR = ['change_page_attr_clear'];
const UNCACHED = [0n, 5n, 2n].map((index) => SMALL.uncached + index * PAGE_SIZE);

/** kexec_mark_crashkres() protects what is reserved for a crash kernel: its bytes fit into no int, nor into 32 bits. */
const CRASH_KERNEL = { start: 8n * GIB, pages: (5n * GIB) >> 12n };

export const entries: readonly Scenario[] = [
  byRange('set_memory_wt', '4K pages', SMALL.in4k, ['_set_memory_wt', ...SET]),
  byRange('set_memory_wb', 'uncached pages', SMALL.uncached, ['_set_memory_wb', ...CLEAR]),
  byRange('set_memory_nx', 'executable pages', SMALL.executable, SET, SMALL_PAGES_NX),
  byRange('set_memory_global', 'pages that are not global', SMALL.notGlobal, SET),
  byStructPage('uc', SMALL.in4k, ['_set_memory_uc', ...SET]),
  byStructPage('wb', SMALL.uncached, ['_set_memory_wb', ...CLEAR]),
  byStructPage('ro', SMALL.in4k, CLEAR),
  byStructPage('rw', SMALL.in4kReadOnly, SET),
  byStructPage('x', SMALL.in4k, CLEAR, SMALL_PAGES_NX),
  byStructPage('nx', SMALL.executable, SET, SMALL_PAGES_NX),
  byAddress('wt', 'uncached', '3 uncached pages', UNCACHED, {
    reaches: ['set_memory_array_wt', '_set_memory_array', ...SET, ...requestReaches({ huge: false, flush: 'array' })],
  }),
  byAddress('wb', 'uncached', '3 uncached pages', UNCACHED, {
    reaches: ['set_memory_array_wb', ...CLEAR, ...requestReaches({ huge: false, flush: 'array' })],
  }),
  byPage('wb', 'uncached', '3 uncached pages', UNCACHED, {
    reaches: ['set_pages_array_wb', 'cpa_clear_pages_array', ...requestReaches({ huge: false, flush: 'array' })],
  }),
  scenario({
    id: 'set-pages-ro/5-gib',
    title: "set_pages_ro() of 5 GiB, a crash kernel's, in 1 GiB pages which stay whole",
    family: 'pageattr',
    functions: RANGE_FUNCTIONS,
    on: wide,
    isVast: true,
    entry: 'set_pages_ro',
    call: `set_pages_ro(pfn_to_page(${hex(CRASH_KERNEL.start >> 12n)}), ${CRASH_KERNEL.pages})`,
    args: ({ machine }) => [pageOfPfn(machine.layout, CRASH_KERNEL.start >> 12n), CRASH_KERNEL.pages],
    reaches: ['set_pages_ro', 'set_memory_ro', ...CLEAR, ...requestReaches({ split: false })],
  }),
  scenario({
    id: 'set-mce-nospec/page',
    title: 'set_mce_nospec() of a page: named by an address with bit 63 flipped',
    family: 'pageattr',
    functions: ['set_mce_nospec', 'clear_mce_nospec'],
    versions: ['v6.1'],
    on: small(),
    entry: 'set_mce_nospec',
    call: `set_mce_nospec(${hex(SMALL.in4k >> 12n)})`,
    args: () => [SMALL.in4k >> 12n],
    reaches: ['set_mce_nospec', 'set_memory_np', ...CLEAR, ...SMALL_PAGES],
  }),
  scenario({
    id: 'clear-mce-nospec/page',
    title: 'clear_mce_nospec() of a page that set_mce_nospec() took away: set_memory_p()',
    family: 'pageattr',
    functions: ['set_mce_nospec', 'clear_mce_nospec'],
    versions: ['v6.1'],
    on: small(),
    entry: 'clear_mce_nospec',
    call: `clear_mce_nospec(${hex(SMALL.notPresent >> 12n)})`,
    args: () => [SMALL.notPresent >> 12n],
    reaches: ['clear_mce_nospec', 'set_memory_p', ...SET, ...SMALL_PAGES],
  }),
];
