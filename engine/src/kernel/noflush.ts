/** The ways in that leave the flush to their callers: the noflush pair and __kernel_map_pages(). */

import { PAGE_BIT } from './constants.ts';
import { CPA_DATA, clearCpa, PAGE_POINTER, writeCpa } from './cpa-data.ts';
import { PAGEATTR } from './cpa-flush.ts';
import { INT, UNSIGNED_LONG, VOID } from './ctype.ts';
import type { Frame, KernelFunction, Node, Version } from './model.ts';
import { branch, does, nothing, returns } from './nodes.ts';
import { addressOfPage } from './page.ts';
import { type Parameter, pageattr } from './pageattr-function.ts';

const PAGE: Parameter = { name: 'page', type: PAGE_POINTER };
const PAGES: readonly Parameter[] = [PAGE, { name: 'numpages', type: INT }];

function fillRequest(f: Frame, set: bigint, clear: bigint): void {
  const { kernel } = f;
  const cpa = f.addressOf('cpa');
  clearCpa(kernel, cpa);
  writeCpa(kernel, cpa, 'vaddr', f.addressOf('tempaddr'));
  writeCpa(kernel, cpa, 'numpages', f.get('numpages'));
  writeCpa(kernel, cpa, 'mask_set', set);
  writeCpa(kernel, cpa, 'mask_clr', clear);
}

/** __set_pages_p() and __set_pages_np(): no alias, no flush. */
const setPages = (what: 'p' | 'np'): KernelFunction => {
  const bits = PAGE_BIT.present | PAGE_BIT.rw;
  return pageattr({
    name: `__set_pages_${what}`,
    parameters: PAGES,
    locals: [
      {
        name: 'tempaddr',
        type: UNSIGNED_LONG,
        init: (f) => addressOfPage(f.kernel.machine.layout, f.get('page')),
      },
      { name: 'cpa', type: CPA_DATA },
    ],
    body: [
      does('the request', ['__pgprot(_PAGE_PRESENT | _PAGE_RW)', '&$tempaddr'], (f) =>
        fillRequest(f, what === 'p' ? bits : 0n, what === 'np' ? bits : 0n),
      ),
      returns(
        'change the pages',
        ['return __change_page_attr_set_clr(&$cpa, 0)', '__change_page_attr_set_clr(&$cpa, 0)'],
        (f) => f.kernel.call('__change_page_attr_set_clr', f.addressOf('cpa'), 0n).bits,
      ),
    ],
  });
};

const NEWER: readonly Version[] = ['v5.1', 'v6.1'];

/** set_direct_map_invalid_noflush() and set_direct_map_default_noflush(), v5.2 and later. */
const directMap = (name: string, what: 'p' | 'np'): KernelFunction =>
  pageattr({
    name,
    versions: NEWER,
    parameters: [PAGE],
    body: [
      returns(
        'one page',
        [`__set_pages_${what}($page, 1)`],
        (f) => f.kernel.call(`__set_pages_${what}`, f.get('page'), 1n).bits,
      ),
    ],
  });

const list = (node: Node | undefined): readonly Node[] => (node ? [node] : []);
const noPreemption = does('no preemption', ['preempt_disable()'], (f) => f.kernel.enterAtomic('preempt_disable'));
const preemptionAgain = does('preemption again', ['preempt_enable()'], (f) => f.kernel.leaveAtomic('preempt_disable'));

/** __kernel_map_pages(), CONFIG_DEBUG_PAGEALLOC: flushes this CPU's TLB only. */
const kernelMapPages = (versions: readonly Version[], around: readonly [Node?, Node?]): KernelFunction => ({
  name: '__kernel_map_pages',
  path: PAGEATTR,
  versions,
  returns: VOID,
  parameters: [...PAGES, { name: 'enable', type: INT }],
  locals: [],
  body: [
    nothing('no highmem', 'PageHighMem($page)'),
    branch('pages that go', ['if (!$enable)'], (f) => f.get('enable') === 0n, [
      nothing('no lock in the pages', 'debug_check_no_locks_freed(_, _)'),
    ]),
    branch('map them', ['if ($enable)'], (f) => f.get('enable') !== 0n, [
      does('present again', ['__set_pages_p($page, $numpages)'], (f) => {
        f.kernel.call('__set_pages_p', f.get('page'), f.get('numpages'));
      }),
    ]),
    branch('unmap them', ['__set_pages_np($page, $numpages)'], (f) => f.get('enable') === 0n, [
      does('not present', ['__set_pages_np($page, $numpages)'], (f) => {
        f.kernel.call('__set_pages_np', f.get('page'), f.get('numpages'));
      }),
    ]),
    ...list(around[0]),
    does('flush this CPU', ['__flush_tlb_all()'], (f) => {
      f.kernel.call('__flush_tlb_all');
    }),
    ...list(around[1]),
    does('leave lazy MMU mode', ['arch_flush_lazy_mmu_mode()'], (f) => {
      f.kernel.call('arch_flush_lazy_mmu_mode');
    }),
  ],
});

export const NOFLUSH: readonly KernelFunction[] = [
  setPages('p'),
  setPages('np'),
  directMap('set_direct_map_invalid_noflush', 'np'),
  directMap('set_direct_map_default_noflush', 'p'),
  kernelMapPages(['v4.18'], []),
  kernelMapPages(NEWER, [noPreemption, preemptionAgain]),
];
