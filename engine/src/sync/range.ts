import { FLAG_BITS } from '../flags.ts';
import { addressOf, type Geometry, OTHER, P4D_ENTRIES, SLOT_PAGES } from '../geometry.ts';
import type { KeyIdCost } from '../machine.ts';
import { type LaneRun, type Spaces, tableIn, withLanes, withP4dTable } from '../spaces.ts';
import type { Span } from '../table/span.ts';
import { syncKeyId } from './keyid.ts';
import { levelNames, type NewTop, type PageRange, pfnMismatch, type Synced, type TableEvent } from './result.ts';
import { allocate, type Counts, type Ending, isTold, newWalk, syncSpan, type Walk } from './walk.ts';

const NOTES = 8;

/** The range in pages of KeyID-0's mapping; null if it reaches outside. */
const withinCanonical = (geometry: Geometry, range: PageRange): { lo: number; hi: number } | null => {
  const base = Number(geometry.layout.pageOffset >> 12n);
  const lo = range.lo - base;
  const hi = range.hi - base;
  return lo >= 0 && hi <= geometry.lanePages ? { lo, hi } : null;
};

/** KeyIDs of one run of equal trees whose walk at the top is alike: every p4d table it meets is there (or is folded). */
const regular = (geometry: Geometry, spaces: Spaces, keyId: number, lo: number, hi: number): boolean => {
  if (geometry.layout.pagingLevels === 4) return true;
  const first = geometry.baseSlot + Math.floor(lo / SLOT_PAGES);
  const last = geometry.baseSlot + Math.ceil(hi / SLOT_PAGES) - 1;
  const shift = keyId * geometry.laneSlots;
  const pgd = (slot: number): number => Math.floor(slot / P4D_ENTRIES);
  if (pgd(first) !== pgd(last) && shift % P4D_ENTRIES !== 0) return false;
  for (let i = pgd(first); i <= pgd(last); i++) if (!spaces.p4dTables.has(i)) return false;
  for (let i = pgd(first + shift); i <= pgd(last + shift); i++) if (!spaces.p4dTables.has(i)) return false;
  return true;
};

/**
 * The pgd entry of a KeyID whose p4d table alone is missing: source and destination lie under one pgd entry each, and only
 * the destination's is none. Null: it is not so.
 */
const lonelyPgd = (geometry: Geometry, spaces: Spaces, keyId: number, lo: number, hi: number): number | null => {
  const first = geometry.baseSlot + Math.floor(lo / SLOT_PAGES);
  const last = geometry.baseSlot + Math.ceil(hi / SLOT_PAGES) - 1;
  const shift = keyId * geometry.laneSlots;
  const pgd = (slot: number): number => Math.floor(slot / P4D_ENTRIES);
  if (pgd(first) !== pgd(last) || pgd(first + shift) !== pgd(last + shift)) return null;
  if (!spaces.p4dTables.has(pgd(first)) || spaces.p4dTables.has(pgd(first + shift))) return null;
  return pgd(first + shift);
};

/** [lo, hi) cut where another pgd entry begins, with five levels. With four the entries of the mapping's top are those of the pgd. */
const pgdPieces = (geometry: Geometry, lo: number, hi: number): { lo: number; hi: number }[] => {
  if (geometry.layout.pagingLevels === 4) return [{ lo, hi }];
  const pieces: { lo: number; hi: number }[] = [];
  for (let at = lo; at < hi; ) {
    const slot = geometry.baseSlot + Math.floor(at / SLOT_PAGES);
    const end = (Math.floor(slot / P4D_ENTRIES + 1) * P4D_ENTRIES - geometry.baseSlot) * SLOT_PAGES;
    pieces.push({ lo: at, hi: Math.min(end, hi) });
    at = end;
  }
  return pieces;
};

interface Going {
  spaces: Spaces;
  readonly walk: Walk;
  readonly tables: TableEvent[];
  readonly newTop: NewTop[];
  readonly bugs: string[];
  readonly costs: KeyIdCost[];
}

