/** Memory hot-add: the top-level loop of kernel_physical_mapping_init(), from v5.2 on in the one with two underscores. */
import { roundDown } from '../address.ts';
import { PAGE_KERNEL } from './constants.ts';
import { BOOL, pointerTo, UNSIGNED_LONG } from './ctype.ts';
import {
  extraArgs,
  extraMarks,
  type HotAddShape,
  INIT,
  INIT_64,
  lockTables,
  type Parameter,
  SHAPES,
  unlockTables,
} from './hot-add-tables.ts';
import type { Frame, KernelFunction, Node, Version } from './model.ts';
import { branch, continueIf, does, forLoop, forState, returns } from './nodes.ts';
import { P4D_T, PGD_T } from './structs.ts';
import { linkTable, newTable, tablePointer } from './tables.ts';

const ulong = (name: string): Parameter => ({ name, type: UNSIGNED_LONG });
const RANGE: readonly Parameter[] = [ulong('paddr_start'), ulong('paddr_end'), ulong('page_size_mask')];

const virtualOf = (f: Frame, name: string): bigint => f.kernel.machine.layout.pageOffset + f.get(name);
const physicalOf = (f: Frame, name: string): bigint => f.get(name) - f.kernel.machine.layout.pageOffset;

/** PGDIR_SIZE */
const pgdirSize = (f: Frame): bigint => (f.kernel.machine.layout.pagingLevels === 5 ? 1n << 48n : 1n << 39n);
/** The level of the tables that top-level entries point to; with four levels p4d is folded away. */
const topTable = (f: Frame): 'p4d' | 'pud' => (f.kernel.machine.layout.pagingLevels === 5 ? 'p4d' : 'pud');

const body = (extra: readonly Parameter[], end: readonly Node[]): readonly Node[] => {
  const goDown = (name: string): Node =>
    does(
      name,
      [`$paddr_last = phys_p4d_init($p4d, __pa($vaddr), __pa($vaddr_end), $page_size_mask${extraMarks(extra)})`],
      (f) =>
        f.set(
          'paddr_last',
          f.kernel.call(
            'phys_p4d_init',
            f.get('p4d'),
            physicalOf(f, 'vaddr'),
            physicalOf(f, 'vaddr_end'),
            f.get('page_size_mask'),
            ...extraArgs(f, extra),
          ).bits,
        ),
    );
  return [
    does('the whole range, if nothing is skipped', ['$paddr_last = $paddr_end'], (f) =>
      f.set('paddr_last', f.get('paddr_end')),
    ),
    does('where the range begins', ['$vaddr = (unsigned long)__va($paddr_start)', '$vaddr = __va($paddr_start)'], (f) =>
      f.set('vaddr', virtualOf(f, 'paddr_start')),
    ),
    does('where it ends', ['$vaddr_end = (unsigned long)__va($paddr_end)', '$vaddr_end = __va($paddr_end)'], (f) =>
      f.set('vaddr_end', virtualOf(f, 'paddr_end')),
    ),
    does('keep the beginning', ['$vaddr_start = $vaddr'], (f) => f.set('vaddr_start', f.get('vaddr'))),
    forLoop(
      'each top-level entry',
      ['for (; $vaddr < $vaddr_end; $vaddr = $vaddr_next)', '$vaddr < $vaddr_end'],
      {
        init: () => undefined,
        test: (f) => f.get('vaddr') < f.get('vaddr_end'),
        update: (f) => f.set('vaddr', f.get('vaddr_next')),
      },
      [
        does('the entry', ['$pgd = pgd_offset_k($vaddr)'], (f) => f.set('pgd', tablePointer(f.kernel, 'p4d', -1n))),
        does('where the next begins', ['$vaddr_next = ($vaddr & PGDIR_MASK) + PGDIR_SIZE'], (f) =>
          f.set('vaddr_next', roundDown(f.get('vaddr'), pgdirSize(f)) + pgdirSize(f)),
        ),
        branch(
          'a table is there',
          ['if (pgd_val(*$pgd))', 'pgd_val(*$pgd)'],
          (f) => f.kernel.machine.hasTable(f.get('vaddr'), topTable(f)),
          [
            does('the table', ['$p4d = (p4d_t *)pgd_page_vaddr(*$pgd)', '$p4d = pgd_page_vaddr(*$pgd)'], (f) =>
              f.set('p4d', tablePointer(f.kernel, topTable(f), roundDown(f.get('vaddr'), pgdirSize(f)))),
            ),
            goDown('fill it'),
            continueIf('on to the next', ['continue'], () => true),
          ],
        ),
        does('a new table', ['$p4d = alloc_low_page()'], (f) => f.set('p4d', newTable(f.kernel))),
        goDown('fill it while nothing points to it'),
        lockTables,
        does(
          'link it at the top level',
          [
            'pgtable_l5_enabled()',
            'pgd_populate(&init_mm, $pgd, $p4d)',
            'p4d_populate(&init_mm, p4d_offset($pgd, $vaddr), _)',
            'pgd_populate_safe(&init_mm, $pgd, $p4d)',
            'p4d_populate_safe(&init_mm, p4d_offset($pgd, $vaddr), _)',
            'pgd_populate_init(&init_mm, $pgd, $p4d, _)',
            'p4d_populate_init(&init_mm, p4d_offset($pgd, $vaddr), _, _)',
          ],
          (f) => linkTable(f.kernel, f.get('p4d'), f.get('pgd')),
        ),
        unlockTables,
        does('the other page tables lack it', ['$pgd_changed = true', '$pgd_changed = 1'], (f) =>
          f.set('pgd_changed', 1n),
        ),
      ],
    ),
    branch('a top-level entry is new', ['if ($pgd_changed)'], (f) => f.get('pgd_changed') !== 0n, [
      does('copy it to the other page tables', ['sync_global_pgds($vaddr_start, $vaddr_end - 1)'], (f) => {
        f.kernel.call('sync_global_pgds', f.get('vaddr_start'), f.get('vaddr_end') - 1n);
      }),
    ]),
    ...end,
    returns('how far it got', ['return $paddr_last'], (f) => f.get('paddr_last')),
  ];
};

