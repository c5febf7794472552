/** Requests outside the direct mapping, whose aliases in it change too: vmalloc ranges and the kernel image. */
import { IMAGE } from '../image.ts';
import type { Scenario } from '../scenario.ts';
import { APART, SCATTERED, small, VMALLOC, VMALLOC_APART, VMALLOC_READ_ONLY } from './machines.ts';
import { requestReaches } from './reaches.ts';
import { addressCall, RANGE_FUNCTIONS, scenario } from './request.ts';

const PAGES = BigInt(SCATTERED.length);
const RO = ['set_memory_ro', 'change_page_attr_clear'];

export const aliases: readonly Scenario[] = [
  scenario({
    id: 'set-memory-ro/vmalloc',
    title: 'set_memory_ro() of a vmalloc range with scattered page frames',
    family: 'pageattr',
    functions: RANGE_FUNCTIONS,
    ...addressCall('set_memory_ro', small(), VMALLOC, PAGES),
    reaches: [...RO, ...requestReaches({})],
  }),
  scenario({
    id: 'set-memory-ro/vmalloc-apart',
    title: 'set_memory_ro() of a vmalloc range whose page frames lie in a GiB of their own each',
    family: 'pageattr',
    functions: RANGE_FUNCTIONS,
    ...addressCall('set_memory_ro', small(), VMALLOC_APART, BigInt(APART.length)),
    reaches: [...RO, ...requestReaches({})],
  }),
  scenario({
    id: 'set-memory-uc/vmalloc',
    title: 'set_memory_uc() of a page in the vmalloc range',
    family: 'pageattr',
    functions: RANGE_FUNCTIONS,
    ...addressCall('_set_memory_uc', small(), VMALLOC + 0x1000n, 1n),
    reaches: ['_set_memory_uc', 'change_page_attr_set', ...requestReaches({})],
  }),
  scenario({
    id: 'set-memory-x/vmalloc',
    title: 'set_memory_x() of a vmalloc range: NX alone, so the direct mapping does not change',
    family: 'pageattr',
    functions: RANGE_FUNCTIONS,
    ...addressCall('set_memory_x', small(), VMALLOC, PAGES),
    reaches: ['set_memory_x', 'change_page_attr_clear', ...requestReaches({ huge: false, alias: false })],
  }),
  scenario({
    id: 'set-memory-ro/alias-only',
    title: 'set_memory_ro() of a vmalloc range that is read-only already: only its alias changes',
    family: 'alias-only',
    functions: ['set_memory_ro'],
    ...addressCall('set_memory_ro', small(), VMALLOC_READ_ONLY, PAGES),
    reaches: [...RO, ...requestReaches({ flush: 'none' })],
  }),
  scenario({
    id: 'set-memory-ro/vmalloc-failing-page',
    title: 'set_memory_ro() of a vmalloc range, of which the third page fails',
    family: 'pageattr-error',
    functions: RANGE_FUNCTIONS,
    facts: { failPage: 2 },
    ...addressCall('set_memory_ro', small(), VMALLOC, PAGES),
    reaches: [...RO, ...requestReaches({ flush: 'none' }), 'cpa_flush_all'],
  }),
  scenario({
    id: 'set-memory-ro/kernel-text',
    title: 'set_memory_ro() of 4 MiB of kernel text in its high mapping',
    family: 'pageattr',
    functions: RANGE_FUNCTIONS,
    ...addressCall('set_memory_ro', small(), IMAGE.text, (IMAGE.rodataStart - IMAGE.text) >> 12n),
    reaches: [...RO, ...requestReaches({ split: false })],
  }),
  scenario({
    id: 'set-memory-np-noalias/kernel-image',
    title: 'set_memory_np_noalias() of 2 pages of the kernel image: the direct mapping does not change',
    family: 'pageattr',
    functions: ['set_memory_np_noalias'],
    ...addressCall('set_memory_np_noalias', small(), IMAGE.textEnd, 2n),
    reaches: ['set_memory_np_noalias', ...requestReaches({ alias: false })],
  }),
];
