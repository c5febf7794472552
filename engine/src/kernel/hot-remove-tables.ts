/** Hot-remove, below the top level: remove_p4d_table() to remove_pte_table(), and the freeing of what they leave empty. */
import { bytesOf, type PageSize, roundDown } from '../address.ts';
import { BOOL, type CType, INT, pointerTo, structOf, UNSIGNED_LONG, VOID } from './ctype.ts';
import { INIT_64, lockTables, type Parameter, unlockTables } from './hot-add-tables.ts';
import type { Frame, KernelFunction, Local, Node } from './model.ts';
import { branch, continueIf, does, forLoop, forState, nothing, returnIf } from './nodes.ts';
import { ALL } from './pageattr-function.ts';
import { P4D_T, PMD_T, PTE_T, PUD_T } from './structs.ts';
import { startOfTable, tablePointer } from './tables.ts';

type LevelName = 'pte' | 'pmd' | 'pud' | 'p4d';
const TYPES: Readonly<Record<LevelName, CType>> = { pte: PTE_T, pmd: PMD_T, pud: PUD_T, p4d: P4D_T };
const SIZES: Readonly<Record<LevelName, bigint>> = {
  pte: bytesOf['4K'],
  pmd: bytesOf['2M'],
  pud: bytesOf['1G'],
  p4d: 1n << 39n,
};
const PAGES: Readonly<Record<'pte' | 'pmd' | 'pud', PageSize>> = { pte: '4K', pmd: '2M', pud: '1G' };

const ulong = (name: string): Parameter => ({ name, type: UNSIGNED_LONG });
const DIRECT: Parameter = { name: 'direct', type: BOOL };
const ALTMAP: Parameter = { name: 'altmap', type: pointerTo(structOf('vmem_altmap')) };

/** pmd_addr_end() and its kin: the end of the entry, or of the range if that comes first. */
export const entryEnd = (address: bigint, end: bigint, size: bigint): bigint => {
  const next = roundDown(address, size) + size;
  return next < end ? next : end;
};

const eachEntry = (entry: LevelName, body: readonly Node[]): Node =>
  forLoop(
    `each ${entry}`,
    [`for (; $addr < $end; $addr = $next, $${entry}++)`, '$addr < $end'],
    {
      init: () => undefined,
      test: (f) => f.get('addr') < f.get('end'),
      update: (f) => f.set('addr', f.get('next')),
    },
    [
      does(
        'where it ends',
        entry === 'pte'
          ? ['$next = ($addr + PAGE_SIZE) & PAGE_MASK', '$next > $end']
          : [`$next = ${entry}_addr_end($addr, $end)`],
        (f) => f.set('next', entryEnd(f.get('addr'), f.get('end'), SIZES[entry])),
      ),
      ...body,
    ],
  );

const leaf = (f: Frame, entry: 'pte' | 'pmd' | 'pud'): boolean =>
  f.kernel.machine.lookup(f.get('addr'))?.page === PAGES[entry];
const covered = (f: Frame, size: bigint): boolean => f.get('addr') % size === 0n && f.get('next') % size === 0n;

/** Clears the entry under page_table_lock. */
const clear = (entry: 'pte' | 'pmd' | 'pud'): readonly Node[] => [
  lockTables,
  does('clear the entry', [entry === 'pte' ? 'pte_clear(&init_mm, $addr, $pte)' : `${entry}_clear($${entry})`], (f) => {
    f.kernel.machine.writeLeaf(f.get('addr'), null);
  }),
  unlockTables,
  does('count it', ['$pages++'], (f) => f.set('pages', f.get('pages') + 1n)),
];

