/** Where anything ever happens in a replay. The whole run counts, so that the scale stands still while steps go by. */
import type { Replay } from '../replay.ts';
import { parseRun, runAt } from './lane.ts';
import { canonicalStretch, mappingPages, pageOfOffset, pagesOf, type Stretch } from './pages.ts';

export interface Interest {
  /** Pages in the mapping. */
  readonly total: number;
  /** Pages of RAM. */
  readonly ram: number;
  /** Disjoint, sorted: changed at some time, or different in the end. */
  readonly hot: readonly Stretch[];
  /** Sorted pages at which something begins or ends. */
  readonly edges: readonly number[];
  /** Stretches around the hot ones, so that a change is seen in its table and beside its neighbours. Disjoint, sorted. */
  readonly near: readonly Stretch[];
}

/** More would be too thin to see; the closest ones melt together. */
const MOST = 24;

/** `most`: how many hot stretches to keep apart. */
export function interestOf(replays: readonly Replay[], most = MOST): Interest {
  const total = Math.max(1, ...replays.map(mappingPages));
  const ram = Math.max(1, ...replays.map((replay) => pageOfOffset(replay.machine.ramBytes, true)));
  const found: Stretch[] = [];
  for (const replay of replays) found.push(...hotOf(replay));
  const hot = melt(found, most);
  const near = melt(
    hot.map((stretch) => around(stretch, replays, total)),
    most,
  );
  const edges = new Set<number>();
  const lossless = melt(found, Number.POSITIVE_INFINITY).length <= most;
  for (const { start, end } of [...hot, ...(lossless ? exact(found) : [])]) {
    edges.add(start);
    edges.add(end);
    // The table boundaries around it, so that neighbours stand beside it and not in one piece with its table.
    edges.add(Math.floor(start / pagesOf['2M']) * pagesOf['2M']);
    edges.add(Math.ceil(end / pagesOf['2M']) * pagesOf['2M']);
  }
  return { total, ram, hot, near, edges: [...edges].sort((a, b) => a - b) };
}

function hotOf(replay: Replay): Stretch[] {
  const found: Stretch[] = [];
  for (const mark of replay.marks) {
    if (mark.kind === 'swept' || mark.kind === 'synced') continue;
    const stretch = canonicalStretch(replay, [mark.start, mark.end]);
    if (stretch !== null) found.push(stretch);
  }
  const marked = found.length > 0;
  // Lane changes beside the marks (a change undone later) count as well, but a split rewrites a whole table for nothing, and
  // what a sync copies is all it was told to.
  for (const step of replay.steps) {
    if (step.kind === 'split' || step.kind === 'collapse' || step.kind === 'table') continue;
    if (step.kind === 'sync-keyid' && marked) continue;
    for (const change of step.lanes) {
      found.push({ start: pageOfOffset(change.start), end: pageOfOffset(change.end, true) });
    }
  }
  if (found.length > 0) return found;
  for (const step of replay.steps) {
    const stretch = step.range === null ? null : canonicalStretch(replay, step.range);
    if (stretch !== null) found.push(stretch);
  }
  return found;
}

/** Edges are worth drawing one by one only while they are few. */
function exact(found: readonly Stretch[]): readonly Stretch[] {
  const distinct = new Map(found.map((stretch) => [`${stretch.start} ${stretch.end}`, stretch]));
  return distinct.size <= 2 * MOST ? [...distinct.values()] : [];
}

/** The stretch rounded out to 2 MiB (1 GiB where a 1 GiB leaf covered it), and one leaf more on each side. */
function around(hot: Stretch, replays: readonly Replay[], total: number): Stretch {
  let unit: number = pagesOf['2M'];
  for (const replay of replays) {
    const lane = replay.initial
      .filter((change) => change.keyIds[0] === 0)
      .flatMap((change) => change.runs.map(parseRun))
      .sort((a, b) => a.start - b.start);
    const run = runAt(lane, hot.start);
    if (run?.size === '1G') unit = pagesOf['1G'];
  }
  const start = Math.floor(hot.start / unit) * unit - unit;
  const end = Math.ceil(hot.end / unit) * unit + unit;
  return { start: Math.max(0, start), end: Math.min(total, end) };
}

/** Sorted and disjoint; the smallest gaps close until at most `most` stretches are left. */
export function melt(stretches: readonly Stretch[], most: number): Stretch[] {
  const sorted = [...stretches].sort((a, b) => a.start - b.start);
  const joined: Stretch[] = [];
  for (const { start, end } of sorted) {
    const last = joined[joined.length - 1];
    if (last !== undefined && start <= last.end) {
      joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    } else if (end > start) joined.push({ start, end });
  }
  if (joined.length <= most) return joined;
  const gaps = joined.slice(1).map((stretch, index) => stretch.start - (joined[index]?.end ?? 0));
  const limit = [...gaps].sort((a, b) => b - a)[most - 2] ?? Number.POSITIVE_INFINITY;
  let kept = most - 1;
  const result: Stretch[] = [];
  joined.forEach((stretch, index) => {
    const last = result[result.length - 1];
    const gap = gaps[index - 1] ?? 0;
    if (last !== undefined && (gap < limit || kept === 0)) {
      result[result.length - 1] = { start: last.start, end: stretch.end };
    } else {
      if (last !== undefined) kept -= 1;
      result.push(stretch);
    }
  });
  return result;
}
