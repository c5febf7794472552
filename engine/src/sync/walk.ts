/**
 * What sync_direct_mapping_pud/pmd/pte() (first posting, 2019-05-08) do to one destination tree, computed on shared
 * nodes. Two trees that are one node, or a pair of nodes that was met before, cost one step; the counts are those of the
 * walk that visits every entry:
 * - one visit for each entry of a level that the loop of that level reaches (the folded p4d of 4-level paging is none);
 * - an allocation is counted when it succeeds, a freed table when its page is freed. A leaf over a table frees the one page.
 */
import {
  below,
  ENTRY_PAGES,
  type Entry,
  emptyTable,
  FANOUT,
  kidPages,
  Leaf,
  type Level,
  type Span,
  spanOf,
  TABLE_HEIGHT,
} from '../table/span.ts';

export interface Counts {
  visits: number;
  allocations: number;
  frees: number;
}

/** How a walk ended: on to the end, out of memory, or at the BUG_ON for pfns that do not match. */
export type Ending = 'done' | 'no-memory' | 'bug';

/** A table allocated or freed, for the log; `level` is that of the table's entries, `page` relative to the mapping. */
export interface TableNote {
  readonly kind: 'table-alloc' | 'table-free' | 'alloc-failed';
  readonly level: Level;
  readonly page: number;
}

interface Outcome extends Counts {
  readonly result: Span | null;
  readonly bug: boolean;
}

/** The state of one walk, and what it remembers from walks before it. */
export interface Walk extends Counts {
  /** Allocations that still succeed. */
  budget: number;
  ending: Ending;
  /** First page of what the BUG_ON hit. */
  bugPage: number;
  readonly notes: TableNote[];
  /** So many more notes of either kind are taken, then none. */
  readonly room: { 'table-alloc': number; 'table-free': number };
  readonly known: Map<Span, Map<Span, Outcome>>;
  /** The whole pages of the range, where its ends are not page aligned: all that the pte level touches. */
  wholeLo: number;
  wholeHi: number;
}

/** `notes`: how many allocated and how many freed tables are told of one by one. */
export const newWalk = (budget: number, notes: number): Walk => ({
  visits: 0,
  allocations: 0,
  frees: 0,
  budget,
  ending: 'done',
  bugPage: 0,
  notes: [],
  room: { 'table-alloc': notes, 'table-free': notes },
  known: new Map(),
  wholeLo: Number.NEGATIVE_INFINITY,
  wholeHi: Number.POSITIVE_INFINITY,
});

const note = (walk: Walk, kind: TableNote['kind'], level: Level, page: number): void => {
  if (kind !== 'alloc-failed') {
    if (walk.room[kind] === 0) return;
    walk.room[kind] -= 1;
  }
  walk.notes.push({ kind, level, page });
};

/** __get_free_page(); false is the failure that was asked for. */
export const allocate = (walk: Walk, level: Level, page: number): boolean => {
  if (walk.budget === 0) {
    walk.budget = Number.POSITIVE_INFINITY;
    walk.ending = 'no-memory';
    note(walk, 'alloc-failed', level, page);
    return false;
  }
  walk.budget -= 1;
  walk.allocations += 1;
  note(walk, 'table-alloc', level, page);
  return true;
};

export const free = (walk: Walk, level: Level, page: number): void => {
  walk.frees += 1;
  note(walk, 'table-free', level, page);
};

/** Some of these tables are still told of one by one. */
export const isTold = ({ room }: Walk, { allocations, frees }: Counts): boolean =>
  (allocations > 0 && room['table-alloc'] > 0) || (frees > 0 && room['table-free'] > 0);

/** Takes the counts of a part that is known, if every allocation in it succeeds and nothing in it needs a closer look. */
const take = (walk: Walk, counts: Counts, bug: boolean): boolean => {
  if (bug || counts.allocations > walk.budget) return false;
  if (isTold(walk, counts)) return false;
  walk.visits += counts.visits;
  walk.allocations += counts.allocations;
  walk.frees += counts.frees;
  walk.budget -= counts.allocations;
  return true;
};

/**
 * Syncs the part of a span that lies in [lo, hi). `source` null: no entry there is set (or there is no source table).
 * Returns what becomes of `target`; null: no entry left.
 */