const shape = (
  entry: LevelName,
  below: 'pte' | 'pmd' | 'pud' | null,
  rest: readonly Parameter[],
  body: readonly Node[],
): KernelFunction => ({
  name: `remove_${entry}_table`,
  path: INIT_64,
  versions: ALL,
  returns: VOID,
  parameters: [{ name: `${entry}_start`, type: pointerTo(TYPES[entry]) }, ulong('addr'), ulong('end'), ...rest],
  locals: [
    { name: 'next', type: UNSIGNED_LONG },
    { name: 'pages', type: UNSIGNED_LONG, init: () => 0n },
    { name: entry, type: pointerTo(TYPES[entry]), unmodelled: true },
    ...(below ? [{ name: `${below}_base`, type: pointerTo(TYPES[below]) } satisfies Local] : []),
    { name: 'phys_addr', type: UNSIGNED_LONG, unmodelled: true },
    forState(`each ${entry}`),
  ],
  body,
});

const countPages = (level: string): Node => nothing('count', `update_page_count(PG_LEVEL_${level}, -$pages)`);

/** remove_pte_table(): clears the ptes, then flushes, so that the caller may free the table. */
const ptes = shape(
  'pte',
  null,
  [DIRECT],
  [
    eachEntry('pte', [
      continueIf('nothing there', ['!pte_present(*$pte)'], (f) => !leaf(f, 'pte')),
      nothing(
        'not the first GiB',
        '$phys_addr = pte_val(*$pte) + ($addr & PAGE_MASK)',
        '$phys_addr < (phys_addr_t)0x40000000',
      ),
      nothing('only vmemmap frees what it maps', '!$direct'),
      ...clear('pte'),
    ]),
    does('flush all TLBs', ['flush_tlb_all()'], (f) => {
      f.kernel.call('flush_tlb_all');
    }),
    countPages('4K'),
  ],
);

const there = (f: Frame, entry: 'pmd' | 'pud', below: 'pte' | 'pmd'): boolean =>
  leaf(f, entry) || f.kernel.machine.hasTable(f.get('addr'), below);
const base = (f: Frame, entry: LevelName, below: 'pte' | 'pmd' | 'pud'): bigint =>
  tablePointer(f.kernel, below, roundDown(f.get('addr'), SIZES[entry]));
const entryPointer = (f: Frame, entry: LevelName): bigint =>
  tablePointer(f.kernel, entry, roundDown(f.get('addr'), SIZES[entry]));

const free = (entry: 'pmd' | 'pud' | 'p4d', below: 'pte' | 'pmd' | 'pud'): Node =>
  does('free it if that left it empty', [`free_${below}_table($${below}_base, $${entry})`], (f) => {
    f.kernel.call(`free_${below}_table`, f.get(`${below}_base`), entryPointer(f, entry));
  });

/** remove_pmd_table() */
const pmds = shape(
  'pmd',
  'pte',
  [DIRECT, ALTMAP],
  [
    eachEntry('pmd', [
      continueIf('nothing there', ['!pmd_present(*$pmd)'], (f) => !there(f, 'pmd', 'pte')),
      branch('a huge page', ['if (pmd_large(*$pmd))', 'pmd_large(*$pmd)'], (f) => leaf(f, 'pmd'), [
        branch(
          'covered whole',
          ['IS_ALIGNED($addr, PMD_SIZE) && IS_ALIGNED($next, PMD_SIZE)'],
          (f) => covered(f, SIZES.pmd),
          clear('pmd'),
        ),
        continueIf('on to the next', ['continue'], () => true),
      ]),
      does('the table', ['$pte_base = (pte_t *)pmd_page_vaddr(*$pmd)'], (f) =>
        f.set('pte_base', base(f, 'pmd', 'pte')),
      ),
      does('empty it', ['remove_pte_table($pte_base, $addr, $next, $direct)'], (f) => {
        f.kernel.call('remove_pte_table', f.get('pte_base'), f.get('addr'), f.get('next'), f.get('direct'));
      }),
      free('pmd', 'pte'),
    ]),
    countPages('2M'),
  ],
);