/** Moves what the walk noted into events of a KeyID. */
const drainNotes = (geometry: Geometry, going: Going, keyId: number): void => {
  for (const { kind, level, page } of going.walk.notes.splice(0)) {
    going.tables.push({ kind, keyId, level: levelNames[level], start: addressOf(geometry, keyId, page) });
  }
};

const since = (walk: Walk, before: Counts): Counts => ({
  visits: walk.visits - before.visits,
  allocations: walk.allocations - before.allocations,
  frees: walk.frees - before.frees,
});

/** Notes what each of KeyIDs from..to cost. */
const addCost = ({ costs }: Going, from: number, to: number, { visits, allocations, frees }: Counts): void => {
  const last = costs[costs.length - 1];
  const same = last?.entriesVisited === visits && last.tablesAllocated === allocations && last.tablesFreed === frees;
  const first = same ? last.keyIds[0] : from;
  if (same) costs.pop();
  costs.push({ keyIds: [first, to], entriesVisited: visits, tablesAllocated: allocations, tablesFreed: frees });
};

/**
 * A KeyID that needs a p4d table first, and is like any other then: nothing is mapped under it yet, so that no BUG_ON can
 * lose the table before it is hooked.
 */
const syncLonely = (
  geometry: Geometry,
  going: Going,
  keyId: number,
  pgd: number,
  root: Span | null,
  range: { lo: number; hi: number },
): void => {
  const { walk, costs } = going;
  const before = { visits: walk.visits, allocations: walk.allocations, frees: walk.frees };
  const others = [...costs];
  const done = allocate(walk, 3, 0);
  for (const { kind } of walk.notes.splice(0)) {
    going.tables.push({ kind, keyId, level: 'p4d', start: addressOf(geometry, OTHER, pgd * P4D_ENTRIES * SLOT_PAGES) });
  }
  if (done) {
    syncAlike(geometry, going, keyId, keyId, root, range);
    going.spaces = withP4dTable(going.spaces, pgd, true);
    going.newTop.push({ keyId, start: pgd * P4D_ENTRIES, end: (pgd + 1) * P4D_ENTRIES });
  } else {
    walk.visits += 1;
  }
  costs.splice(0, costs.length, ...others);
  addCost(going, keyId, keyId, since(walk, before));
};

/** With four levels a slot is a pgd entry: those that appeared. */
const noteNewTop = (
  geometry: Geometry,
  going: Going,
  keyIds: { from: number; to: number },
  trees: { old: Span | null; new: Span | null },
  lo: number,
  hi: number,
): void => {
  if (geometry.layout.pagingLevels !== 4) return;
  for (let slot = Math.floor(lo / SLOT_PAGES); slot * SLOT_PAGES < hi; slot++) {
    if (tableIn(trees.old, slot) !== null || tableIn(trees.new, slot) === null) continue;
    for (let keyId = keyIds.from; keyId <= keyIds.to; keyId++) {
      const start = geometry.baseSlot + keyId * geometry.laneSlots + slot;
      going.newTop.push({ keyId, start, end: start + 1 });
    }
  }
};

/**
 * Syncs KeyIDs from..to, whose trees are one node. Returns how many of them are done, or ended the walk. The work is
 * done once; what it counts is counted for each.
 */
