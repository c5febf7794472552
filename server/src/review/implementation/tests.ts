/**
 * What the sync's own implementation has to cope with: every kind of change that it tracks, on machines of both paging
 * depths. Each is one change of KeyID-0's mapping and one sync over a range that is wide enough for the reference.
 */
import { type Address, PMD_SIZE, PUD_SIZE, type Range, TIB } from '../../../../engine/src/address.ts';
import type { Machine } from '../../../../engine/src/machine.ts';

export interface ImplementationTest {
  readonly id: string;
  readonly title: string;
  readonly pagingLevels: 4 | 5;
  /** Besides KeyID-0: two tell a wrong one from a forgotten one. */
  readonly keyIds: 1 | 2;
  readonly ramBytes: bigint;
  /** Of a direct mapping, where it is not the usual one. */
  readonly size: { readonly directMappingSize?: bigint };
  prepare(machine: Machine): void;
  /** The change to KeyID-0's mapping; null: MKTME is being enabled, and the sync builds every KeyID's mapping. */
  readonly change: ((machine: Machine) => void) | null;
  /** The range that the sync is given, where it takes one. */
  range(machine: Machine): Range;
}

const RAM = 4n * PUD_SIZE;

/** 1 GiB in 2M pages whose first is a table of 4K pages, then 1G pages. */
function usual(machine: Machine): void {
  const base = machine.layout.pageOffset;
  machine.map(base, base + PMD_SIZE, '4K', ['rw', 'nx', 'global']);
  machine.map(base + PMD_SIZE, base + PUD_SIZE, '2M', ['rw', 'nx', 'global']);
  machine.map(base + PUD_SIZE, base + RAM, '1G', ['rw', 'nx', 'global']);
}

/** Next to nothing: the first 2M pages, in a table that is empty otherwise. */
function small(machine: Machine): void {
  const base = machine.layout.pageOffset;
  machine.map(base, base + 4n * PMD_SIZE, '2M', ['rw', 'nx', 'global']);
}

interface Outline {
  readonly id: string;
  readonly title: string;
  readonly keyIds?: 1 | 2;
  readonly ramBytes?: bigint;
  readonly directMappingSize?: bigint;
  readonly prepare?: (machine: Machine) => void;
  readonly change: ((machine: Machine, base: Address) => void) | null;
  readonly from: bigint;
  readonly to: bigint;
}

const page = 4096n;
const readOnly = (from: bigint, to: bigint) => (machine: Machine, base: Address) =>
  machine.protect(base + from, base + to, [], ['rw']);
const gone = (from: bigint, to: bigint) => (machine: Machine, base: Address) => machine.unmap(base + from, base + to);
const FAR = 512n * PUD_SIZE;

