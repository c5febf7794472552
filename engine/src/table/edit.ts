import {
  below,
  type Entry,
  emptyTable,
  FANOUT,
  filled,
  kidPages,
  Leaf,
  type Level,
  type Span,
  spanOf,
  TABLE_HEIGHT,
} from './span.ts';

/** Replaces the kid at `index`; null when nothing is left. The same span when nothing changed. */
const withKid = (span: Span | null, level: Level, height: number, index: number, kid: Entry): Span | null => {
  const kids = span === null ? [null, null, null, null, null, null, null, null] : span.kids;
  if (kids[index] === kid) return span;
  const next = kids.slice();
  next[index] = kid;
  return spanOf(level, height, next);
};

/**
 * Replaces the entry of `level` that covers a page. Tables above it have to be there; where one is missing, or a larger leaf
 * maps the page, nothing happens. A table is never freed by this: left empty, it stays.
 */
export const putEntry = (
  span: Span | null,
  at: Level,
  height: number,
  base: number,
  level: Level,
  page: number,
  entry: Entry,
): Span | null => {
  const step = kidPages(at, height);
  const index = Math.floor((page - base) / step);
  const start = base + index * step;
  const kid = span?.kids[index] ?? null;
  if (height > 1) {
    if (kid instanceof Leaf) return span;
    return withKid(span, at, height, index, putEntry(kid, at, height - 1, start, level, page, entry));
  }
  if (at === level) return withKid(span, at, height, index, entry);
  if (kid === null || kid instanceof Leaf) return span;
  const table = putEntry(kid, below(at), TABLE_HEIGHT, start, level, page, entry);
  return withKid(span, at, height, index, table ?? emptyTable(kid.level));
};

/** The table that maps what a huge leaf of `level` maps, one size smaller. */
export const tableFor = (leaf: Leaf, level: Level): Span => filled(below(level), TABLE_HEIGHT, below(level), leaf);

/**
 * Applies `change` to every leaf in [lo, hi); leaves have to lie inside whole (split first). Tables that this leaves
 * empty are freed. `change` must depend on the leaf alone: uniform areas are done once.
 */
export const changeLeaves = (
  root: Span | null,
  lo: number,
  hi: number,
  change: (leaf: Leaf) => Leaf | null,
): Span | null => {
  const whole = new Map<Span, Span | null>();
  const walk = (span: Span, base: number): Span | null => {
    const step = kidPages(span.level, span.height);
    const full = lo <= base && base + step * FANOUT <= hi;
    if (full) {
      const known = whole.get(span);
      if (known !== undefined) return known;
    }
    const first = Math.max(0, Math.floor((lo - base) / step));
    const last = Math.min(FANOUT, Math.ceil((hi - base) / step));
    let next: Entry[] | null = null;
    for (let i = first; i < last; i++) {
      const kid = span.kids[i] ?? null;
      if (kid === null) continue;
      let changed: Entry;
      if (kid instanceof Leaf) changed = change(kid);
      else if (span.height === 1 && kid.used === 0) changed = kid;
      else changed = walk(kid, base + i * step);
      if (changed !== kid) {
        next ??= span.kids.slice();
        next[i] = changed;
      }
    }
    const result = next === null ? span : spanOf(span.level, span.height, next);
    if (full) whole.set(span, result);
    return result;
  };
  return root === null || lo >= hi ? root : walk(root, 0);
};
