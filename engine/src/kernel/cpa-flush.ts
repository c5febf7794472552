/** Flushing after a change: cpa_flush() and what it calls. */

import { TLB_SINGLE_PAGE_FLUSH_CEILING } from './constants.ts';
import { CPA_POINTER, cpaAddress, PAGE_POINTER, readCpa } from './cpa-data.ts';
import { INT, pointerTo, UNSIGNED_INT, UNSIGNED_LONG, VOID } from './ctype.ts';
import type { Frame, KernelFunction } from './model.ts';
import { branch, does, forLoop, forState, nothing, returnIf, returns } from './nodes.ts';
import { PTE_T } from './structs.ts';

export const PAGEATTR = ['arch/x86/mm/pageattr.c', 'arch/x86/mm/pat/set_memory.c'] as const;
/** `pgtable` flag of an entry: _PAGE_PRESENT. */
const PRESENT = 1n;

const present = (frame: Frame, pte: string): boolean => {
  const pointer = frame.get(pte);
  return pointer !== 0n && (frame.kernel.memory.load(pointer, PTE_T).bits & PRESENT) !== 0n;
};

const irqCheck = nothing(
  'interrupts must be on',
  'BUG_ON(irqs_disabled() && !early_boot_irqs_disabled)',
  'BUG_ON(irqs_disabled() && _)',
  'BUG_ON(irqs_disabled())',
);

/** __cpa_addr(), v5.1 and later: the address of one page of a request, in any of the three modes. */
const cpaAddr: KernelFunction = {
  name: '__cpa_addr',
  path: PAGEATTR,
  versions: ['v5.1', 'v6.1'],
  returns: UNSIGNED_LONG,
  parameters: [
    { name: 'cpa', type: CPA_POINTER },
    { name: 'idx', type: UNSIGNED_LONG },
  ],
  locals: [{ name: 'page', type: PAGE_POINTER }],
  body: [
    returns(
      'the address of the page',
      ['$cpa->vaddr[$idx]', '*$cpa->vaddr + $idx * PAGE_SIZE', '$cpa->pages[$idx]'],
      (f) => cpaAddress(f.kernel, f.get('cpa'), f.get('idx')),
    ),
  ],
};

/** cpa_flush_all(), v4.18 to v6.1: every TLB, and every cache where the memory type changed. */
const cpaFlushAll: KernelFunction = {
  name: 'cpa_flush_all',
  path: PAGEATTR,
  versions: ['v4.18', 'v5.1', 'v6.1'],
  returns: VOID,
  parameters: [{ name: 'cache', type: UNSIGNED_LONG }],
  locals: [],
  body: [
    irqCheck,
    does(
      'flush all TLBs and, if the memory type changed, all caches',
      ['on_each_cpu(__cpa_flush_all, (void *)$cache, 1)', 'on_each_cpu(__cpa_flush_all, _, 1)'],
      (f) => {
        f.kernel.machine.flushTlb('all');
        if (f.get('cache') !== 0n) f.kernel.machine.flushCache('all');
      },
    ),
  ],
};

/** cpa_flush(), v5.1 and later. */
const cpaFlush: KernelFunction = {
  name: 'cpa_flush',
  path: PAGEATTR,
  versions: ['v5.1', 'v6.1'],
  returns: VOID,
  parameters: [
    { name: 'data', type: CPA_POINTER },
    { name: 'cache', type: INT },
  ],
  locals: [
    { name: 'cpa', type: CPA_POINTER, init: (f) => f.get('data') },
    { name: 'i', type: UNSIGNED_INT },
    { name: 'addr', type: UNSIGNED_LONG },
    { name: 'level', type: UNSIGNED_INT },
    { name: 'pte', type: pointerTo(PTE_T) },
    forState('each page'),
  ],
  body: [
    irqCheck,
    branch(
      'no clflush: flush everything',
      ['$cache && !static_cpu_has(X86_FEATURE_CLFLUSH)', '$cache && !boot_cpu_has(X86_FEATURE_CLFLUSH)'],
      (f) => f.get('cache') !== 0n && !f.kernel.facts.clflush,
      [
        does('flush all TLBs and caches', ['cpa_flush_all($cache)'], (f) => {
          f.kernel.call('cpa_flush_all', f.get('cache'));
        }),
        returns('done', ['return'], () => null),
      ],
    ),
    does(
      'flush the TLBs',
      [
        '$cpa->force_flush_all || $cpa->numpages > tlb_single_page_flush_ceiling',
        '$cpa->numpages <= tlb_single_page_flush_ceiling',
        '$cpa->numpages > tlb_single_page_flush_ceiling',
        'flush_tlb_all()',
        'on_each_cpu(__cpa_flush_tlb, $cpa, 1)',
      ],
      flushTlbOfRequest,
    ),
    returnIf(
      'no memory type changed',
      ['!$cache'],
      (f) => f.get('cache') === 0n,
      () => null,
    ),
    nothing('order the flushes behind earlier writes', 'mb()'),
    forLoop(
      'each page',
      ['for ($i = 0; $i < $cpa->numpages; $i++)', '$i < $cpa->numpages'],
      {
        init: (f) => f.set('i', 0n),
        test: (f) => f.get('i') < readCpa(f.kernel, f.get('cpa'), 'numpages'),
        update: (f) => f.set('i', f.get('i') + 1n),
      },
      [
        does('its address', ['$addr = __cpa_addr($cpa, $i)', '__cpa_addr($cpa, $i)'], (f) => {
          f.set('addr', f.kernel.call('__cpa_addr', f.get('cpa'), f.get('i')).bits);
        }),
        does('its entry', ['$pte = lookup_address($addr, &$level)', 'lookup_address(_, &$level)'], (f) => {
          f.set('pte', f.kernel.call('lookup_address', f.get('addr'), f.addressOf('level')).bits);
        }),
        does(
          'clflush the page, if present',
          [
            '$pte && (pte_val(*$pte) & _PAGE_PRESENT)',
            'clflush_cache_range_opt(_, PAGE_SIZE)',
            'clflush_cache_range(_, PAGE_SIZE)',
          ],
          (f) => {
            if (!present(f, 'pte')) return;
            const address = f.kernel.call('fix_addr', f.get('addr')).bits;
            f.kernel.call('clflush_cache_range_opt', address, 4096n);
          },
        ),
      ],
    ),
    nothing('order later accesses behind the flushes', 'mb()'),
  ],
};

/** Up to a ceiling page by page, else the whole TLB. */
function flushTlbOfRequest(f: Frame): void {
  const { kernel } = f;
  const cpa = f.get('cpa');
  const pages = readCpa(kernel, cpa, 'numpages');
  if (readCpa(kernel, cpa, 'force_flush_all') || pages > TLB_SINGLE_PAGE_FLUSH_CEILING) {
    kernel.call('flush_tlb_all');
    return;
  }
  for (let i = 0n; i < pages; i++) {
    const start = kernel.call('fix_addr', cpaAddress(kernel, cpa, i)).bits;
    kernel.machine.flushTlb({ start, end: start + 4096n });
  }
}

export const CPA_FLUSH: readonly KernelFunction[] = [cpaAddr, cpaFlushAll, cpaFlush];