const outlines: readonly Outline[] = [
  { id: 'enable', title: 'enabling MKTME on a machine with 4K, 2M and 1G pages', change: null, from: 0n, to: TIB },
  { id: '4k', title: 'a change of flags of one 4K page', change: readOnly(page, 2n * page), from: page, to: 2n * page },
  {
    id: 'last-4k',
    title: 'a change of flags of the last 4K page of a table',
    change: readOnly(PMD_SIZE - page, PMD_SIZE),
    from: PMD_SIZE - page,
    to: PMD_SIZE,
  },
  {
    id: '2m',
    title: 'a change of flags of one 2M page',
    change: readOnly(4n * PMD_SIZE, 5n * PMD_SIZE),
    from: 4n * PMD_SIZE,
    to: 5n * PMD_SIZE,
  },
  {
    id: '1g',
    title: 'a change of flags of one 1G page',
    change: readOnly(2n * PUD_SIZE, 3n * PUD_SIZE),
    from: 2n * PUD_SIZE,
    to: 3n * PUD_SIZE,
  },
  {
    id: 'several-2m',
    title: 'a change of flags across 2M pages',
    change: readOnly(3n * PMD_SIZE, 7n * PMD_SIZE),
    from: 3n * PMD_SIZE,
    to: 7n * PMD_SIZE,
  },
  {
    id: 'split-2m',
    title: 'a split of a 2M page',
    change: readOnly(6n * PMD_SIZE + page, 6n * PMD_SIZE + 2n * page),
    from: 6n * PMD_SIZE,
    to: 7n * PMD_SIZE,
  },
  {
    id: 'split-1g',
    title: 'a split of a 1G page',
    change: readOnly(PUD_SIZE + page, PUD_SIZE + 2n * page),
    from: PUD_SIZE,
    to: 2n * PUD_SIZE,
  },
  {
    id: 'collapse-2m',
    title: 'a table of 4K pages replaced by a 2M page',
    change: (machine, base) => machine.collapse(base, '2M'),
    from: 0n,
    to: PMD_SIZE,
  },
  { id: 'unmap-4k', title: 'one 4K page unmapped', change: gone(page, 2n * page), from: page, to: 2n * page },
  {
    id: 'unmap-2m',
    title: 'one 2M page unmapped',
    change: gone(4n * PMD_SIZE, 5n * PMD_SIZE),
    from: 4n * PMD_SIZE,
    to: 5n * PMD_SIZE,
  },
  {
    id: 'remove-pte-table',
    title: 'hot-remove of 2 MiB mapped by 4K pages',
    change: gone(0n, PMD_SIZE),
    from: 0n,
    to: PMD_SIZE,
  },
  {
    id: 'remove-pmd-table',
    title: 'hot-remove of 1 GiB mapped by 2M and 4K pages',
    change: gone(0n, PUD_SIZE),
    from: 0n,
    to: PUD_SIZE,
  },
  {
    id: 'remove-1g',
    title: 'hot-remove of a 1G page',
    change: gone(3n * PUD_SIZE, 4n * PUD_SIZE),
    from: 3n * PUD_SIZE,
    to: 4n * PUD_SIZE,
  },
  {
    id: 'add-2m',
    title: 'hot-add of 512 MiB in 2M pages',
    prepare: (machine) => machine.map(machine.layout.pageOffset, machine.layout.pageOffset + PUD_SIZE, '1G', ['rw']),
    change: (machine, base) => machine.map(base + PUD_SIZE, base + PUD_SIZE + PUD_SIZE / 2n, '2M', ['rw', 'nx']),
    from: PUD_SIZE,
    to: PUD_SIZE + PUD_SIZE / 2n,
  },
  {
    id: 'add-top-level',
    title: 'hot-add into a new top-level entry',
    ramBytes: FAR + 2n * PUD_SIZE,
    change: (machine, base) => machine.map(base + FAR, base + FAR + PUD_SIZE, '1G', ['rw', 'nx']),
    from: FAR,
    to: FAR + PUD_SIZE,
  },
];

const expand = (outline: Outline, pagingLevels: 4 | 5): ImplementationTest => ({
  id: `sync/${outline.id}${pagingLevels === 5 ? '-5-level' : ''}`,
  title: `${outline.title}${pagingLevels === 5 ? ', 5-level' : ''}`,
  pagingLevels,
  keyIds: outline.keyIds ?? 2,
  ramBytes: outline.ramBytes ?? RAM,
  size: outline.directMappingSize ? { directMappingSize: outline.directMappingSize } : {},
  prepare: outline.prepare ?? usual,
  change: outline.change && ((machine) => outline.change?.(machine, machine.layout.pageOffset)),
  range: ({ layout }) => ({ start: layout.pageOffset + outline.from, end: layout.pageOffset + outline.to }),
});

/** Both depths where the top of the tree is concerned, 4-level for the rest. */
const DEEP = new Set(['enable', 'add-top-level', 'split-2m', 'remove-pmd-table']);

const single: readonly ImplementationTest[] = outlines.flatMap((outline) => [
  expand(outline, 4),
  ...(DEEP.has(outline.id) ? [expand(outline, 5)] : []),
]);

/**
 * KeyID 1's mapping begins two p4d entries before the end of a p4d table: what KeyID-0 has in one table, KeyID 1 has in
 * two, at other offsets. A mapping comes to stand so by padding between the mappings, or by KASLR.
 */
const crossingOf = (outline: Pick<Outline, 'id' | 'title' | 'change'>) =>
  expand(
    {
      ...outline,
      directMappingSize: 255n * TIB,
      prepare: (machine) => {
        for (const from of [0n, TIB]) {
          const start = machine.layout.pageOffset + from;
          machine.map(start, start + PUD_SIZE, '1G', ['rw', 'nx', 'global']);
        }
      },
      ramBytes: TIB + PUD_SIZE,
      from: 0n,
      to: TIB + PUD_SIZE,
    },
    5,
  );

const crossing: readonly ImplementationTest[] = [
  crossingOf({
    id: 'crossing',
    title: 'enabling MKTME where a mapping crosses into the next top-level entry',
    change: null,
  }),
  // Then the table of the next entry is there already.
  crossingOf({
    id: 'crossing-again',
    title: 'a change of flags where a mapping crosses into the next top-level entry',
    change: readOnly(TIB, TIB + PUD_SIZE),
  }),
];

