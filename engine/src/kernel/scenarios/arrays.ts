/** The array forms: addresses (v4.18, v5.x) or struct pages, in any order, near each other or not. */
import { PAGE_SIZE } from '../../address.ts';
import type { Version } from '../model.ts';
import type { Scenario } from '../scenario.ts';
import { GIB, pageOffset, SMALL, small, wide } from './machines.ts';
import { requestReaches } from './reaches.ts';
import { addressArray, hex, pageArray, scenario, type Written } from './request.ts';

const OLD: readonly Version[] = ['v4.18', 'v5.1', 'v5.2'];
const BASE = pageOffset(4);

/** Physical addresses of the pages, in the order of the array. */
export const NEIGHBOURS = [0n, 1n, 2n].map((index) => SMALL.in2m + 0x40000n + index * PAGE_SIZE);
export const FAR_APART = [SMALL.in2m + 0x3000n, SMALL.in1g + 0x5555000n, SMALL.in2m + 0x600000n, SMALL.in4k + 0x2000n];
export const DESCENDING = [SMALL.in1g + 0x1000n, SMALL.in2m + 0x801000n, SMALL.in2m + 0x800000n];

/** More than code that gathers a few ranges at a time can hold. */
const MANY = Array.from({ length: 20 }, (_, index) => BigInt(index + 2) * GIB + 0x7000n);

const ADDRESS_FUNCTIONS = ['uc', 'wc', 'wt', 'wb'].map((type) => `set_memory_array_${type}`);
const PAGE_FUNCTIONS = ['uc', 'wc', 'wb'].map((type) => `set_pages_array_${type}`);

const listed = (items: readonly bigint[]): string => items.map(hex).join(', ');

/** set_memory_array_*() on these physical pages, by their direct-mapping addresses. */
export const byAddress = (
  type: 'uc' | 'wc' | 'wb' | 'wt',
  id: string,
  title: string,
  physical: readonly bigint[],
  more: Partial<Written> = {},
): Scenario => {
  const name = `set_memory_array_${type}`;
  const addresses = physical.map((each) => BASE + each);
  return scenario({
    id: `set-memory-array-${type}/${id}`,
    title: `${name}() of ${title}`,
    family: 'pageattr',
    functions: ADDRESS_FUNCTIONS,
    versions: OLD,
    on: small(),
    entry: name,
    call: `${name}({ ${listed(addresses)} }, ${addresses.length})`,
    args: (kernel) => [addressArray(kernel, addresses), BigInt(addresses.length)],
    reaches: [name, '_set_memory_array', 'change_page_attr_set', ...requestReaches({ flush: 'array' })],
    ...more,
  });
};

/** set_pages_array_*() on these physical pages, by struct page: `vaddr` is NULL. */
export const byPage = (
  type: 'uc' | 'wc' | 'wb' | 'wt',
  id: string,
  title: string,
  physical: readonly bigint[],
  more: Partial<Written> = {},
): Scenario => {
  const name = `set_pages_array_${type}`;
  const frames = physical.map((each) => each >> 12n);
  return scenario({
    id: `set-pages-array-${type}/${id}`,
    title: `${name}() of ${title}`,
    family: 'pageattr',
    functions: PAGE_FUNCTIONS,
    on: small(),
    entry: name,
    call: `${name}({ ${frames.map((pfn) => `pfn_to_page(${hex(pfn)})`).join(', ')} }, ${frames.length})`,
    args: (kernel) => [pageArray(kernel, frames), BigInt(frames.length)],
    reaches: [name, '_set_pages_array', 'cpa_set_pages_array', ...requestReaches({ flush: 'array' })],
    ...more,
  });
};

export const arrays: readonly Scenario[] = [
  byAddress('uc', 'neighbours', '3 neighbouring pages', NEIGHBOURS),
  byAddress('uc', 'far-apart', '4 pages far apart', FAR_APART),
  byAddress('uc', 'descending', '3 pages in descending order', DESCENDING),
  byAddress('uc', 'no-clflush', '4 pages far apart on a CPU without clflush', FAR_APART, {
    facts: { clflush: false },
    reaches: ['set_memory_array_uc', '_set_memory_array', 'change_page_attr_set', ...requestReaches({ flush: 'all' })],
  }),
  byAddress('wc', 'far-apart', '4 pages far apart (two passes)', FAR_APART),
  byPage('uc', 'neighbours', '3 neighbouring pages', NEIGHBOURS),
  byPage('wc', 'far-apart', '4 scattered pages (two passes)', FAR_APART),
  byAddress('uc', 'many', '20 pages, each in a GiB of its own', MANY, { on: wide }),
  byPage('uc', 'many', '20 pages, each in a GiB of its own', MANY, { on: wide }),
  byPage('wc', 'descending', '3 pages in descending order (two passes)', DESCENDING),
];