const flushHere = does('flush this CPU', ['__flush_tlb_all()'], (f) => {
  f.kernel.call('__flush_tlb_all');
});

/** The function that holds the loop: kernel_physical_mapping_init() up to v5.1, then the one with two underscores. */
const withLoop = (
  name: string,
  versions: readonly Version[],
  extra: readonly Parameter[],
  end: readonly Node[] = [],
): KernelFunction => ({
  name,
  path: INIT_64,
  versions,
  returns: UNSIGNED_LONG,
  parameters: [...RANGE, ...extra],
  locals: [
    { name: 'pgd_changed', type: BOOL, init: () => 0n },
    ...['vaddr', 'vaddr_start', 'vaddr_end', 'vaddr_next', 'paddr_last'].map((local) => ({
      name: local,
      type: UNSIGNED_LONG,
    })),
    { name: 'pgd', type: pointerTo(PGD_T) },
    { name: 'p4d', type: pointerTo(P4D_T) },
    forState('each top-level entry'),
  ],
  body: body(extra, end),
});

/** kernel_physical_mapping_init() and _change() of v5.2 and later: the same loop, with and without set_*_safe(). */
const wrappers = ({ versions, extra }: HotAddShape): readonly KernelFunction[] => {
  const wrapper = (what: 'init' | 'change'): KernelFunction => {
    const own = what === 'init' ? extra.filter((parameter) => parameter !== INIT) : [];
    return {
      name: `kernel_physical_mapping_${what}`,
      path: INIT_64,
      versions,
      returns: UNSIGNED_LONG,
      parameters: [...RANGE, ...own],
      locals: [],
      body: [
        returns(
          'the same for both',
          [`__kernel_physical_mapping_init($paddr_start, $paddr_end, $page_size_mask${', _'.repeat(extra.length)})`],
          (f) => {
            const rest = extra.map((parameter) => {
              if (parameter === INIT) return what === 'init' ? 1n : 0n;
              return what === 'init' ? f.get('prot') : PAGE_KERNEL;
            });
            const [start, end, mask] = RANGE.map(({ name }) => f.get(name));
            return f.kernel.call('__kernel_physical_mapping_init', start ?? 0n, end ?? 0n, mask ?? 0n, ...rest).bits;
          },
        ),
      ],
    };
  };
  return [wrapper('init'), wrapper('change')];
};

export const HOT_ADD: readonly KernelFunction[] = [
  ...SHAPES.flatMap((shape) => {
    if (shape.extra.length > 0) {
      return [withLoop('__kernel_physical_mapping_init', shape.versions, shape.extra), ...wrappers(shape)];
    }
    return [
      withLoop('kernel_physical_mapping_init', ['v4.18'], [], [flushHere]),
      withLoop('kernel_physical_mapping_init', ['v5.1'], []),
    ];
  }),
];
