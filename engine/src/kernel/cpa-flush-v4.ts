/** Flushing in v4.18: one function for a range, one for the two array forms. */

import { CPA_PAGES_ARRAY } from './constants.ts';
import { PAGE_POINTER } from './cpa-data.ts';
import { INT, pointerTo, UNSIGNED_INT, UNSIGNED_LONG, VOID } from './ctype.ts';
import type { Frame, KernelFunction, Local } from './model.ts';
import { does, forLoop, forState, nothing, returnIf } from './nodes.ts';
import { addressOfPage } from './page.ts';
import { PTE_T } from './structs.ts';

const PATH = ['arch/x86/mm/pageattr.c'] as const;

const walkLocals: readonly Local[] = [
  { name: 'i', type: UNSIGNED_INT },
  { name: 'level', type: UNSIGNED_INT },
  { name: 'addr', type: UNSIGNED_LONG },
  { name: 'pte', type: pointerTo(PTE_T) },
  forState('each page'),
];

const irqCheck = nothing(
  'interrupts must be on',
  'BUG_ON(irqs_disabled() && !early_boot_irqs_disabled)',
  'BUG_ON(irqs_disabled() && _)',
  'BUG_ON(irqs_disabled())',
);

const entryOfPage = does(
  'its entry',
  ['$pte = lookup_address($addr, &$level)', 'lookup_address($addr, &$level)'],
  (f) => {
    f.set('pte', f.kernel.call('lookup_address', f.get('addr'), f.addressOf('level')).bits);
  },
);

const clflushPage = does(
  'clflush the page, if present',
  [
    '$pte && (pte_val(*$pte) & _PAGE_PRESENT)',
    'clflush_cache_range((void *)$addr, PAGE_SIZE)',
    'clflush_cache_range(_, PAGE_SIZE)',
  ],
  (f) => {
    const pointer = f.get('pte');
    if (pointer === 0n || !(f.kernel.memory.load(pointer, PTE_T).bits & 1n)) return;
    f.kernel.call('clflush_cache_range', f.get('addr'), 4096n);
  },
);

const flushAllTlbs = (f: Frame): void => f.kernel.machine.flushTlb('all');

/** cpa_flush_range(), v4.18: numpages pages from start. */
const cpaFlushRange: KernelFunction = {
  name: 'cpa_flush_range',
  path: PATH,
  versions: ['v4.18'],
  returns: VOID,
  parameters: [
    { name: 'start', type: UNSIGNED_LONG },
    { name: 'numpages', type: INT },
    { name: 'cache', type: INT },
  ],
  locals: walkLocals,
  body: [
    irqCheck,
    nothing('the start is a page', 'WARN_ON(PAGE_ALIGN($start) != $start)'),
    does(
      'flush the TLBs',
      ['on_each_cpu(__cpa_flush_range, NULL, 1)', 'flush_tlb_all()', 'flush_tlb_kernel_range(_, _)'],
      flushAllTlbs,
    ),
    returnIf(
      'no memory type changed',
      ['!$cache'],
      (f) => f.get('cache') === 0n,
      () => null,
    ),
    forLoop(
      'each page',
      ['for ($i = 0, $addr = $start; $i < $numpages; $i++, $addr += PAGE_SIZE)', '$i < $numpages'],
      {
        init: (f) => {
          f.set('i', 0n);
          f.set('addr', f.get('start'));
        },
        test: (f) => f.get('i') < f.get('numpages'),
        update: (f) => {
          f.set('i', f.get('i') + 1n);
          f.set('addr', f.get('addr') + 4096n);
        },
      },
      [entryOfPage, clflushPage],
    ),
  ],
};

/** cpa_flush_array(), v4.18: numpages unrelated pages, by address (`start`) or by struct page (`pages`). */
const cpaFlushArray: KernelFunction = {
  name: 'cpa_flush_array',
  path: PATH,
  versions: ['v4.18'],
  returns: VOID,
  parameters: [
    { name: 'start', type: pointerTo(UNSIGNED_LONG) },
    { name: 'numpages', type: INT },
    { name: 'cache', type: INT },
    { name: 'in_flags', type: INT },
    { name: 'pages', type: pointerTo(PAGE_POINTER) },
  ],
  // With CONFIG_PREEMPT wbinvd is avoided: every page is flushed by itself.
  locals: [...walkLocals, { name: 'do_wbinvd', type: UNSIGNED_LONG, init: () => 0n }],
  body: [
    irqCheck,
    does(
      'flush the TLBs',
      ['on_each_cpu(__cpa_flush_all, (void *)$do_wbinvd, 1)', 'on_each_cpu(__cpa_flush_all, _, 1)'],
      flushAllTlbs,
    ),
    returnIf(
      'no memory type changed',
      ['!$cache || $do_wbinvd', '!$cache'],
      (f) => f.get('cache') === 0n,
      () => null,
    ),
    forLoop(
      'each page',
      ['for ($i = 0; $i < $numpages; $i++)', '$i < $numpages'],
      {
        init: (f) => f.set('i', 0n),
        test: (f) => f.get('i') < f.get('numpages'),
        update: (f) => f.set('i', f.get('i') + 1n),
      },
      [
        does(
          'its address',
          [
            '$in_flags & CPA_PAGES_ARRAY',
            '$addr = page_address($pages[$i])',
            '$addr = (unsigned long)page_address($pages[$i])',
            '$addr = $start[$i]',
          ],
          addressInArray,
        ),
        entryOfPage,
        clflushPage,
      ],
    ),
  ],
};

function addressInArray(f: Frame): void {
  const { memory, machine } = f.kernel;
  const at = f.get('i') * 8n;
  const byPage = (f.get('in_flags') & CPA_PAGES_ARRAY) !== 0n;
  const element = byPage
    ? memory.load(f.get('pages') + at, PAGE_POINTER).bits
    : memory.load(f.get('start') + at, UNSIGNED_LONG).bits;
  f.set('addr', byPage ? addressOfPage(machine.layout, element) : element);
}

export const CPA_FLUSH_V4: readonly KernelFunction[] = [cpaFlushRange, cpaFlushArray];
