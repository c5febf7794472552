/** Memory hot-remove, from arch_remove_memory() to remove_pagetable(). */
import { roundDown } from '../address.ts';
import { BOOL, INT, pointerTo, structOf, UNSIGNED_LONG, VOID } from './ctype.ts';
import { INIT_64, type Parameter } from './hot-add-tables.ts';
import { entryEnd } from './hot-remove-tables.ts';
import type { Frame, KernelFunction, Version } from './model.ts';
import { continueIf, does, forLoop, forState, nothing, returns } from './nodes.ts';
import { ALL } from './pageattr-function.ts';
import { P4D_T, PGD_T } from './structs.ts';
import { tablePointer } from './tables.ts';

const ulong = (name: string): Parameter => ({ name, type: UNSIGNED_LONG });
const ALTMAP: Parameter = { name: 'altmap', type: pointerTo(structOf('vmem_altmap')) };
const pgdirSize = (f: Frame): bigint => (f.kernel.machine.layout.pagingLevels === 5 ? 1n << 48n : 1n << 39n);
const topTable = (f: Frame): 'p4d' | 'pud' => (f.kernel.machine.layout.pagingLevels === 5 ? 'p4d' : 'pud');

/** remove_pagetable(start, end, direct, altmap): virtual addresses. */
const remove_pagetable: KernelFunction = {
  name: 'remove_pagetable',
  path: INIT_64,
  versions: ALL,
  returns: VOID,
  parameters: [ulong('start'), ulong('end'), { name: 'direct', type: BOOL }, ALTMAP],
  locals: [
    { name: 'next', type: UNSIGNED_LONG },
    { name: 'addr', type: UNSIGNED_LONG },
    { name: 'pgd', type: pointerTo(PGD_T) },
    { name: 'p4d', type: pointerTo(P4D_T) },
    forState('each top-level entry'),
  ],
  body: [
    forLoop(
      'each top-level entry',
      ['for ($addr = $start; $addr < $end; $addr = $next)', '$addr < $end'],
      {
        init: (f) => f.set('addr', f.get('start')),
        test: (f) => f.get('addr') < f.get('end'),
        update: (f) => f.set('addr', f.get('next')),
      },
      [
        does('where it ends', ['$next = pgd_addr_end($addr, $end)'], (f) =>
          f.set('next', entryEnd(f.get('addr'), f.get('end'), pgdirSize(f))),
        ),
        does('the entry', ['$pgd = pgd_offset_k($addr)'], (f) => f.set('pgd', tablePointer(f.kernel, 'p4d', -1n))),
        continueIf(
          'nothing there',
          ['!pgd_present(*$pgd)'],
          (f) => !f.kernel.machine.hasTable(f.get('addr'), topTable(f)),
        ),
        does('the table', ['$p4d = p4d_offset($pgd, 0)'], (f) =>
          f.set('p4d', tablePointer(f.kernel, topTable(f), roundDown(f.get('addr'), pgdirSize(f)))),
        ),
        does('empty it', ['remove_p4d_table($p4d, $addr, $next, $altmap, $direct)'], (f) => {
          f.kernel.call(
            'remove_p4d_table',
            f.get('p4d'),
            f.get('addr'),
            f.get('next'),
            f.get('altmap'),
            f.get('direct'),
          );
        }),
      ],
    ),
    does('flush all TLBs', ['flush_tlb_all()'], (f) => {
      f.kernel.call('flush_tlb_all');
    }),
  ],
};

const toVirtual =
  (name: string): ((f: Frame) => void) =>
  (f) =>
    f.set(name, f.kernel.machine.layout.pageOffset + f.get(name));

/** kernel_physical_mapping_remove(start, end): PHYSICAL addresses, which become virtual in place. */
const kernel_physical_mapping_remove: KernelFunction = {
  name: 'kernel_physical_mapping_remove',
  path: INIT_64,
  versions: ALL,
  returns: VOID,
  parameters: [ulong('start'), ulong('end')],
  locals: [],
  body: [
    does(
      'start in the direct mapping',
      ['$start = (unsigned long)__va($start)', '$start = __va($start)'],
      toVirtual('start'),
    ),
    does('end in the direct mapping', ['$end = (unsigned long)__va($end)', '$end = __va($end)'], toVirtual('end')),
    does(
      'remove the range',
      ['remove_pagetable($start, $end, true, NULL)', 'remove_pagetable($start, $end, true, _)'],
      (f) => {
        f.kernel.call('remove_pagetable', f.get('start'), f.get('end'), 1n, 0n);
      },
    ),
  ],
};

/** vmemmap_free(): the struct pages of memory that goes; they are mapped outside the direct mapping. */
const vmemmap_free: KernelFunction = {
  name: 'vmemmap_free',
  path: INIT_64,
  versions: ALL,
  returns: VOID,
  parameters: [ulong('start'), ulong('end'), ALTMAP],
  locals: [],
  body: [
    nothing('the range is one of whole pages', 'VM_BUG_ON(_)'),
    does('remove the range', ['remove_pagetable($start, $end, false, $altmap)'], (f) => {
      f.kernel.call('remove_pagetable', f.get('start'), f.get('end'), 0n, f.get('altmap'));
    }),
  ],
};

const NID: Parameter = { name: 'nid', type: INT };

/** arch_remove_memory(): nid came and went again. */
const arch_remove_memory = (versions: readonly Version[], before: readonly Parameter[]): KernelFunction => ({
  name: 'arch_remove_memory',
  path: INIT_64,
  versions,
  returns: INT,
  parameters: [...before, ulong('start'), ulong('size'), ALTMAP],
  locals: [
    { name: 'start_pfn', type: UNSIGNED_LONG, init: (f) => f.get('start') >> 12n },
    { name: 'nr_pages', type: UNSIGNED_LONG, init: (f) => f.get('size') >> 12n },
    { name: 'ret', type: INT, init: () => 0n },
  ],
  body: [
    nothing('its zone', '_ = page_zone(_)'),
    nothing(
      'its struct pages',
      '$ret = __remove_pages(_, $start_pfn, $nr_pages, $altmap)',
      '__remove_pages(_, $start_pfn, $nr_pages, $altmap)',
      '__remove_pages($start_pfn, $nr_pages, $altmap)',
    ),
    nothing('that cannot fail', 'WARN_ON_ONCE($ret)'),
    does('its mapping', ['kernel_physical_mapping_remove($start, $start + $size)'], (f) => {
      f.kernel.call('kernel_physical_mapping_remove', f.get('start'), f.get('start') + f.get('size'));
    }),
    returns('done', ['return $ret'], (f) => f.get('ret')),
  ],
});

/** Not a kernel function: what mm/memory_hotplug.c comes to for every version. */
const hotRemove = (versions: readonly Version[], before: readonly bigint[]): KernelFunction => ({
  name: 'hot_remove_memory',
  path: [],
  versions,
  returns: INT,
  parameters: [ulong('start'), ulong('size')],
  locals: [],
  body: [
    returns(
      'remove the memory',
      [],
      (f) => f.kernel.call('arch_remove_memory', ...before, f.get('start'), f.get('size'), 0n).bits,
    ),
  ],
});

export const HOT_REMOVE: readonly KernelFunction[] = [
  remove_pagetable,
  kernel_physical_mapping_remove,
  vmemmap_free,
  arch_remove_memory(['v4.18', 'v6.1'], []),
  arch_remove_memory(['v5.1'], [NID]),
  hotRemove(['v4.18', 'v6.1'], []),
  hotRemove(['v5.1'], [0n]),
];
