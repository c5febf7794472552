import type { Address } from '../address.ts';
import { addressOf, OTHER } from '../geometry.ts';
import { type Cost, type KeyIdCost, MachineBug, type SyncResult } from '../machine.ts';
import { type LaneRun, rootOf } from '../spaces.ts';
import { type DirtyLines, dirtied } from '../state/dirty.ts';
import { noRetired, type Retired, retire } from '../state/retired.ts';
import { topAfter } from '../state/top-level.ts';
import type { Doing } from '../state.ts';
import { syncRange } from '../sync/range.ts';
import type { NewTop, PageRange, Synced } from '../sync/result.ts';

const NO_COST: Cost = { entriesVisited: 0, tablesAllocated: 0, tablesFreed: 0, tlbFlushes: 0 };

export const addCost = (a: Cost, b: Cost): Cost => ({
  entriesVisited: a.entriesVisited + b.entriesVisited,
  tablesAllocated: a.tablesAllocated + b.tablesAllocated,
  tablesFreed: a.tablesFreed + b.tablesFreed,
  tlbFlushes: a.tlbFlushes + b.tlbFlushes,
});

/** The pages of a range: rounded out, and those that it covers whole. */
export const pageRange = (start: Address, end: Address): PageRange => {
  const wholeLo = Number((start + 0xfffn) >> 12n);
  const wholeHi = Number(end >> 12n);
  return {
    lo: Number(start >> 12n),
    hi: Number((end + 0xfffn) >> 12n),
    wholeLo: start % 0x1000n === 0n ? Number.NEGATIVE_INFINITY : wholeLo,
    wholeHi: end % 0x1000n === 0n ? Number.POSITIVE_INFINITY : wholeHi,
  };
};

/** Takes over what the walk did: tables, what is now retired or dirty, cost. */
const adopt = (doing: Doing, synced: Synced, start: Address, end: Address): void => {
  const { state, geometry } = doing;
  const { pageOffset } = geometry.layout;
  const lo = Math.max(0, Number((start - pageOffset) >> 12n));
  const hi = Math.min(geometry.lanePages, Number((end - pageOffset + 0xfffn) >> 12n));
  let retired: Retired = state.retired;
  let dirty: DirtyLines = state.dirty;
  let from = 1;
  for (const { to, root } of overlaid(state.spaces.lanes, synced.spaces.lanes)) {
    const now = rootOf(synced.spaces, from);
    if (root !== now) {
      retired = retire(retired, { from, to, before: root, lo, hi });
      dirty = dirtied(dirty, { from, to }, root, now, lo, hi);
    }
    from = to + 1;
  }
  const changed = synced.allocations + synced.frees > 0;
  const top = changed ? topAfter(geometry, state.top, synced.spaces) : state.top;
  doing.state = { ...state, spaces: synced.spaces, retired, dirty, top };
};

/** The old runs, cut also where the new ones end. */
const overlaid = (before: readonly LaneRun[], after: readonly LaneRun[]): LaneRun[] => {
  const ends = [...new Set([...before, ...after].map((run) => run.to))].sort((a, b) => a - b);
  return ends.map((to) => ({ to, root: before.find((run) => to <= run.to)?.root ?? null }));
};

/** One event for neighbouring entries of a KeyID. */
const sayNewTop = (doing: Doing, tops: readonly NewTop[]): void => {
  const merged: { keyId: number; start: number; end: number }[] = [];
  for (const top of [...tops].sort((a, b) => a.keyId - b.keyId || a.start - b.start)) {
    const last = merged[merged.length - 1];
    if (last !== undefined && last.keyId === top.keyId && last.end === top.start) last.end = top.end;
    else merged.push({ ...top });
  }
  const at = (slot: number): Address => addressOf(doing.geometry, OTHER, slot * 2 ** 27);
  for (const { keyId, start, end } of merged) {
    doing.say({ kind: 'top-level', keyId, start: at(start), end: at(end) });
  }
};

const badRange = (start: Address, end: Address): string | null => {
  const range = `sync of [0x${start.toString(16)}, 0x${end.toString(16)})`;
  if (start >= end) return `${range}, which is empty or reversed: the walk would never meet its end; nothing is synced`;
  if (start % 0x1000n !== 0n || end % 0x1000n !== 0n) {
    return `${range}, which is not page aligned: the walk would step over its end; only whole pages are synced`;
  }
  return null;
};

/**
 * sync_direct_mapping(start, end) as posted in 2019, or enable's call of it. A range that the posted walk could not end on
 * is a 'bug' event: empty or reversed, nothing is synced; unaligned, huge entries that it touches and pages that it covers are.
 * `failAllocation`: the n-th allocation fails. Throws MachineBug at a BUG_ON, with the state as it was there.
 */
export const syncOp = (
  doing: Doing,
  start: Address,
  end: Address,
  enable: boolean,
  failAllocation?: number,
): SyncResult => {
  if (!doing.state.enabled) {
    doing.say({ kind: 'sync', enable, result: 0, cost: NO_COST, keyIds: 0, start, end });
    return 0;
  }
  const bad = badRange(start, end);
  if (bad !== null) doing.say({ kind: 'bug', message: bad });
  let cost: Cost = { ...NO_COST, tlbFlushes: 1 };
  let result: SyncResult = 0;
  let keyIds = 0;
  let byKeyId: readonly KeyIdCost[] = [];
  if (start < end) {
    const budget = failAllocation === undefined ? Number.POSITIVE_INFINITY : failAllocation - 1;
    const synced = syncRange(doing.geometry, doing.state.spaces, pageRange(start, end), budget);
    adopt(doing, synced, start, end);
    for (const table of synced.tables) {
      if (table.kind === 'table-free') doing.say({ ...table, kind: 'table-free', fault: 'hooked' });
      else doing.say({ ...table, kind: table.kind });
    }
    sayNewTop(doing, synced.newTop);
    const walked = { entriesVisited: synced.visits, tablesAllocated: synced.allocations, tablesFreed: synced.frees };
    cost = { ...walked, tlbFlushes: synced.ending === 'bug' ? 0 : 1 };
    result = synced.ending === 'no-memory' ? -12 : 0;
    keyIds = synced.keyIds;
    byKeyId = synced.costs;
    doing.state = { ...doing.state, cost: addCost(doing.state.cost, cost) };
    for (const message of synced.bugs) doing.say({ kind: 'bug', message });
    if (synced.ending === 'bug') throw new MachineBug(synced.bugs[synced.bugs.length - 1]);
  } else {
    doing.state = { ...doing.state, cost: addCost(doing.state.cost, cost) };
  }
  doing.say({ kind: 'sync', enable, result, cost, keyIds, byKeyId, start, end });
  doing.state = { ...doing.state, retired: noRetired };
  doing.say({ kind: 'tlb-flush', range: 'all' });
  return result;
};
