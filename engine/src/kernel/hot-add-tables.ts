/** Hot-add below p4d: phys_pud_init() to phys_pte_init(), each on the table of its level. */
import { bytesOf, type PageSize } from '../address.ts';
import type { TableLevel } from '../event.ts';
import { PAGE_KERNEL, PG_LEVEL } from './constants.ts';
import { BOOL, type CType, INT, pointerTo, UNSIGNED_LONG } from './ctype.ts';
import { flagsOf, protOf } from './entry.ts';
import type { Frame, KernelFunction, Local, Node, Version } from './model.ts';
import { branch, continueIf, does, forLoop, forState, nothing, returns } from './nodes.ts';
import { PGPROT_T, PMD_T, PTE_T, PUD_T } from './structs.ts';
import { isUnlinked, linkTable, newTable, tablePointer, writeLeaf } from './tables.ts';

export const INIT_64 = ['arch/x86/mm/init_64.c'] as const;

export interface Parameter {
  readonly name: string;
  readonly type: CType;
}
const ulong = (name: string): Parameter => ({ name, type: UNSIGNED_LONG });
export const INIT: Parameter = { name: 'init', type: BOOL };
export const PROT: Parameter = { name: 'prot', type: PGPROT_T };

/** What the versions hand down beside addresses and sizes. */
export interface HotAddShape {
  readonly versions: readonly Version[];
  readonly extra: readonly Parameter[];
}
export const SHAPES: readonly HotAddShape[] = [
  { versions: ['v4.18', 'v5.1'], extra: [] },
  { versions: ['v5.2'], extra: [INIT] },
  { versions: ['v6.1'], extra: [PROT, INIT] },
];

/** The trailing arguments, as the function got them. */
export const extraArgs = (f: Frame, extra: readonly Parameter[]): readonly bigint[] =>
  extra.map(({ name }) => f.get(name));
/** They in a mark. */
export const extraMarks = (extra: readonly Parameter[]): string => extra.map(() => ', _').join('');

export const virtual = (f: Frame, name: string): bigint => f.kernel.machine.layout.pageOffset + f.get(name);

export const lockTables = does('take page_table_lock', ['spin_lock(&init_mm.page_table_lock)'], (f) =>
  f.kernel.enterAtomic('init_mm.page_table_lock'),
);
export const unlockTables = does('release page_table_lock', ['spin_unlock(&init_mm.page_table_lock)'], (f) =>
  f.kernel.leaveAtomic('init_mm.page_table_lock'),
);

interface Level {
  readonly page: PageSize;
  /** Name of the level's entries, and of the table that one of its entries points to. */
  readonly entry: 'pte' | 'pmd' | 'pud';
  readonly type: CType;
  readonly below: 'pte' | 'pmd' | null;
}
const LEVELS: Readonly<Record<'pte' | 'pmd' | 'pud', Level>> = {
  pte: { page: '4K', entry: 'pte', type: PTE_T, below: null },
  pmd: { page: '2M', entry: 'pmd', type: PMD_T, below: 'pte' },
  pud: { page: '1G', entry: 'pud', type: PUD_T, below: 'pmd' },
};

export const mask = (size: bigint, address: bigint): bigint => address & ~(size - 1n);
const upper = (name: string): string => (name === 'pte' ? 'PAGE' : name.toUpperCase());

/** What an entry of an existing table holds now; a new table is empty. */
const leafThere = (f: Frame, table: string, level: Level): boolean =>
  !isUnlinked(f.kernel, f.get(table)) && f.kernel.machine.lookup(virtual(f, 'paddr'))?.page === level.page;
export const tableThere = (f: Frame, table: string, below: TableLevel): boolean =>
  !isUnlinked(f.kernel, f.get(table)) && f.kernel.machine.hasTable(virtual(f, 'paddr'), below);

const writes = (f: Frame, table: string, { page }: Level): void => {
  const size = bytesOf[page];
  const start = mask(size, virtual(f, 'paddr'));
  writeLeaf(f.kernel, f.get(table), { start, end: start + size, page, flags: flagsOf(f.get('prot')) ?? [] });
};

export const onToNext = continueIf('on to the next', ['continue'], () => true);

