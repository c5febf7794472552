import { addressOf, type Geometry, heightOf, OTHER, P4D_ENTRIES, SLOT_PAGES } from '../geometry.ts';
import { p4dTableEmpty, rootOf, withP4dTable } from '../spaces.ts';
import { topAfter } from '../state/top-level.ts';
import type { Doing } from '../state.ts';
import { levelNames } from '../sync/result.ts';
import { newWalk, syncSpan } from '../sync/walk.ts';
import { changeLeaves } from '../table/edit.ts';
import { runsOf } from '../table/find.ts';
import { filled, type Level, leafOf } from '../table/span.ts';
import { keyIdOf, replaceRoot, writeEvent } from './change.ts';
import { allocateTable, splitEdges } from './leaves.ts';
import type { Piece } from './pieces.ts';

const NOTES = 8;

/** First absolute slot of a space. */
const slotBase = (geometry: Geometry, keyId: number): number =>
  keyId === OTHER ? 0 : geometry.baseSlot + keyId * geometry.laneSlots;

/** A piece cut at pgd entries (five levels): which pgd entry, and the pages. */
const underPgds = (geometry: Geometry, { keyId, lo, hi }: Piece): { pgd: number; lo: number; hi: number }[] => {
  const parts: { pgd: number; lo: number; hi: number }[] = [];
  const shift = slotBase(geometry, keyId);
  for (let at = lo; at < hi; ) {
    const pgd = Math.floor((shift + Math.floor(at / SLOT_PAGES)) / P4D_ENTRIES);
    const next = Math.min(((pgd + 1) * P4D_ENTRIES - shift) * SLOT_PAGES, hi);
    parts.push({ pgd, lo: at, hi: next });
    at = next;
  }
  return parts;
};

/** Maps one stretch under tables that are there or get allocated. False: out of memory. */
const mapPart = (
  doing: Doing,
  keyId: number,
  level: Level,
  attr: number,
  delta: number,
  lo: number,
  hi: number,
): boolean => {
  const { geometry } = doing;
  const walk = newWalk(doing.state.budget ?? Number.POSITIVE_INFINITY, NOTES);
  const height = heightOf(geometry, keyId);
  const source = filled(3, height, level, leafOf(attr, delta));
  const root = syncSpan(walk, source, rootOf(doing.state.spaces, keyId), 3, height, 0, lo, hi);
  doing.state = { ...doing.state, budget: Number.isFinite(walk.budget) ? walk.budget : null };
  replaceRoot(doing, keyId, root, lo, hi);
  for (const { kind, level: at, page } of walk.notes) {
    doing.say({ kind, keyId: keyIdOf(keyId), level: levelNames[at], start: addressOf(geometry, keyId, page) });
  }
  for (const run of runsOf(root, lo, hi)) doing.say(writeEvent(geometry, keyId, run, null, run.leaf));
  return walk.ending === 'done';
};

/**
 * Maps a piece with leaves of one size, pfn = delta + page. What was mapped there goes first (its tables too, where that
 * empties them). False: an allocation failed; what lies before it is mapped.
 */
export const mapPiece = (doing: Doing, piece: Piece, level: Level, attr: number, delta: number): boolean => {
  const { geometry } = doing;
  const { keyId, lo, hi } = piece;
  if (runsOf(rootOf(doing.state.spaces, keyId), lo, hi).length > 0) {
    if (!splitEdges(doing, piece)) return false;
    replaceRoot(
      doing,
      keyId,
      changeLeaves(rootOf(doing.state.spaces, keyId), lo, hi, () => null),
      lo,
      hi,
    );
  }
  if (geometry.layout.pagingLevels === 4) return mapPart(doing, keyId, level, attr, delta, lo, hi);
  for (const part of underPgds(geometry, piece)) {
    if (!doing.state.spaces.p4dTables.has(part.pgd)) {
      if (!allocateTable(doing, keyId, 3, part.lo)) return false;
      const spaces = withP4dTable(doing.state.spaces, part.pgd, true);
      doing.state = { ...doing.state, spaces, top: topAfter(geometry, doing.state.top, spaces) };
    }
    if (!mapPart(doing, keyId, level, attr, delta, part.lo, part.hi)) return false;
  }
  return true;
};

/** Frees the p4d tables over a piece that have become empty (five levels). */
export const freeEmptyP4d = (doing: Doing, piece: Piece): void => {
  const { geometry } = doing;
  if (geometry.layout.pagingLevels === 4) return;
  for (const { pgd, lo } of underPgds(geometry, piece)) {
    const { spaces } = doing.state;
    if (!spaces.p4dTables.has(pgd) || !p4dTableEmpty(geometry, spaces, pgd)) continue;
    const without = withP4dTable(spaces, pgd, false);
    doing.state = { ...doing.state, spaces: without, top: topAfter(geometry, doing.state.top, without) };
    doing.say({
      kind: 'table-free',
      keyId: keyIdOf(piece.keyId),
      level: 'p4d',
      start: addressOf(geometry, piece.keyId, lo),
    });
  }
};