const syncAlike = (
  geometry: Geometry,
  going: Going,
  from: number,
  to: number,
  root: Span | null,
  range: { lo: number; hi: number },
): number => {
  const { walk } = going;
  const pieces = pgdPieces(geometry, range.lo, range.hi);
  const one = (): { result: Span | null; visits: number; allocations: number; frees: number } => {
    const before = { visits: walk.visits, allocations: walk.allocations, frees: walk.frees };
    let result = root;
    for (const { lo, hi } of pieces) {
      if (walk.ending !== 'done') break;
      if (geometry.layout.pagingLevels === 5) walk.visits += 1;
      result = syncSpan(walk, going.spaces.canonical, result, 3, geometry.laneHeight, 0, lo, hi);
    }
    return { result, ...since(walk, before) };
  };
  let done = 0;
  let lanes = going.spaces.lanes;
  while (from + done <= to && walk.ending === 'done') {
    const keyId = from + done;
    const first = one();
    drainNotes(geometry, going, keyId);
    const ending = walk.ending as Ending;
    if (ending === 'bug') going.bugs.push(pfnMismatch(addressOf(geometry, keyId, walk.bugPage)));
    const quiet = ending === 'done' && !isTold(walk, first);
    let more = quiet ? to - keyId : 0;
    if (first.allocations > 0) more = Math.min(more, Math.floor(walk.budget / first.allocations));
    addCost(going, keyId, keyId + more, first);
    walk.visits += first.visits * more;
    walk.allocations += first.allocations * more;
    walk.frees += first.frees * more;
    walk.budget -= first.allocations * more;
    lanes = withLanes(lanes, keyId, keyId + more, first.result);
    if (first.allocations > 0) {
      noteNewTop(
        geometry,
        going,
        { from: keyId, to: keyId + more },
        { old: root, new: first.result },
        range.lo,
        range.hi,
      );
    }
    done += more + 1;
  }
  going.spaces = { ...going.spaces, lanes };
  return done;
};

/**
 * sync_direct_mapping(start, end) of the follow-up (2019-06-17) with the walkers of the first posting, for KeyID 1 to the
 * last. `budget`: allocations that succeed before one fails.
 */
export const syncRange = (geometry: Geometry, spaces: Spaces, range: PageRange, budget: number): Synced => {
  const walk = newWalk(budget, NOTES);
  const going: Going = { spaces, walk, tables: [], newTop: [], bugs: [], costs: [] };
  const inside = withinCanonical(geometry, range);
  const shareable = inside !== null && (spaces.canonical?.attrs ?? 0) <= FLAG_BITS;
  const base = Number(geometry.layout.pageOffset >> 12n);
  let keyId = 1;
  while (keyId <= geometry.layout.keyIds && walk.ending === 'done') {
    const run = going.spaces.lanes.find((lane) => keyId <= lane.to) as LaneRun;
    if (shareable && regular(geometry, going.spaces, keyId, inside.lo, inside.hi)) {
      let to = keyId;
      while (
        to < Math.min(run.to, geometry.layout.keyIds) &&
        regular(geometry, going.spaces, to + 1, inside.lo, inside.hi)
      )
        to += 1;
      walk.wholeLo = range.wholeLo - base;
      walk.wholeHi = range.wholeHi - base;
      keyId += syncAlike(geometry, going, keyId, to, run.root, inside);
      continue;
    }
    const pgd = shareable ? lonelyPgd(geometry, going.spaces, keyId, inside.lo, inside.hi) : null;
    if (inside !== null && pgd !== null) {
      walk.wholeLo = range.wholeLo - base;
      walk.wholeHi = range.wholeHi - base;
      syncLonely(geometry, going, keyId, pgd, run.root, inside);
      keyId += 1;
    } else {
      const before = { visits: walk.visits, allocations: walk.allocations, frees: walk.frees };
      const synced = syncKeyId(geometry, going.spaces, walk, keyId, range);
      going.spaces = synced.spaces;
      addCost(going, keyId, keyId, since(walk, before));
      going.newTop.push(...synced.newTop);
      going.bugs.push(...synced.bugs);
      going.tables.push(...synced.tables);
      keyId += 1;
    }
  }
  const { ending, visits, allocations, frees } = walk;
  const { tables, newTop, bugs, costs } = going;
  return { spaces: going.spaces, ending, visits, allocations, frees, keyIds: keyId - 1, tables, newTop, bugs, costs };
};