/** Every entry of one table in turn, until the range is done. */
const eachEntry = (level: Level, body: readonly Node[]): Node => {
  const size = bytesOf[level.page];
  const { entry } = level;
  return forLoop(
    `each ${entry}`,
    [
      `for (; $i < PTRS_PER_${entry.toUpperCase()}; $i++, $paddr = $paddr_next)`,
      ...(entry === 'pte' ? ['for (; $i < PTRS_PER_PTE; $i++, $paddr = $paddr_next, $pte++)'] : []),
      `$i < PTRS_PER_${entry.toUpperCase()}`,
    ],
    {
      init: (f) => f.set('i', (virtual(f, 'paddr') / size) % 512n),
      test: (f) => f.get('i') < 512n && f.get('paddr') < f.get('paddr_end'),
      update: (f) => {
        f.set('i', f.get('i') + 1n);
        f.set('paddr', f.get('paddr_next'));
      },
    },
    [
      does('where the next begins', [`$paddr_next = ($paddr & ${upper(entry)}_MASK) + ${upper(entry)}_SIZE`], (f) =>
        f.set('paddr_next', mask(size, f.get('paddr')) + size),
      ),
      branch('behind the range', ['$paddr >= $paddr_end'], (f) => f.get('paddr') >= f.get('paddr_end'), [
        nothing(
          'entries there are cleared at boot only',
          `set_${entry}(_, __${entry}(0))`,
          `set_${entry}_init(_, __${entry}(0), _)`,
        ),
        onToNext,
      ]),
      ...body,
    ],
  );
};

/** phys_pmd_init() and phys_pte_init() are told the protection in every version, phys_pud_init() from v6.1 on. */
const told = (level: Level, extra: readonly Parameter[]): readonly Parameter[] =>
  level.entry === 'pud' ? extra : [PROT, ...extra.filter((parameter) => parameter !== PROT)];

const locals = (level: Level): readonly Local[] => [
  { name: 'pages', type: UNSIGNED_LONG, init: () => 0n },
  { name: 'paddr_next', type: UNSIGNED_LONG },
  { name: 'paddr_last', type: UNSIGNED_LONG, init: (f) => f.get('paddr_end') },
  { name: 'i', type: INT },
  { name: level.entry, type: pointerTo(level.type), unmodelled: true },
  ...(level.below ? [{ name: level.below, type: pointerTo(LEVELS[level.below].type) }] : []),
  forState(`each ${level.entry}`),
];

const parameters = (level: Level, extra: readonly Parameter[]): readonly Parameter[] => [
  { name: `${level.entry}_page`, type: pointerTo(level.type) },
  ulong('paddr'),
  ulong('paddr_end'),
  ...(level.below ? [ulong('page_size_mask')] : []),
  ...told(level, extra),
];

const finish = (level: Level): readonly Node[] => [
  nothing('count', `update_page_count(PG_LEVEL_${level.page}, $pages)`),
  returns('how far it got', ['return $paddr_last'], (f) => f.get('paddr_last')),
];

const count = does('count it', ['$pages++'], (f) => f.set('pages', f.get('pages') + 1n));
const last = (name: string): Node =>
  does('this far', [`$paddr_last = $${name}`], (f) => f.set('paddr_last', f.get(name)));

/** phys_pte_init(): 4K pages where there are none yet. */
const phys_pte_init = ({ versions, extra }: HotAddShape): KernelFunction => ({
  name: 'phys_pte_init',
  path: INIT_64,
  versions,
  returns: UNSIGNED_LONG,
  parameters: parameters(LEVELS.pte, extra),
  locals: locals(LEVELS.pte),
  body: [
    eachEntry(LEVELS.pte, [
      continueIf('mapped already', ['!pte_none(*$pte)'], (f) => leafThere(f, 'pte_page', LEVELS.pte)),
      count,
      does(
        'map the page',
        [
          'set_pte(_, pfn_pte($paddr >> PAGE_SHIFT, _))',
          'set_pte_safe(_, pfn_pte($paddr >> PAGE_SHIFT, _))',
          'set_pte_init(_, pfn_pte($paddr >> PAGE_SHIFT, _), _)',
        ],
        (f) => writes(f, 'pte_page', LEVELS.pte),
      ),
      does('this far', ['$paddr_last = ($paddr & PAGE_MASK) + PAGE_SIZE'], (f) =>
        f.set('paddr_last', f.get('paddr_next')),
      ),
    ]),
    ...finish(LEVELS.pte),
  ],
});

/** KASLR may move the mapping by whole GiB, so that phys_pud_init() has to look where an address is mapped. */
const vaddr: Local = { name: 'vaddr', type: UNSIGNED_LONG, init: (f) => virtual(f, 'paddr') };
const whereMapped = does('where it is mapped', ['$vaddr = (unsigned long)__va($paddr)', '$vaddr = __va($paddr)'], (f) =>
  f.set('vaddr', virtual(f, 'paddr')),
);

