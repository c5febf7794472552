/**
 * The lanes after any number of steps. Deltas are applied forward from checkpoints; KeyIDs that hold the same lane
 * object and meet the same change get the same object back, so a sync of 63 KeyIDs costs one splice.
 */
import type { LaneChange, Replay } from '../replay.ts';
import { type Lane, parseRun, type Run, splice } from './lane.ts';
import { canonicalStretch, pageOfOffset } from './pages.ts';

/** KeyIDs first..last (inclusive) have this mapping; `synced` are the stretches that syncs have covered for them so far. */
export interface Span {
  readonly first: number;
  readonly last: number;
  readonly lane: Lane;
  readonly synced: Lane;
}

/** All KeyIDs from 0 up, in order, without gaps. */
export type Lanes = readonly Span[];

export interface History {
  readonly replay: Replay;
  /** Number of steps; positions run from 0 (before the first step) to `length`. */
  readonly length: number;
  /** The lanes after the first `position` steps. */
  at(position: number): Lanes;
}

interface Change {
  readonly first: number;
  readonly last: number;
  readonly start: number;
  readonly end: number;
  readonly runs: readonly Run[];
  readonly key: string;
  readonly track: 'lane' | 'synced';
}

const CHECKPOINT = 32;

export function createHistory(replay: Replay): History {
  const memo = new WeakMap<Lane, Map<string, Lane>>();
  const parsed = new Map<number, readonly Change[]>();
  const keyIdsOfSyncs = syncedKeyIds(replay);
  const empty: Lane = [];
  let start: Lanes = [{ first: 0, last: replay.machine.keyIds, lane: empty, synced: empty }];
  for (const change of replay.initial) start = apply(start, parseChange(change), memo);
  const checkpoints: Lanes[] = [start];
  let recent: { position: number; lanes: Lanes } = { position: 0, lanes: start };

  const changesOf = (index: number): readonly Change[] => {
    const known = parsed.get(index);
    if (known !== undefined) return known;
    const step = replay.steps[index];
    const changes = step === undefined ? [] : step.lanes.map(parseChange);
    const keyIds = keyIdsOfSyncs.get(index);
    const covered = step?.range == null || keyIds === undefined ? null : canonicalStretch(replay, step.range);
    if (covered !== null && keyIds !== undefined) {
      const run: Run = { ...covered, size: '4K', pfn: covered.start, flags: '' };
      const key = `synced ${covered.start} ${covered.end}`;
      changes.push({ first: keyIds[0], last: keyIds[1], ...covered, runs: [run], key, track: 'synced' });
    }
    parsed.set(index, changes);
    return changes;
  };

  const at = (wanted: number): Lanes => {
    const position = Math.max(0, Math.min(replay.steps.length, Math.trunc(wanted)));
    const last = Math.min(Math.floor(position / CHECKPOINT), checkpoints.length - 1);
    let from = last * CHECKPOINT;
    let lanes = checkpoints[last] ?? start;
    if (recent.position <= position && recent.position > from) {
      from = recent.position;
      lanes = recent.lanes;
    }
    for (let index = from; index < position; index += 1) {
      for (const change of changesOf(index)) lanes = apply(lanes, change, memo);
      if ((index + 1) % CHECKPOINT === 0) checkpoints[(index + 1) / CHECKPOINT] ??= lanes;
    }
    recent = { position, lanes };
    return lanes;
  };
  return { replay, length: replay.steps.length, at };
}

function parseChange(change: LaneChange): Change {
  const start = pageOfOffset(change.start);
  const end = pageOfOffset(change.end, true);
  const runs = change.runs.map(parseRun).map((run) => {
    // A run that overhangs its change would break the order of the lane.
    const from = Math.max(run.start, start);
    return { ...run, start: from, end: Math.min(run.end, end), pfn: run.pfn + (from - run.start) };
  });
  const key = JSON.stringify([start, end, runs.map((run) => [run.start, run.end, run.size, run.pfn, run.flags])]);
  return { first: change.keyIds[0], last: change.keyIds[1], start, end, runs, key, track: 'lane' };
}

function apply(lanes: Lanes, change: Change, memo: WeakMap<Lane, Map<string, Lane>>): Lanes {
  const next: Span[] = [];
  const push = (span: Span): void => {
    const last = next[next.length - 1];
    if (last !== undefined && last.lane === span.lane && last.synced === span.synced)
      next[next.length - 1] = { ...last, last: span.last };
    else next.push(span);
  };
  for (const span of lanes) {
    const first = Math.max(span.first, change.first);
    const last = Math.min(span.last, change.last);
    if (first > last) {
      push(span);
      continue;
    }
    if (span.first < first) push({ ...span, last: first - 1 });
    push({ ...span, first, last, [change.track]: changed(span[change.track], change, memo) });
    if (span.last > last) push({ ...span, first: last + 1 });
  }
  return next;
}

function changed(lane: Lane, change: Change, memo: WeakMap<Lane, Map<string, Lane>>): Lane {
  let results = memo.get(lane);
  if (results === undefined) {
    results = new Map();
    memo.set(lane, results);
  }
  let result = results.get(change.key);
  if (result === undefined) {
    result = splice(lane, change.start, change.end, change.runs);
    results.set(change.key, result);
  }
  return result;
}

/**
 * Which KeyIDs a sync step covers. A `sync` that has `sync-keyid` steps inside leaves it to them; the n-th of these is
 * KeyID n unless its lanes say otherwise (a KeyID in which nothing changed has none).
 */
function syncedKeyIds(replay: Replay): ReadonlyMap<number, readonly [number, number]> {
  const found = new Map<number, readonly [number, number]>();
  let sync: number | null = null;
  let nth = 0;
  replay.steps.forEach((step, index) => {
    if (step.kind === 'sync') {
      sync = index;
      nth = 0;
      found.set(index, [1, replay.machine.keyIds]);
    } else if (step.kind === 'sync-keyid') {
      if (sync !== null && nth === 0) found.delete(sync);
      nth += 1;
      const keyIds = step.lanes[0]?.keyIds ?? [nth, nth];
      nth = keyIds[1];
      found.set(index, keyIds);
    }
  });
  return found;
}