export const syncSpan = (
  walk: Walk,
  source: Span | null,
  target: Span | null,
  level: Level,
  height: number,
  base: number,
  lo: number,
  hi: number,
): Span | null => {
  const step = kidPages(level, height);
  const size = step * FANOUT;
  const full = Math.max(lo, walk.wholeLo) <= base && base + size <= Math.min(hi, walk.wholeHi);
  if (full) {
    if (source === target) {
      walk.visits += source === null ? FANOUT ** height : source.visits;
      return source;
    }
    if (source === null) {
      if (target !== null && take(walk, { visits: target.visits, allocations: 0, frees: target.tables }, false))
        return null;
    } else if (target === null) {
      if (take(walk, { visits: source.visits, allocations: source.tables, frees: 0 }, false)) return source;
    } else {
      const known = walk.known.get(source)?.get(target);
      if (known !== undefined && take(walk, known, known.bug)) return known.result;
    }
  }
  const before = { visits: walk.visits, allocations: walk.allocations, frees: walk.frees };
  const kids: Entry[] = target === null ? [null, null, null, null, null, null, null, null] : target.kids.slice();
  let from = 0;
  if (lo > base) from = Math.floor((lo - base) / step);
  for (let i = from; i < FANOUT && base + i * step < hi && walk.ending === 'done'; i++) {
    const a = source === null ? null : (source.kids[i] ?? null);
    const b = kids[i] ?? null;
    const start = base + i * step;
    if (height === 1) kids[i] = syncEntry(walk, a, b, level, start, lo, hi);
    else kids[i] = syncSpan(walk, spanOnly(a), spanOnly(b), level, height - 1, start, lo, hi);
  }
  const result = settled(source, target, kids, level, height);
  if (full && source !== null && target !== null && walk.ending !== 'no-memory') {
    remember(walk, source, target, {
      result,
      bug: walk.ending === 'bug',
      visits: walk.visits - before.visits,
      allocations: walk.allocations - before.allocations,
      frees: walk.frees - before.frees,
    });
  }
  return result;
};

const spanOnly = (kid: Entry): Span | null => (kid instanceof Leaf ? null : kid);

/** A span with these kids: the source's own node if they are alike, so that mappings that became equal share it. */
const settled = (
  source: Span | null,
  target: Span | null,
  kids: Entry[],
  level: Level,
  height: number,
): Span | null => {
  if (source !== null && alike(source, kids)) return source;
  if (target !== null && alike(target, kids)) return target;
  return spanOf(level, height, kids);
};

const alike = (span: Span, kids: readonly Entry[]): boolean => {
  for (let i = 0; i < FANOUT; i++) if (span.kids[i] !== kids[i]) return false;
  return true;
};

const remember = (walk: Walk, source: Span, target: Span, outcome: Outcome): void => {
  let targets = walk.known.get(source);
  if (targets === undefined) {
    targets = new Map();
    walk.known.set(source, targets);
  }
  targets.set(target, outcome);
};

/**
 * One round of the loop of a level. Returns the destination's new entry. The range [lo, hi) is cut to the entry, as
 * *_addr_end() does.
 */
export const syncEntry = (
  walk: Walk,
  source: Entry,
  target: Entry,
  level: Level,
  base: number,
  lo: number,
  hi: number,
): Entry => {
  if (level === 0) return syncPte(walk, source, target, base);
  walk.visits += 1;
  if (source === null && (target === null || target instanceof Leaf)) return null;
  if (source instanceof Leaf) {
    if (target instanceof Leaf) {
      if (target.delta !== source.delta) return bugAt(walk, base, target);
    } else if (target !== null) {
      // Only this page is freed: tables below it leak. It is freed while the entry still points to it.
      free(walk, below(level), base);
    }
    return source;
  }
  return syncTable(walk, source, target, level, base, Math.max(lo, base), Math.min(hi, base + ENTRY_PAGES[level]));
};

const bugAt = (walk: Walk, page: number, entry: Entry): Entry => {
  walk.ending = 'bug';
  walk.bugPage = page;
  return entry;
};

const syncPte = (walk: Walk, source: Entry, target: Entry, page: number): Entry => {
  if (page < walk.wholeLo || page >= walk.wholeHi) return target;
  walk.visits += 1;
  if (source instanceof Leaf && target instanceof Leaf && source.delta !== target.delta)
    return bugAt(walk, page, target);
  return source;
};

/**
 * sync_direct_mapping_pud/pmd/pte() for the table below one entry; [lo, hi) lies inside the entry. A leaf is cleared before
 * the table that replaces it is allocated, and a new table is hooked after its entries are filled, also when filling it failed.
 */
const syncTable = (
  walk: Walk,
  source: Span | null,
  target: Entry,
  level: Level,
  base: number,
  lo: number,
  hi: number,
): Entry => {
  const inner = below(level);
  const existing = target instanceof Leaf ? null : target;
  if (existing === null && !allocate(walk, inner, base)) return null;
  const result = syncSpan(walk, source, existing, inner, TABLE_HEIGHT, base, lo, hi);
  // BUG_ON inside: a table not yet hooked is lost.
  if (walk.ending === 'bug' && existing === null) return null;
  if (source === null && removes(walk, level, base, lo, hi) && walk.ending !== 'bug') {
    free(walk, inner, base);
    return null;
  }
  return result ?? emptyTable(inner);
};

/** remove_pte: any page-aligned range; remove_pmd/pud: only one that covers the whole table. */
const removes = (walk: Walk, level: Level, base: number, lo: number, hi: number): boolean =>
  walk.wholeLo <= lo && hi <= walk.wholeHi && (level === 1 || (lo === base && hi === base + ENTRY_PAGES[level]));
