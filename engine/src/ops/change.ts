import type { Event, Leaf as EventLeaf } from '../event.ts';
import { flagsOf } from '../flags.ts';
import { addressOf, type Geometry, OTHER } from '../geometry.ts';
import { rootOf, withRoot } from '../spaces.ts';
import { dirtied } from '../state/dirty.ts';
import { retire } from '../state/retired.ts';
import { topAfter } from '../state/top-level.ts';
import type { Doing } from '../state.ts';
import type { Leaf, Level, Span } from '../table/span.ts';

export const pageNames = ['4K', '2M', '1G'] as const;
export const levelOf = { '4K': 0, '2M': 1, '1G': 2 } as const;
export const keyIdOf = (keyId: number): number | null => (keyId === OTHER ? null : keyId);

export const eventLeaf = (leaf: Leaf | null, page: number): EventLeaf | null =>
  leaf === null ? null : { pfn: BigInt(leaf.delta + page), flags: flagsOf(leaf.attr) };

/** Puts a new tree in place of one space's tree; [lo, hi) is where they may differ. */
export const replaceRoot = (doing: Doing, keyId: number, root: Span | null, lo: number, hi: number): void => {
  const { state, geometry } = doing;
  const before = rootOf(state.spaces, keyId);
  if (before === root) return;
  const spaces = withRoot(state.spaces, keyId, root);
  const top = keyId !== OTHER && before?.tables !== root?.tables ? topAfter(geometry, state.top, spaces) : state.top;
  doing.state = {
    ...state,
    spaces,
    top,
    retired: retire(state.retired, { from: keyId, to: keyId, before, lo, hi }),
    dirty: dirtied(state.dirty, { from: keyId, to: keyId }, before, root, lo, hi),
  };
};

export const writeEvent = (
  geometry: Geometry,
  keyId: number,
  stretch: { start: number; end: number; level: Level },
  before: Leaf | null,
  after: Leaf | null,
): Event => ({
  kind: 'write',
  keyId: keyIdOf(keyId),
  page: pageNames[stretch.level as 0 | 1 | 2],
  start: addressOf(geometry, keyId, stretch.start),
  end: addressOf(geometry, keyId, stretch.end),
  before: eventLeaf(before, stretch.start),
  after: eventLeaf(after, stretch.start),
});
