/** Requests that fail half way: some pages have changed, some have not, and cpa_flush() is not called. */
import { PAGE_SIZE } from '../../address.ts';
import type { Scenario } from '../scenario.ts';
import { byAddress, byPage, FAR_APART } from './arrays.ts';
import { pageOffset, SMALL, small } from './machines.ts';
import { requestReaches } from './reaches.ts';
import { RANGE_FUNCTIONS, rangeCall, scenario, type Written } from './request.ts';

const BASE = pageOffset(4);
const ERROR_FLUSH = ['cpa_flush_all'];

/** The ways in of requests by one range, each with what it calls. */
const WAYS_IN = {
  set_memory_ro: ['set_memory_ro', 'change_page_attr_clear'],
  set_memory_uc: ['set_memory_uc', '_set_memory_uc', 'change_page_attr_set'],
  set_memory_wc: ['set_memory_wc', '_set_memory_wc', 'change_page_attr_set'],
} as const;

/** A request by one range. */
const failing = (
  name: keyof typeof WAYS_IN,
  id: string,
  title: string,
  range: { readonly physical: bigint; readonly pages: bigint },
  more: Partial<Written>,
): Scenario =>
  scenario({
    id: `${name.replaceAll('_', '-')}/${id}`,
    title: `${name}() of ${title}`,
    family: 'pageattr-error',
    functions: RANGE_FUNCTIONS,
    ...rangeCall(name, small(), BASE, range.physical, range.pages),
    reaches: [...WAYS_IN[name], ...requestReaches({ flush: 'none' }), ...ERROR_FLUSH],
    ...more,
  });

/** How a request of four pages fails behind its second, in words and as facts. */
const HALF_WAY = [
  { id: 'failing-page', how: 'of which the third fails', facts: { failPage: 2 } },
  { id: 'no-memory', how: 'where the second split finds no memory', failAllocation: 2 },
] as const;

/** The array forms fail alike. */
const failingArrays = (
  make: typeof byAddress,
  type: 'uc' | 'wc',
  pages: string,
  through: readonly string[],
): readonly Scenario[] =>
  HALF_WAY.map(({ id, how, ...failure }) =>
    make(type, id, `4 ${pages}, ${how}`, FAR_APART, {
      family: 'pageattr-error',
      ...failure,
      reaches: [...through, ...requestReaches({ flush: 'none' }), ...ERROR_FLUSH],
    }),
  );

const THIRD_FAILS = [
  'failing-page',
  '4 pages, of which the third fails',
  { physical: SMALL.in2m + 0x11000n, pages: 4n },
  { facts: { failPage: 2 } },
] as const;

const UNCACHED = [0n, 1n, 2n, 3n].map((page) => SMALL.uncached + page * PAGE_SIZE);

export const errors: readonly Scenario[] = [
  failing('set_memory_ro', ...THIRD_FAILS),
  failing('set_memory_uc', ...THIRD_FAILS),
  failing('set_memory_wc', ...THIRD_FAILS),
  byPage('wb', 'failing-page', '4 uncached pages, of which the third fails', UNCACHED, {
    family: 'pageattr-error',
    facts: { failPage: 2 },
    reaches: [
      'set_pages_array_wb',
      'cpa_clear_pages_array',
      ...requestReaches({ huge: false, flush: 'none' }),
      ...ERROR_FLUSH,
    ],
  }),
  failing(
    'set_memory_ro',
    'no-memory',
    '4 pages across a 2 MiB boundary, where the second split finds no memory',
    { physical: SMALL.in2m + 0x1fe000n, pages: 4n },
    { failAllocation: 2 },
  ),
  failing(
    'set_memory_ro',
    'no-memory-at-once',
    '4 KiB inside a 2 MiB page, where the split finds no memory: nothing changes',
    { physical: SMALL.in2m + 0x123000n, pages: 1n },
    {
      failAllocation: 1,
      reaches: [
        'set_memory_ro',
        'change_page_attr_clear',
        ...requestReaches({ split: 'fails', alias: false, flush: 'none' }),
      ],
    },
  ),
  ...failingArrays(byAddress, 'uc', 'pages far apart', [
    'set_memory_array_uc',
    '_set_memory_array',
    'change_page_attr_set',
  ]),
  ...failingArrays(byPage, 'wc', 'scattered pages', ['set_pages_array_wc', '_set_pages_array', 'cpa_set_pages_array']),
];
