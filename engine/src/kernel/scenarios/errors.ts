/** Requests that fail half way: some pages have changed, some have not, and cpa_flush() is not called. */
import type { Scenario } from '../scenario.ts';
import { byAddress, byPage, FAR_APART } from './arrays.ts';
import { pageOffset, SMALL, small } from './machines.ts';
import { requestReaches } from './reaches.ts';
import { RANGE_FUNCTIONS, rangeCall, scenario, type Written } from './request.ts';

const BASE = pageOffset(4);
const ERROR_FLUSH = ['cpa_flush_all'];

const failing = (
  id: string,
  title: string,
  name: 'set_memory_ro' | 'set_memory_uc',
  range: { readonly physical: bigint; readonly pages: bigint },
  more: Partial<Written>,
): Scenario =>
  scenario({
    id: `${name.replaceAll('_', '-')}/${id}`,
    title: `${name}() of ${title}`,
    family: 'pageattr-error',
    functions: RANGE_FUNCTIONS,
    ...rangeCall(name, small(), BASE, range.physical, range.pages),
    reaches: [
      ...(name === 'set_memory_uc'
        ? ['set_memory_uc', '_set_memory_uc', 'change_page_attr_set']
        : ['set_memory_ro', 'change_page_attr_clear']),
      ...requestReaches({ flush: 'none' }),
      ...ERROR_FLUSH,
    ],
    ...more,
  });

const arrayCourse = (...names: string[]): readonly string[] => [
  ...names,
  ...requestReaches({ flush: 'none' }),
  ...ERROR_FLUSH,
];

export const errors: readonly Scenario[] = [
  failing(
    'failing-page',
    '4 pages, of which the third fails',
    'set_memory_ro',
    { physical: SMALL.in2m + 0x11000n, pages: 4n },
    {
      facts: { failPage: 2 },
    },
  ),
  failing(
    'failing-page',
    '4 pages, of which the third fails',
    'set_memory_uc',
    { physical: SMALL.in2m + 0x11000n, pages: 4n },
    {
      facts: { failPage: 2 },
    },
  ),
  failing(
    'no-memory',
    '4 pages across a 2 MiB boundary, where the second split finds no memory',
    'set_memory_ro',
    { physical: SMALL.in2m + 0x1fe000n, pages: 4n },
    { failAllocation: 2 },
  ),
  failing(
    'no-memory-at-once',
    '4 KiB inside a 2 MiB page, where the split finds no memory: nothing changes',
    'set_memory_ro',
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
  byAddress('uc', 'failing-page', '4 pages far apart, of which the third fails', FAR_APART, {
    family: 'pageattr-error',
    facts: { failPage: 2 },
    reaches: arrayCourse('set_memory_array_uc', '_set_memory_array', 'change_page_attr_set'),
  }),
  byAddress('uc', 'no-memory', '4 pages far apart, where the second split finds no memory', FAR_APART, {
    family: 'pageattr-error',
    failAllocation: 2,
    reaches: arrayCourse('set_memory_array_uc', '_set_memory_array', 'change_page_attr_set'),
  }),
  byPage('wc', 'failing-page', '4 scattered pages, of which the third fails', FAR_APART, {
    family: 'pageattr-error',
    facts: { failPage: 2 },
    reaches: arrayCourse('set_pages_array_wc', '_set_pages_array', 'cpa_set_pages_array'),
  }),
  byPage('wc', 'no-memory', '4 scattered pages, where the second split finds no memory', FAR_APART, {
    family: 'pageattr-error',
    failAllocation: 2,
    reaches: arrayCourse('set_pages_array_wc', '_set_pages_array', 'cpa_set_pages_array'),
  }),
];