/** remove_pud_table() */
const puds = shape(
  'pud',
  'pmd',
  [ALTMAP, DIRECT],
  [
    eachEntry('pud', [
      continueIf('nothing there', ['!pud_present(*$pud)'], (f) => !there(f, 'pud', 'pmd')),
      branch(
        'a huge page, covered whole',
        [
          'pud_large(*$pud) && IS_ALIGNED($addr, PUD_SIZE) && IS_ALIGNED($next, PUD_SIZE)',
          'if (pud_large(*$pud))',
          'IS_ALIGNED($addr, PUD_SIZE) && IS_ALIGNED($next, PUD_SIZE)',
        ],
        (f) => leaf(f, 'pud') && covered(f, SIZES.pud),
        [...clear('pud'), continueIf('on to the next', ['continue'], () => true)],
      ),
      does('the table', ['$pmd_base = pmd_offset($pud, 0)'], (f) => f.set('pmd_base', base(f, 'pud', 'pmd'))),
      does('empty it', ['remove_pmd_table($pmd_base, $addr, $next, $direct, $altmap)'], (f) => {
        f.kernel.call(
          'remove_pmd_table',
          f.get('pmd_base'),
          f.get('addr'),
          f.get('next'),
          f.get('direct'),
          f.get('altmap'),
        );
      }),
      free('pud', 'pmd'),
    ]),
    countPages('1G'),
  ],
);

/** remove_p4d_table(): pud tables are freed with five levels only. */
const p4ds = shape(
  'p4d',
  'pud',
  [ALTMAP, DIRECT],
  [
    eachEntry('p4d', [
      continueIf('nothing there', ['!p4d_present(*$p4d)'], (f) => !f.kernel.machine.hasTable(f.get('addr'), 'pud')),
      nothing('no huge pages here', 'BUILD_BUG_ON(p4d_large(*$p4d))'),
      does('the table', ['$pud_base = pud_offset($p4d, 0)'], (f) => f.set('pud_base', base(f, 'p4d', 'pud'))),
      does('empty it', ['remove_pud_table($pud_base, $addr, $next, $altmap, $direct)'], (f) => {
        f.kernel.call(
          'remove_pud_table',
          f.get('pud_base'),
          f.get('addr'),
          f.get('next'),
          f.get('altmap'),
          f.get('direct'),
        );
      }),
      branch('five levels', ['pgtable_l5_enabled()'], (f) => f.kernel.machine.layout.pagingLevels === 5, [
        free('p4d', 'pud'),
      ]),
    ]),
    countPages('512G'),
  ],
);

/** free_pte_table(), free_pmd_table(), free_pud_table(): only if all 512 entries are none. */
const freeTable = (table: 'pte' | 'pmd' | 'pud', above: 'pmd' | 'pud' | 'p4d'): KernelFunction => {
  const start = (f: Frame): bigint => startOfTable(f.kernel, f.get(`${table}_start`)) ?? 0n;
  return {
    name: `free_${table}_table`,
    path: INIT_64,
    versions: ALL,
    returns: VOID,
    parameters: [
      { name: `${table}_start`, type: pointerTo(TYPES[table]) },
      { name: above, type: pointerTo(TYPES[above]) },
    ],
    locals: [
      { name: table, type: pointerTo(TYPES[table]), unmodelled: true },
      { name: 'i', type: INT, unmodelled: true },
    ],
    body: [
      returnIf(
        'something is in it',
        [`for ($i = 0; $i < PTRS_PER_${table.toUpperCase()}; $i++)`, `!${table}_none(*$${table})`],
        (f) => !f.kernel.machine.fork().freeTable(start(f), table),
        () => null,
      ),
      nothing('give the page back', `free_pagetable(${above}_page(*$${above}), 0)`),
      lockTables,
      does('take it out of the entry above', [`${above}_clear($${above})`], (f) => {
        f.kernel.machine.freeTable(start(f), table);
      }),
      unlockTables,
    ],
  };
};

export const HOT_REMOVE_TABLES: readonly KernelFunction[] = [
  ptes,
  pmds,
  puds,
  p4ds,
  freeTable('pte', 'pmd'),
  freeTable('pmd', 'pud'),
  freeTable('pud', 'p4d'),
];
