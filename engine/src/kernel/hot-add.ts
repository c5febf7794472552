/** Memory hot-add, from arch_add_memory() to the top-level loop of __kernel_physical_mapping_init(). */
import { PMD_SIZE, PUD_SIZE, roundDown, roundUp } from '../address.ts';
import { PAGE_KERNEL, PG_LEVEL } from './constants.ts';
import { BOOL, INT, pointerTo, structOf, UNSIGNED_LONG } from './ctype.ts';
import {
  extraArgs,
  extraMarks,
  type HotAddShape,
  INIT,
  INIT_64,
  lockTables,
  type Parameter,
  PROT,
  SHAPES,
  unlockTables,
} from './hot-add-tables.ts';
import type { Frame, KernelFunction, Node, Version } from './model.ts';
import { branch, continueIf, does, forLoop, forState, nothing, returns } from './nodes.ts';
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
          [`__kernel_physical_mapping_init($paddr_start, $paddr_end, $page_size_mask${extraMarks(extra)})`],
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

/** split_mem_range(): [start, end) in the pieces that pages of one size can map. */
function memoryRanges(start: bigint, end: bigint): readonly { start: bigint; end: bigint; mask: bigint }[] {
  const huge = 1n << PG_LEVEL['2M'];
  const gigantic = huge | (1n << PG_LEVEL['1G']);
  const clamp = (address: bigint): bigint => (address < end ? address : end);
  const toPmd = clamp(roundUp(start, PMD_SIZE));
  const toPud = clamp(roundUp(toPmd, PUD_SIZE));
  const lastPud = toPud < end ? roundDown(end, PUD_SIZE) : toPud;
  const lastPmd = lastPud < end ? roundDown(end, PMD_SIZE) : lastPud;
  return [
    { start, end: toPmd, mask: 0n },
    { start: toPmd, end: toPud, mask: huge },
    { start: toPud, end: lastPud, mask: gigantic },
    { start: lastPud, end: lastPmd, mask: huge },
    { start: lastPmd, end, mask: 0n },
  ].filter((range) => range.start < range.end);
}

const init_memory_mapping = (versions: readonly Version[], extra: readonly Parameter[]): KernelFunction => ({
  name: 'init_memory_mapping',
  path: ['arch/x86/mm/init.c'],
  versions,
  returns: UNSIGNED_LONG,
  parameters: [ulong('start'), ulong('end'), ...extra],
  locals: [
    { name: 'ret', type: UNSIGNED_LONG, init: () => 0n },
    { name: 'nr_range', type: INT },
    { name: 'i', type: INT },
    forState('each range'),
  ],
  body: [
    does('cut the range where page sizes change', ['$nr_range = split_mem_range(_, 0, $start, $end)'], (f) =>
      f.set('nr_range', BigInt(memoryRanges(f.get('start'), f.get('end')).length)),
    ),
    forLoop(
      'each range',
      ['for ($i = 0; $i < $nr_range; $i++)', '$i < $nr_range'],
      {
        init: (f) => f.set('i', 0n),
        test: (f) => f.get('i') < f.get('nr_range'),
        update: (f) => f.set('i', f.get('i') + 1n),
      },
      [
        does('map it', [`$ret = kernel_physical_mapping_init(_, _, _${extraMarks(extra)})`], (f) => {
          const range = memoryRanges(f.get('start'), f.get('end'))[Number(f.get('i'))];
          if (!range) return;
          f.set(
            'ret',
            f.kernel.call('kernel_physical_mapping_init', range.start, range.end, range.mask, ...extraArgs(f, extra))
              .bits,
          );
        }),
      ],
    ),
    nothing('RAM reaches further', 'add_pfn_range_mapped($start >> PAGE_SHIFT, $ret >> PAGE_SHIFT)'),
    returns('how far it got', ['return $ret >> PAGE_SHIFT'], (f) => f.get('ret') >> 12n),
  ],
});

const U64 = UNSIGNED_LONG;
const PARAMS = pointerTo(structOf('mhp_params'));

const arch_add_memory = (
  versions: readonly Version[],
  rest: readonly Parameter[],
  withProt: boolean,
): KernelFunction => ({
  name: 'arch_add_memory',
  path: INIT_64,
  versions,
  returns: INT,
  parameters: [{ name: 'nid', type: INT }, { name: 'start', type: U64 }, { name: 'size', type: U64 }, ...rest],
  locals: [
    { name: 'start_pfn', type: UNSIGNED_LONG, init: (f) => f.get('start') >> 12n },
    { name: 'nr_pages', type: UNSIGNED_LONG, init: (f) => f.get('size') >> 12n },
  ],
  body: [
    does('map it', [`init_memory_mapping($start, $start + $size${withProt ? ', _' : ''})`], (f) => {
      f.kernel.call(
        'init_memory_mapping',
        f.get('start'),
        f.get('start') + f.get('size'),
        ...(withProt ? [PAGE_KERNEL] : []),
      );
    }),
    returns(
      'struct pages for it',
      ['add_pages($nid, $start_pfn, $nr_pages, _)', 'add_pages($nid, $start_pfn, $nr_pages, _, _)'],
      (f) => f.kernel.call('add_pages', f.get('nid'), f.get('start_pfn'), f.get('nr_pages')).bits,
    ),
  ],
});

const add_pages: KernelFunction = {
  name: 'add_pages',
  path: INIT_64,
  versions: ['v4.18', 'v5.1', 'v6.1'],
  returns: INT,
  parameters: [{ name: 'nid', type: INT }, ulong('start_pfn'), ulong('nr_pages')],
  locals: [{ name: 'ret', type: INT }],
  body: [
    does(
      'struct pages',
      ['$ret = __add_pages($nid, $start_pfn, $nr_pages, _)', '$ret = __add_pages($nid, $start_pfn, $nr_pages, _, _)'],
      (f) => f.set('ret', 0n),
    ),
    nothing('that cannot fail', 'WARN_ON_ONCE($ret)'),
    nothing('RAM ends later', 'update_end_of_memory_vars(_, _)'),
    returns('done', ['return $ret'], (f) => f.get('ret')),
  ],
};

/** Not a kernel function: what drivers/acpi and mm/memory_hotplug.c come to for every version. */
const hotAdd: KernelFunction = {
  name: 'hot_add_memory',
  path: [],
  versions: ['v4.18', 'v5.1', 'v6.1'],
  returns: INT,
  parameters: [ulong('start'), ulong('size')],
  locals: [],
  body: [
    returns(
      'add the memory',
      [],
      (f) => f.kernel.call('arch_add_memory', 0n, f.get('start'), f.get('size'), ...hotAddRest(f)).bits,
    ),
  ],
};

/** The last parameters of arch_add_memory(): NULL in all versions, and want_memblock in the older ones. */
const hotAddRest = (_f: Frame): readonly bigint[] => [0n];

const OLD_REST: readonly Parameter[] = [{ name: 'altmap', type: pointerTo(structOf('vmem_altmap')) }];

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
  init_memory_mapping(['v4.18', 'v5.1'], []),
  init_memory_mapping(['v6.1'], [PROT]),
  arch_add_memory(['v4.18', 'v5.1'], OLD_REST, false),
  arch_add_memory(['v5.2'], [{ name: 'restrictions', type: pointerTo(structOf('mhp_restrictions')) }], false),
  arch_add_memory(['v6.1'], [{ name: 'params', type: PARAMS }], true),
  add_pages,
  hotAdd,
];
