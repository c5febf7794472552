/** What is to be seen after a number of steps: KeyIDs that look alike in one group, those that differ from KeyID-0 first. */

import type { History } from './history.ts';
import { type Difference, difference, type Lane, sameLane } from './lane.ts';
import { canonicalStretch, type Stretch } from './pages.ts';

export interface LaneGroup {
  /** Inclusive KeyID ranges, ascending. */
  readonly keyIds: readonly (readonly [number, number])[];
  readonly lane: Lane;
  /** Against KeyID-0 at the same moment. */
  readonly differs: readonly Difference[];
  /** Against the same KeyID before the first step. */
  readonly changed: readonly Stretch[];
  readonly synced: readonly Stretch[];
  /** Synced without need. */
  readonly swept: readonly Stretch[];
}

export interface PictureState {
  /** Steps done, 0..history.length. */
  readonly position: number;
  /** KeyID-0 first, then groups that differ from it, then the rest; each part by lowest KeyID. */
  readonly groups: readonly LaneGroup[];
}

interface Building {
  keyIds: (readonly [number, number])[];
  lane: Lane;
  synced: Lane;
}

/** State reader with memory: differences of lane pairs are computed once, and a group that a step left alone is the same object. */
export function createStates(history: History): (position: number) => PictureState {
  const pairs = new WeakMap<Lane, WeakMap<Lane, readonly Difference[]>>();
  const differ = (lane: Lane, reference: Lane): readonly Difference[] => {
    let known = pairs.get(lane);
    if (known === undefined) {
      known = new WeakMap();
      pairs.set(lane, known);
    }
    let found = known.get(reference);
    if (found === undefined) {
      found = difference(lane, reference);
      known.set(reference, found);
    }
    return found;
  };
  const initial = history.at(0);
  const initialOf = (keyId: number): Lane => initial.find((span) => span.last >= keyId)?.lane ?? [];
  const sweptMarks = history.replay.marks
    .filter((mark) => mark.kind === 'swept')
    .flatMap((mark) => {
      const stretch = canonicalStretch(history.replay, [mark.start, mark.end]);
      return stretch === null ? [] : [{ ...stretch, keyIds: mark.keyIds }];
    });

  let last: ReadonlyMap<number, LaneGroup> = new Map();
  return (position) => {
    const building: Building[] = [];
    const canonical = history.at(position);
    for (const span of canonical) {
      // KeyID-0 stands alone even while all look like it: it is what the others are held against.
      if (span.first === 0) {
        building.push({ keyIds: [[0, 0]], lane: span.lane, synced: span.synced });
        if (span.last === 0) continue;
      }
      const first = Math.max(1, span.first);
      const same = building.find((group, index) => index > 0 && sameLane(group.lane, span.lane));
      if (same === undefined) building.push({ keyIds: [[first, span.last]], lane: span.lane, synced: span.synced });
      else {
        const tail = same.keyIds[same.keyIds.length - 1];
        if (tail !== undefined && tail[1] + 1 === first) same.keyIds[same.keyIds.length - 1] = [tail[0], span.last];
        else same.keyIds.push([first, span.last]);
      }
    }
    const reference = building[0]?.lane ?? [];
    const groups = building.map(({ keyIds, lane, synced }): LaneGroup => {
      const keyId = keyIds[0]?.[0] ?? 0;
      const differs = differ(lane, reference);
      const known = last.get(keyId);
      if (
        known?.lane === lane &&
        known.synced === synced &&
        known.differs === differs &&
        sameKeyIds(known.keyIds, keyIds)
      )
        return known;
      const swept = sweptMarks
        .filter((mark) => mark.keyIds[0] <= keyId && keyId <= mark.keyIds[1])
        .flatMap((mark) => intersect(synced, mark));
      return { keyIds, lane, differs, changed: differ(lane, initialOf(keyId)), synced, swept };
    });
    last = new Map(groups.map((group) => [group.keyIds[0]?.[0] ?? 0, group]));
    const [first, ...others] = groups;
    const wrong = others.filter((group) => group.differs.length > 0);
    const right = others.filter((group) => group.differs.length === 0);
    return { position, groups: first === undefined ? [] : [first, ...wrong, ...right] };
  };
}

const sameKeyIds = (a: LaneGroup['keyIds'], b: LaneGroup['keyIds']): boolean =>
  a.length === b.length && a.every(([first, last], index) => b[index]?.[0] === first && b[index]?.[1] === last);

/** The parts of sorted `stretches` that lie inside `window`. */
export const intersect = (stretches: readonly Stretch[], window: Stretch): Stretch[] =>
  stretches.flatMap(({ start, end }) => {
    const from = Math.max(start, window.start);
    const to = Math.min(end, window.end);
    return from < to ? [{ start: from, end: to }] : [];
  });
