/**
 * Page tables as immutable values. A table has 512 entries; underneath the abstraction it is a trie of fan-out 8 and
 * height 3, so that changing one entry copies three small nodes. What a node says does not depend on where it hangs:
 * a leaf stores its pfn relative to the page it maps (`delta`), and KeyID bits are those of the mapping it is found in. So one
 * node serves all KeyIDs, every moment of the past, and every place of a uniformly mapped area.
 */

/** Level of an entry: 0 pte (4K), 1 pmd (2M), 2 pud (1G), 3 top (512G: a p4d entry, on 4-level paging a pgd entry). */
export type Level = 0 | 1 | 2 | 3;

export const FANOUT = 8;
/** Height of the trie of one 512-entry table. */
export const TABLE_HEIGHT = 3;
/** Pages mapped by one entry of a level. */
export const ENTRY_PAGES: readonly [number, number, number, number] = [1, 2 ** 9, 2 ** 18, 2 ** 27];

/** The level below. Never called with 0 by the walks: a pte entry has no table. */
export const below = (level: Level): Level => (level === 3 ? 2 : level === 2 ? 1 : 0);

/** A present entry that maps memory. pfn = delta + page, page counted from the start of the mapping it is in. */
export class Leaf {
  readonly attr: number;
  readonly delta: number;
  /** Uniform spans of this leaf, by level: made once. */
  readonly fills: [Span | null, Span | null, Span | null, Span | null] = [null, null, null, null];
  constructor(attr: number, delta: number) {
    this.attr = attr;
    this.delta = delta;
  }
}

/** none, a leaf, or the table below (a span of height 3). */
export type Entry = Leaf | Span | null;

/** 8^height entries of one table. A kid that is null: none of its entries is set. */
export class Span {
  readonly level: Level;
  readonly height: number;
  readonly kids: readonly Entry[];
  /** Entries a walk over all of this looks at: its own, and those of all tables below. */
  readonly visits: number;
  /** Tables below. */
  readonly tables: number;
  /** Own entries that are set. */
  readonly used: number;
  /** Set if every page in here is mapped by this one leaf value, whatever the size of its entries. */
  readonly solid: Leaf | null;
  /** The level of all leaves in here if `solid` and they are of one size; else -1. */
  readonly leafLevel: number;
  /** All attribute bits (see flags.ts) that any leaf in here has. */
  readonly attrs: number;
  /** The span of the next height with eight times this one. */
  fill: Span | null = null;

  constructor(level: Level, height: number, kids: readonly Entry[]) {
    let visits = 0;
    let tables = 0;
    let used = 0;
    let attrs = 0;
    const first = kids[0] ?? null;
    let solid = first === null ? null : first instanceof Leaf ? first : first.solid;
    let leafLevel = first === null ? -1 : first instanceof Leaf ? level : first.leafLevel;
    for (const kid of kids) {
      if (kid === null) {
        visits += FANOUT ** (height - 1);
        solid = null;
      } else if (kid instanceof Leaf) {
        visits += 1;
        used += 1;
        attrs |= kid.attr;
        if (solid !== null && !sameLeaf(kid, solid)) solid = null;
        if (leafLevel !== level) leafLevel = -1;
      } else {
        const table = height === 1;
        visits += kid.visits + (table ? 1 : 0);
        tables += kid.tables + (table ? 1 : 0);
        used += table ? 1 : kid.used;
        attrs |= kid.attrs;
        if (solid !== null && (kid.solid === null || !sameLeaf(kid.solid, solid))) solid = null;
        if (leafLevel !== kid.leafLevel) leafLevel = -1;
      }
    }
    this.level = level;
    this.height = height;
    this.kids = kids;
    this.visits = visits;
    this.tables = tables;
    this.used = used;
    this.solid = solid;
    this.leafLevel = solid === null ? -1 : leafLevel;
    this.attrs = attrs;
  }
}

export const sameLeaf = (a: Leaf, b: Leaf): boolean => a === b || (a.attr === b.attr && a.delta === b.delta);

const interned = new Map<number, Map<number, Leaf>>();
/** Leaves of scattered pages are many and seldom met again: beyond this the table of known ones starts anew. */
const MANY = 4096;

/** The leaf of this value, shared where possible. Compare with `sameLeaf`, not with ===. */
export const leafOf = (attr: number, delta: number): Leaf => {
  let known = interned.get(attr);
  if (known === undefined) {
    known = new Map();
    interned.set(attr, known);
  }
  let leaf = known.get(delta);
  if (leaf === undefined) {
    if (known.size >= MANY) known.clear();
    leaf = new Leaf(attr, delta);
    known.set(delta, leaf);
  }
  return leaf;
};

const NONE: readonly null[] = [null, null, null, null, null, null, null, null];
const emptyTables: Span[] = [0, 1, 2, 3].map((level) => new Span(level as Level, TABLE_HEIGHT, NONE));

/** A table whose 512 entries of the given level are all none. */
export const emptyTable = (level: Level): Span => emptyTables[level] ?? new Span(level, TABLE_HEIGHT, NONE);

/** The span above eight equal kids. */
const fillOf = (level: Level, height: number, kid: Leaf | Span): Span => {
  const known = kid instanceof Leaf ? kid.fills[level] : kid.fill;
  if (known) return known;
  const span = new Span(level, height, [kid, kid, kid, kid, kid, kid, kid, kid]);
  if (kid instanceof Leaf) kid.fills[level] = span;
  else kid.fill = span;
  return span;
};

/** The span with these eight kids; null if all are none. Equal kids give the one shared span. */
export const spanOf = (level: Level, height: number, kids: readonly Entry[]): Span | null => {
  const first = kids[0] ?? null;
  for (let i = 1; i < FANOUT; i++) {
    if (kids[i] !== first) return new Span(level, height, kids);
  }
  return first === null ? null : fillOf(level, height, first);
};

/** A span whose memory is mapped throughout by one leaf value in entries of `leafLevel`. */
export const filled = (level: Level, height: number, leafLevel: Level, leaf: Leaf): Span => {
  let kid: Leaf | Span = level === leafLevel ? leaf : filled(below(level), TABLE_HEIGHT, leafLevel, leaf);
  for (let h = 1; h <= height; h++) kid = fillOf(level, h, kid);
  return kid instanceof Span ? kid : fillOf(level, 1, kid);
};

/** Pages covered by one kid of a span. */
export const kidPages = (level: Level, height: number): number => ENTRY_PAGES[level] * FANOUT ** (height - 1);
