import type { Address, Range } from './address.ts';
import { addressOf, type Geometry } from './geometry.ts';
import type { Stale } from './machine.ts';
import { pageRange } from './ops/sync.ts';
import type { Spaces } from './spaces.ts';
import { syncKeyId } from './sync/keyid.ts';
import { newWalk } from './sync/walk.ts';
import { differences } from './table/compare.ts';

/** Pages of a direct mapping that a range of canonical addresses covers. */
const lanePages = (geometry: Geometry, { start, end }: Range): { lo: number; hi: number } => {
  const { pageOffset } = geometry.layout;
  const lo = Number((start - pageOffset) >> 12n);
  const hi = Number((end - pageOffset + 0xfffn) >> 12n);
  return { lo: Math.max(0, lo), hi: Math.min(geometry.lanePages, hi) };
};

/**
 * Where KeyID mappings translate otherwise than KeyID-0's, by KeyID and address, in maximal stretches. KeyIDs that share a
 * tree are compared once.
 */
export const coherenceOf = (geometry: Geometry, spaces: Spaces, within?: Range): Stale[] => {
  const { lo, hi } = within === undefined ? { lo: 0, hi: geometry.lanePages } : lanePages(geometry, within);
  const stale: Stale[] = [];
  let from = 1;
  for (const { to, root } of spaces.lanes) {
    const found = root === spaces.canonical ? [] : differences(spaces.canonical, root, lo, hi);
    if (found.length > 0) {
      const bytes = found.map(({ start, end, kind }) => ({
        start: BigInt(start) << 12n,
        end: BigInt(end) << 12n,
        kind,
      }));
      for (let keyId = from; keyId <= to; keyId++) {
        const base = addressOf(geometry, keyId, 0);
        for (const { start, end, kind } of bytes) stale.push({ keyId, start: base + start, end: base + end, kind });
      }
    }
    from = to + 1;
  }
  return stale;
};

/** Entries that a sync of [start, end) would look at for KeyID 1 now; 0 without KeyIDs or for an empty range. */
export const entriesToVisit = (geometry: Geometry, spaces: Spaces, start: Address, end: Address): number => {
  if (geometry.layout.keyIds === 0 || start >= end) return 0;
  const walk = newWalk(Number.POSITIVE_INFINITY, 0);
  syncKeyId(geometry, spaces, walk, 1, pageRange(start, end));
  return walk.visits;
};
