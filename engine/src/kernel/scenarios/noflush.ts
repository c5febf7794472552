/** The ways in that never reach cpa_flush(). */
import { PAGE_SIZE } from '../../address.ts';
import type { Version } from '../model.ts';
import { pageOfPfn } from '../page.ts';
import type { Scenario } from '../scenario.ts';
import { debugPagealloc, type MachineOf, SMALL, small } from './machines.ts';
import { pagesReach } from './reaches.ts';
import { hex, scenario, type Written } from './request.ts';

const NEWER: readonly Version[] = ['v5.1', 'v5.2', 'v6.1'];
const FUNCTIONS = [
  '__set_pages_p',
  '__set_pages_np',
  'set_direct_map_invalid_noflush',
  'set_direct_map_default_noflush',
  '__kernel_map_pages',
];

/** A call on the struct page of a physical address. */
const onPage = (
  name: string,
  on: MachineOf,
  physical: bigint,
  rest: readonly bigint[],
): Pick<Written, 'on' | 'entry' | 'call' | 'args' | 'family' | 'functions'> => ({
  on,
  family: 'noflush',
  functions: FUNCTIONS,
  entry: name,
  call: `${name}(${[`pfn_to_page(${hex(physical >> 12n)})`, ...rest].join(', ')})`,
  args: ({ machine }) => [pageOfPfn(machine.layout, physical >> 12n), ...rest],
});

const DEBUG_HOLE = SMALL.in2m + 16n * PAGE_SIZE;

export const noflush: readonly Scenario[] = [
  scenario({
    id: 'set-direct-map/invalid',
    title: 'set_direct_map_invalid_noflush() of a page inside a 2 MiB page',
    versions: NEWER,
    ...onPage('set_direct_map_invalid_noflush', small(), SMALL.in2m + 0x33000n, []),
    reaches: ['set_direct_map_invalid_noflush', '__set_pages_np', ...pagesReach({ alias: false })],
  }),
  scenario({
    id: 'set-direct-map/invalid-in-1g',
    title: 'set_direct_map_invalid_noflush() of a page inside a 1 GiB page',
    versions: NEWER,
    ...onPage('set_direct_map_invalid_noflush', small(), SMALL.in1g + 0x33000n, []),
    reaches: ['set_direct_map_invalid_noflush', '__set_pages_np', ...pagesReach({ alias: false })],
  }),
  scenario({
    id: 'set-direct-map/default',
    title: 'set_direct_map_default_noflush() of a page that is not present',
    versions: NEWER,
    ...onPage('set_direct_map_default_noflush', small(), SMALL.notPresent, []),
    reaches: ['set_direct_map_default_noflush', '__set_pages_p', ...pagesReach({ huge: false, alias: false })],
  }),
  scenario({
    id: 'kernel-map-pages/off',
    title: '__kernel_map_pages() of 4 pages that were freed (CONFIG_DEBUG_PAGEALLOC)',
    facts: { debugPagealloc: true },
    ...onPage('__kernel_map_pages', debugPagealloc(), SMALL.in2m, [4n, 0n]),
    reaches: ['__kernel_map_pages', '__set_pages_np', ...pagesReach({ huge: false, alias: false })],
  }),
  scenario({
    id: 'kernel-map-pages/on',
    title: '__kernel_map_pages() of 4 pages that were allocated (CONFIG_DEBUG_PAGEALLOC)',
    facts: { debugPagealloc: true },
    ...onPage('__kernel_map_pages', debugPagealloc(), DEBUG_HOLE, [4n, 1n]),
    reaches: ['__kernel_map_pages', '__set_pages_p', ...pagesReach({ huge: false, alias: false })],
  }),
];