/** phys_pmd_init() and phys_pud_init(): a huge page where the mask allows it, else a table. */
const physHugeInit = (level: Level, below: 'pte' | 'pmd', { versions, extra }: HotAddShape): KernelFunction => {
  const { entry } = level;
  const table = `${entry}_page`;
  const callee = `phys_${below}_init`;
  const args = `$paddr_end${below === 'pte' ? '' : ', $page_size_mask'}${extraMarks(told(LEVELS[below], extra))}`;
  // What the tables below are given: the protection that was asked for, or that of the huge page that they replace.
  const kept = entry === 'pud' ? 'prot' : 'new_prot';
  const goDown = (name: string): Node =>
    does(name, [`$paddr_last = ${callee}($${below}, $paddr, ${args})`], (f) => {
      const more = told(LEVELS[below], extra).slice(1);
      const rest = [...(below === 'pte' ? [] : [f.get('page_size_mask')]), f.get(kept), ...extraArgs(f, more)];
      f.set('paddr_last', f.kernel.call(callee, f.get(below), f.get('paddr'), f.get('paddr_end'), ...rest).bits);
    });
  const allowed = (f: Frame): boolean => (f.get('page_size_mask') & (1n << PG_LEVEL[level.page])) !== 0n;
  const allowedMark = `$page_size_mask & (1 << PG_LEVEL_${level.page})`;
  // Only phys_pmd_init() holds the lock while it fills an existing table.
  const around = (nodes: readonly Node[]): readonly Node[] =>
    below === 'pte' ? [lockTables, ...nodes, unlockTables] : nodes;
  const populate = below === 'pte' ? 'pmd_populate_kernel' : 'pud_populate';
  return {
    name: `phys_${entry}_init`,
    path: INIT_64,
    versions,
    returns: UNSIGNED_LONG,
    parameters: parameters(level, extra),
    locals: [
      ...locals(level),
      entry === 'pud' ? vaddr : { name: 'new_prot', type: PGPROT_T },
      ...(parameters(level, extra).includes(PROT) ? [] : [{ name: 'prot', type: PGPROT_T, init: () => PAGE_KERNEL }]),
      { name: 'asked', type: PGPROT_T, init: (f) => (told(level, extra).includes(PROT) ? f.get('prot') : PAGE_KERNEL) },
    ],
    body: [
      eachEntry(level, [
        ...(entry === 'pud' ? [whereMapped] : []),
        does('the protection that was asked for', [], (f) => f.set(kept, f.get('asked'))),
        branch('a table is there', [`!${entry}_large(*$${entry})`], (f) => tableThere(f, table, below), [
          does(
            'the table',
            [`$${below} = (pte_t *)pmd_page_vaddr(*$${entry})`, `$${below} = pmd_offset($${entry}, 0)`],
            (f) => f.set(below, tablePointer(f.kernel, below, mask(bytesOf[level.page], virtual(f, 'paddr')))),
          ),
          ...around([goDown('fill it')]),
          onToNext,
        ]),
        branch(
          'a huge page is there, and good enough',
          [allowedMark],
          (f) => leafThere(f, table, level) && allowed(f),
          [last('paddr_next'), onToNext],
        ),
        branch('a huge page is there, and too large', [`$${kept} = pte_pgprot(_)`], (f) => leafThere(f, table, level), [
          does('keep its protection', [`$${kept} = pte_pgprot(_)`], (f) => {
            const there = f.kernel.machine.lookup(virtual(f, 'paddr'));
            if (there) f.set(kept, protOf(there.flags));
          }),
        ]),
        branch('a huge page will do', [allowedMark], allowed, [
          count,
          lockTables,
          does(
            'map the huge page',
            [
              `set_${entry}(_, _)`,
              `set_${entry}_safe(_, _)`,
              `set_${entry}_init(_, _, _)`,
              `set_pte((pte_t *)$${entry}, _)`,
              `set_pte_safe((pte_t *)$${entry}, _)`,
              `set_pte_init((pte_t *)$${entry}, _, _)`,
            ],
            (f) => writes(f, table, level),
          ),
          unlockTables,
          last('paddr_next'),
          onToNext,
        ]),
        does('a new table', [`$${below} = alloc_low_page()`], (f) => f.set(below, newTable(f.kernel))),
        goDown('fill it while nothing points to it'),
        lockTables,
        does(
          'link it',
          [
            `${populate}(&init_mm, _, $${below})`,
            `${populate}_safe(&init_mm, _, $${below})`,
            `${populate}_init(&init_mm, _, $${below}, _)`,
          ],
          (f) => {
            // The table takes the place of a huge page whole: after boot, what it was not filled for is mapped no more.
            if (leafThere(f, table, level)) f.kernel.machine.writeLeaf(virtual(f, 'paddr'), null);
            linkTable(f.kernel, f.get(below), f.get(table));
          },
        ),
        unlockTables,
      ]),
      ...finish(level),
    ],
  };
};

export const HOT_ADD_TABLES: readonly KernelFunction[] = SHAPES.flatMap((shape) => [
  phys_pte_init(shape),
  physHugeInit(LEVELS.pmd, 'pte', shape),
  physHugeInit(LEVELS.pud, 'pmd', shape),
]);
