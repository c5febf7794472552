/**
 * Page tables written the obvious way: tables are arrays of 512 entries, every address is walked, nothing is shared.
 * What the engine computes from shapes is held against this.
 */

export interface NaiveLeaf {
  readonly kind: 'leaf';
  readonly pfn: bigint;
  readonly flags: string;
  readonly keyId: number;
}

export interface NaiveTable {
  readonly kind: 'table';
  /** 4 pgd, 3 p4d, 2 pud, 1 pmd, 0 pte: the level of the entries. */
  readonly level: number;
  readonly entries: NaiveEntry[];
}

export type NaiveEntry = NaiveLeaf | NaiveTable | null;

export const newTable = (level: number): NaiveTable => ({ kind: 'table', level, entries: Array(512).fill(null) });

/** Address bits below the index of a level. */
export const shiftOf = (level: number): bigint => 12n + 9n * BigInt(level);
export const sizeOf = (level: number): bigint => 1n << shiftOf(level);
export const indexOf = (address: bigint, level: number): number => Number((address >> shiftOf(level)) & 511n);

export interface NaiveMachine {
  readonly levels: 4 | 5;
  readonly keyIds: number;
  readonly base: bigint;
  readonly size: bigint;
  /** The pgd page; with four levels its entries are those of level 3. */
  readonly root: NaiveTable;
  enabled: boolean;
  visits: number;
  allocations: number;
  frees: number;
  flushes: number;
  /** visits, allocations and frees of each KeyID in the last sync. */
  byKeyId: number[][];
  /** The allocation of the sync under way that fails; counts down. */
  failing: number;
}

export const newNaive = (levels: 4 | 5, keyIds: number, size: bigint): NaiveMachine => ({
  levels,
  keyIds,
  base: levels === 4 ? 0xffff888000000000n : 0xff11000000000000n,
  size,
  root: newTable(levels - 1),
  enabled: false,
  visits: 0,
  allocations: 0,
  frees: 0,
  flushes: 0,
  byKeyId: [],
  failing: 0,
});

/** The leaf that maps an address, with its level and first address. */
export const naiveFind = (
  machine: NaiveMachine,
  address: bigint,
): { leaf: NaiveLeaf; level: number; start: bigint } | null => {
  let table = machine.root;
  for (;;) {
    const entry = table.entries[indexOf(address, table.level)] ?? null;
    if (entry === null) return null;
    if (entry.kind === 'leaf')
      return { leaf: entry, level: table.level, start: address - (address % sizeOf(table.level)) };
    table = entry;
  }
};

/** The table whose entries are of `level` on the way to an address, made if missing; null where a larger leaf is in the way. */
const tableFor = (machine: NaiveMachine, address: bigint, level: number): NaiveTable | null => {
  let table = machine.root;
  while (table.level > level) {
    const index = indexOf(address, table.level);
    const entry: NaiveEntry = table.entries[index] ?? newTable(table.level - 1);
    if (entry.kind === 'leaf') return null;
    table.entries[index] = entry;
    table = entry;
  }
  return table;
};

const levels = { '4K': 0, '2M': 1, '1G': 2 } as const;
type Page = keyof typeof levels;

export const naiveMap = (machine: NaiveMachine, start: bigint, end: bigint, page: Page, flags: string[]): void => {
  const level = levels[page];
  for (let at = start; at < end; at += sizeOf(level)) {
    const table = tableFor(machine, at, level);
    if (table === null) throw new Error('mapped already');
    const pfn = (at - machine.base) >> 12n;
    table.entries[indexOf(at, level)] = { kind: 'leaf', pfn, flags: [...flags].sort().join(' '), keyId: 0 };
  }
};

export const naiveSplit = (machine: NaiveMachine, address: bigint): boolean => {
  const found = naiveFind(machine, address);
  if (found === null || found.level === 0) return false;
  const below = newTable(found.level - 1);
  const pages = sizeOf(found.level - 1) >> 12n;
  for (let i = 0; i < 512; i++) below.entries[i] = { ...found.leaf, pfn: found.leaf.pfn + BigInt(i) * pages };
  const table = tableFor(machine, address, found.level);
  if (table !== null) table.entries[indexOf(address, found.level)] = below;
  return true;
};

