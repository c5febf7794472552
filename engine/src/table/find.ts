import {
  below,
  ENTRY_PAGES,
  type Entry,
  FANOUT,
  kidPages,
  Leaf,
  type Level,
  type Span,
  sameLeaf,
  TABLE_HEIGHT,
} from './span.ts';

/** The leaf that maps a page, its level and the first page it maps. */
export interface Found {
  readonly leaf: Leaf;
  readonly level: Level;
  readonly start: number;
}

/** Pages are counted from the start of the mapping whose root this is. */
export const find = (root: Span | null, page: number): Found | null => {
  let span = root;
  let base = 0;
  while (span !== null) {
    const step = kidPages(span.level, span.height);
    const index = Math.floor((page - base) / step);
    if (index >= FANOUT) return null;
    const kid = span.kids[index] ?? null;
    base += index * step;
    if (kid instanceof Leaf) return { leaf: kid, level: span.level, start: base };
    span = kid;
  }
  return null;
};

/** A stretch of pages mapped by equal leaves of one size. */
export interface Run {
  readonly start: number;
  readonly end: number;
  readonly level: Level;
  readonly leaf: Leaf;
}

/**
 * The maximal runs of what is mapped in [lo, hi), in order. A leaf that reaches over the edge is cut there. Uniform areas
 * cost nothing, whatever their size.
 */
export const runsOf = (root: Span | null, lo: number, hi: number): Run[] => {
  const runs: Run[] = [];
  let last: { start: number; end: number; level: Level; leaf: Leaf } | null = null;
  const emit = (start: number, end: number, level: Level, leaf: Leaf): void => {
    const from = Math.max(start, lo);
    const to = Math.min(end, hi);
    if (last !== null && last.end === from && last.level === level && sameLeaf(last.leaf, leaf)) {
      last.end = to;
    } else {
      last = { start: from, end: to, level, leaf };
      runs.push(last);
    }
  };
  const walk = (span: Span, base: number): void => {
    const step = kidPages(span.level, span.height);
    const size = step * FANOUT;
    if (span.solid !== null && span.leafLevel >= 0) {
      emit(base, base + size, span.leafLevel as Level, span.solid);
      return;
    }
    const first = Math.max(0, Math.floor((lo - base) / step));
    const last = Math.min(FANOUT, Math.ceil((hi - base) / step));
    for (let i = first; i < last; i++) {
      const kid = span.kids[i] ?? null;
      if (kid instanceof Leaf) emit(base + i * step, base + (i + 1) * step, span.level, kid);
      else if (kid !== null) walk(kid, base + i * step);
    }
  };
  if (root !== null && lo < hi) walk(root, 0);
  return runs;
};

/** A table page: the level of its ENTRIES and the first page it covers. */
export interface TableAt {
  readonly level: Level;
  readonly start: number;
}

/** The tables below a root that cover any of [lo, hi), top down and left to right, at most `limit`. */
export const tablesIn = (root: Span | null, lo: number, hi: number, limit: number): TableAt[] => {
  const found: TableAt[] = [];
  const walk = (at: Span, base: number): void => {
    if (at.tables === 0) return;
    const step = kidPages(at.level, at.height);
    const first = Math.max(0, Math.floor((lo - base) / step));
    const end = Math.min(FANOUT, Math.ceil((hi - base) / step));
    for (let i = first; i < end && found.length < limit; i++) {
      const kid = at.kids[i] ?? null;
      if (kid === null || kid instanceof Leaf) continue;
      if (at.height === 1) found.push({ level: below(at.level), start: base + i * step });
      walk(kid, base + i * step);
    }
  };
  if (root !== null) walk(root, 0);
  return found;
};

/** The table of entries of `level` that covers the page, if there is one. */
export const tableAt = (root: Span | null, level: Level, page: number): Span | null => {
  let span = root;
  let base = 0;
  while (span !== null) {
    if (span.level === level && span.height === TABLE_HEIGHT) return span;
    const step = kidPages(span.level, span.height);
    const index = Math.floor((page - base) / step);
    const kid = span.kids[index] ?? null;
    if (kid instanceof Leaf) return null;
    base += index * step;
    span = kid;
  }
  return null;
};

/** Entries a walk over [lo, hi) looks at, counted from the shape. */
export const visitsIn = (
  span: Span | null,
  level: Level,
  height: number,
  base: number,
  lo: number,
  hi: number,
): number => {
  const step = kidPages(level, height);
  const from = Math.max(lo, base);
  const to = Math.min(hi, base + step * FANOUT);
  if (from >= to) return 0;
  if (span === null)
    return Math.ceil((to - base) / ENTRY_PAGES[level]) - Math.floor((from - base) / ENTRY_PAGES[level]);
  if (from === base && to === base + step * FANOUT) return span.visits;
  let visits = 0;
  for (let i = Math.floor((from - base) / step); i < FANOUT && base + i * step < to; i++) {
    const kid = span.kids[i] ?? null;
    const start = base + i * step;
    if (height > 1) visits += visitsIn(kid instanceof Leaf ? null : kid, level, height - 1, start, from, to);
    else if (kid === null || kid instanceof Leaf) visits += 1;
    else visits += 1 + visitsIn(kid, below(level), TABLE_HEIGHT, start, from, to);
  }
  return visits;
};

/** The entry of a table. */
export const entryIn = (table: Span, index: number): Entry => {
  const upper: Entry = table.kids[index >> 6] ?? null;
  if (upper === null || upper instanceof Leaf) return null;
  const lower: Entry = upper.kids[(index >> 3) & 7] ?? null;
  if (lower === null || lower instanceof Leaf) return null;
  return lower.kids[index & 7] ?? null;
};