/**
 * KeyID 2's mapping begins in the middle of a p4d table of which nobody has anything else. Who sweeps everything has come
 * there with KeyID 1 already.
 */
const midTable = expand(
  {
    id: 'mid-table',
    title: 'enabling MKTME where a mapping begins in the middle of a new p4d table',
    directMappingSize: 160n * TIB,
    ramBytes: PUD_SIZE,
    prepare: (machine) =>
      machine.map(machine.layout.pageOffset, machine.layout.pageOffset + PUD_SIZE, '1G', ['rw', 'nx', 'global']),
    change: null,
    from: 0n,
    to: PUD_SIZE,
  },
  5,
);

/** Everything at once, each change in a stretch of its own. */
const mixed = expand(
  {
    id: 'mixed',
    title: 'changes of flags, splits, a collapse, hot-add and hot-remove',
    keyIds: 1,
    ramBytes: 6n * PUD_SIZE,
    prepare: (machine) => {
      usual(machine);
      const base = machine.layout.pageOffset;
      machine.map(base + RAM, base + RAM + 2n * PMD_SIZE, '4K', ['rw', 'nx']);
    },
    change: (machine, base) => {
      machine.protect(base + page, base + 2n * page, [], ['rw']);
      machine.protect(base + 4n * PMD_SIZE, base + 5n * PMD_SIZE, [], ['rw']);
      machine.protect(base + 6n * PMD_SIZE + page, base + 6n * PMD_SIZE + 2n * page, [], ['rw']);
      machine.unmap(base + 10n * page, base + 11n * page);
      machine.unmap(base + 8n * PMD_SIZE, base + 9n * PMD_SIZE);
      machine.protect(base + PUD_SIZE, base + PUD_SIZE + PMD_SIZE, [], ['rw']);
      machine.unmap(base + 2n * PUD_SIZE, base + 3n * PUD_SIZE);
      machine.collapse(base + RAM, '2M');
      machine.unmap(base + RAM + PMD_SIZE, base + RAM + 2n * PMD_SIZE);
      machine.map(base + RAM + PUD_SIZE, base + RAM + 2n * PUD_SIZE, '1G', ['rw', 'nx']);
    },
    from: 0n,
    to: TIB,
  },
  4,
);

const named = (id: string) => single.filter((test) => test.id === id);

/** Each of its syncs splits one page for each KeyID. */
const splitting = expand(
  {
    id: 'split-swept',
    title: 'a split of a 2M page',
    prepare: small,
    change: readOnly(page, 2n * page),
    from: 0n,
    to: PMD_SIZE,
  },
  4,
);

/**
 * For a sync that sweeps the whole mapping whatever has changed, and so costs as much each time: few tests, on machines
 * no bigger than what each has to show. `mixed` keeps the hot-remove of a whole table of pmd entries for last.
 */
const sweeping: readonly ImplementationTest[] = [
  ...named('sync/enable'),
  ...crossing,
  mixed,
  ...named('sync/remove-pmd-table').map((test) => ({ ...test, id: `${test.id}-swept`, keyIds: 1 as const })),
];

/** The tests for a sync that takes a range, or for one that always sweeps everything. */
export const testsFor = (takesRange: boolean): readonly ImplementationTest[] =>
  takesRange ? [...single, ...crossing, midTable] : sweeping;

/** After a failure more goes well at every level: whoever looks at the last result only has forgotten it. */
const splittingSeveral = expand(
  {
    id: 'split-several',
    title: 'splits of two 1G pages',
    keyIds: 1,
    prepare: (machine) =>
      machine.map(machine.layout.pageOffset, machine.layout.pageOffset + 2n * PUD_SIZE, '1G', ['rw', 'nx']),
    change: (machine, base) => {
      for (const at of [0n, PMD_SIZE, PUD_SIZE]) readOnly(at + page, at + 2n * page)(machine, base);
    },
    from: 0n,
    to: 2n * PUD_SIZE,
  },
  4,
);

export interface FailureTest {
  readonly test: ImplementationTest;
  /** The first so many allocations are made to fail, each once. */
  readonly most: number;
}

const MOST_FAILURES = 16;

/** Small tests whose syncs allocate. Of the splits of two pages the first tables of two levels say all: others go well after them. */
export const failureTests = (takesRange: boolean): readonly FailureTest[] => [
  ...(takesRange ? named('sync/split-1g') : [splitting]).map((test) => ({ test, most: MOST_FAILURES })),
  { test: splittingSeveral, most: 2 },
];
