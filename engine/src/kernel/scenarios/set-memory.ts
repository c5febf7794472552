/** set_memory_*() on ranges of the direct mapping. */
import { TIB } from '../../address.ts';
import type { Scenario } from '../scenario.ts';
import { aroundOneTib, GIB, type PagingLevels, pageOffset, SMALL, small } from './machines.ts';
import { type Course, requestReaches } from './reaches.ts';
import { addressCall, RANGE_FUNCTIONS, rangeCall, scenario, type Written } from './request.ts';

const clear = (...names: string[]): readonly string[] => [...names, 'change_page_attr_clear'];
const set = (...names: string[]): readonly string[] => [...names, 'change_page_attr_set'];

interface Range {
  readonly physical: bigint;
  readonly pages: bigint;
}

/** A request on the small machine. */
const onSmall = (
  id: string,
  title: string,
  name: string,
  { physical, pages }: Range,
  before: readonly string[],
  course: Course,
  more: Partial<Written> = {},
  levels: PagingLevels = 4,
): Scenario =>
  scenario({
    id,
    title,
    family: 'pageattr',
    functions: RANGE_FUNCTIONS,
    ...rangeCall(name, small(levels), pageOffset(levels), physical, pages),
    reaches: [...before, ...requestReaches(course)],
    ...more,
  });

const ro = (id: string, title: string, range: Range, course: Course = {}, levels: PagingLevels = 4): Scenario =>
  onSmall(
    `set-memory-ro/${id}`,
    `set_memory_ro() of ${title}`,
    'set_memory_ro',
    range,
    clear('set_memory_ro'),
    course,
    {},
    levels,
  );

const IN_2M: Range = { physical: SMALL.in2m, pages: 1n };
const MIDDLE_OF_2M: Range = { physical: SMALL.in2m + 0x123000n, pages: 1n };

const crossing = addressCall('set_memory_ro', aroundOneTib, pageOffset(5) + TIB - 0x2000n, 4n);

export const setMemory: readonly Scenario[] = [
  ro('4k-in-2m', '4 KiB inside a 2 MiB page', MIDDLE_OF_2M),
  ro('4k-in-2m-5-level', '4 KiB inside a 2 MiB page, 5-level paging', MIDDLE_OF_2M, {}, 5),
  ro('4k-in-1g', '4 KiB inside a 1 GiB page', { physical: SMALL.in1g + 0x765000n, pages: 1n }),
  ro('whole-2m', 'a whole 2 MiB page, which stays whole', { physical: SMALL.in2m, pages: 512n }, { split: false }),
  ro(
    '4k-page',
    'a page that the direct mapping has as a 4 KiB page',
    { physical: SMALL.in4k, pages: 1n },
    { huge: false },
  ),
  ro('3-pages', '3 pages inside a 2 MiB page', { physical: SMALL.in2m + 0x7000n, pages: 3n }),
  ro('across-2m', '4 pages across a 2 MiB boundary', { physical: SMALL.in2m + 0x1fe000n, pages: 4n }),
  ro('more-than-2m', '2 MiB and 8 KiB: a whole huge page and a piece of each neighbour', {
    physical: SMALL.in2m + 0x1ff000n,
    pages: 514n,
  }),
  ro('across-1g', '4 pages across a 1 GiB boundary between 1 GiB pages', { physical: SMALL.in1g - 0x2000n, pages: 4n }),
  ro('up-to-1g', 'the last 4 KiB of a 1 GiB page', { physical: SMALL.in1g - 0x1000n, pages: 1n }),
  ro('from-1g', 'the first 4 KiB of a 1 GiB page', { physical: SMALL.in1g, pages: 1n }),
  scenario({
    id: 'set-memory-ro/across-1tib',
    title: 'set_memory_ro() of 4 pages across a 1 TiB boundary, 5-level paging',
    family: 'pageattr',
    functions: RANGE_FUNCTIONS,
    ...crossing,
    reaches: [...clear('set_memory_ro'), ...requestReaches({})],
  }),
  onSmall(
    'set-memory-rw/read-only-page',
    'set_memory_rw() of a read-only 4 KiB page',
    'set_memory_rw',
    { physical: SMALL.in4kReadOnly, pages: 2n },
    set('set_memory_rw'),
    { huge: false },
  ),
  onSmall(
    'set-memory-uc/4k-in-2m',
    'set_memory_uc() of 4 KiB inside a 2 MiB page',
    'set_memory_uc',
    IN_2M,
    set('set_memory_uc', '_set_memory_uc'),
    {},
  ),
  onSmall(
    'set-memory-uc/no-clflush',
    'set_memory_uc() of 2 pages on a CPU without clflush',
    'set_memory_uc',
    { physical: SMALL.in2m + 0x5000n, pages: 2n },
    set('set_memory_uc', '_set_memory_uc'),
    { flush: 'all' },
    { facts: { clflush: false } },
  ),
  onSmall(
    'set-memory-wc/3-pages',
    'set_memory_wc() of 3 pages inside a 2 MiB page (two passes)',
    'set_memory_wc',
    { physical: SMALL.in2m + 0x9000n, pages: 3n },
    set('set_memory_wc', '_set_memory_wc'),
    {},
  ),
  onSmall(
    'set-memory-wc/no-clflush',
    'set_memory_wc() of 2 pages on a CPU without clflush (two passes)',
    'set_memory_wc',
    { physical: SMALL.in2m + 0x9000n, pages: 2n },
    set('set_memory_wc', '_set_memory_wc'),
    { flush: 'all' },
    { facts: { clflush: false } },
  ),
  onSmall(
    'set-memory-x/4k-in-2m',
    'set_memory_x() of 4 KiB inside a 2 MiB page (a change of NX alone)',
    'set_memory_x',
    MIDDLE_OF_2M,
    clear('set_memory_x'),
    { alias: false },
  ),
  onSmall(
    'set-memory-nonglobal/4k-in-2m',
    'set_memory_nonglobal() of 4 KiB inside a 2 MiB page',
    'set_memory_nonglobal',
    MIDDLE_OF_2M,
    clear('set_memory_nonglobal'),
    {},
  ),
  onSmall(
    'set-memory-np/4k-in-2m',
    'set_memory_np() of 4 KiB inside a 2 MiB page',
    'set_memory_np',
    MIDDLE_OF_2M,
    clear('set_memory_np'),
    {},
  ),
  onSmall(
    'set-memory-4k/2m',
    'set_memory_4k() of a page inside a 2 MiB page: a split and nothing else',
    'set_memory_4k',
    MIDDLE_OF_2M,
    ['set_memory_4k'],
    { split: 'forced', flush: 'none' },
    { family: 'split-only', functions: ['set_memory_4k'] },
  ),
  onSmall(
    'set-memory-4k/1g',
    'set_memory_4k() of a page inside a 1 GiB page: two splits and nothing else',
    'set_memory_4k',
    { physical: SMALL.in1g + GIB / 2n, pages: 1n },
    ['set_memory_4k'],
    { split: 'forced', flush: 'none' },
    { family: 'split-only', functions: ['set_memory_4k'] },
  ),
];