/** Every leaf in [start, end), cut to size by splitting, gets what `change` says. */
const naiveChange = (
  machine: NaiveMachine,
  start: bigint,
  end: bigint,
  change: (leaf: NaiveLeaf) => NaiveEntry,
): void => {
  for (let at = start; at < end; ) {
    const found = naiveFind(machine, at);
    if (found === null) {
      at = nextAfterHole(machine, at);
      continue;
    }
    if (found.start < start || found.start + sizeOf(found.level) > end) {
      naiveSplit(machine, at);
      continue;
    }
    const table = tableFor(machine, at, found.level);
    if (table !== null) table.entries[indexOf(at, found.level)] = change(found.leaf);
    at = found.start + sizeOf(found.level);
  }
};

/** The end of the none entry that covers an unmapped address. */
const nextAfterHole = (machine: NaiveMachine, address: bigint): bigint => {
  let table = machine.root;
  for (;;) {
    const entry = table.entries[indexOf(address, table.level)] ?? null;
    if (entry === null || entry.kind === 'leaf') return (address / sizeOf(table.level) + 1n) * sizeOf(table.level);
    table = entry;
  }
};

export const naiveProtect = (machine: NaiveMachine, start: bigint, end: bigint, set: string[], clear: string[]): void =>
  naiveChange(machine, start, end, (leaf) => {
    const kept = leaf.flags.split(' ').filter((flag) => flag !== '' && !clear.includes(flag));
    return { ...leaf, flags: [...new Set([...kept, ...set])].sort().join(' ') };
  });

export const naiveUnmap = (machine: NaiveMachine, start: bigint, end: bigint): void => {
  const touched = new Set<NaiveTable>();
  for (let at = start; at < end; ) {
    const found = naiveFind(machine, at);
    if (found === null) {
      at = nextAfterHole(machine, at);
      continue;
    }
    if (found.start < start || found.start + sizeOf(found.level) > end) {
      naiveSplit(machine, at);
      continue;
    }
    const way = pathTo(machine, at);
    const table = way[way.length - 1];
    if (table !== undefined) table.entries[indexOf(at, table.level)] = null;
    for (const step of way) touched.add(step);
    at = found.start + sizeOf(found.level);
  }
  freeEmpty(machine.root, touched);
};

const pathTo = (machine: NaiveMachine, address: bigint): NaiveTable[] => {
  const path = [machine.root];
  for (;;) {
    const table = path[path.length - 1];
    const entry = table?.entries[indexOf(address, table.level)] ?? null;
    if (entry === null || entry.kind === 'leaf') return path;
    path.push(entry);
  }
};

/** Unhooks the tables that lost an entry and have none left, bottom up. */
const freeEmpty = (table: NaiveTable, touched: ReadonlySet<NaiveTable>): void => {
  table.entries.forEach((entry, i) => {
    if (entry?.kind !== 'table' || !touched.has(entry)) return;
    freeEmpty(entry, touched);
    if (entry.entries.every((kid) => kid === null)) table.entries[i] = null;
  });
};

/** Clears or rewrites the one leaf over an address. */
export const naiveWrite = (machine: NaiveMachine, address: bigint, flags: string[] | null): boolean => {
  const found = naiveFind(machine, address);
  if (found === null) return false;
  const table = tableFor(machine, address, found.level);
  const next = flags === null ? null : { ...found.leaf, flags: [...flags].sort().join(' ') };
  if (table !== null) table.entries[indexOf(address, found.level)] = next;
  return next === null || next.flags !== found.leaf.flags;
};

export const naiveCollapse = (machine: NaiveMachine, start: bigint, page: '2M' | '1G'): void => {
  const level = levels[page];
  const way = pathTo(machine, start);
  const table = way.find((step) => step.level === level);
  const below = table?.entries[indexOf(start, level)] ?? null;
  if (table === undefined || below?.kind !== 'table') return;
  const first = naiveFind(machine, start);
  if (first === null) return;
  for (let at = start; at < start + sizeOf(level); ) {
    const found = naiveFind(machine, at);
    if (found === null || found.leaf.flags !== first.leaf.flags) return;
    if (found.leaf.pfn - first.leaf.pfn !== (found.start - start) >> 12n) return;
    at = found.start + sizeOf(found.level);
  }
  table.entries[indexOf(start, level)] = first.leaf;
};
