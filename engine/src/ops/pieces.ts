import type { Address } from '../address.ts';
import { type Geometry, placeOf, SLOT_PAGES } from '../geometry.ts';

/** The part of a range that lies in one space, in pages of that space. */
export interface Piece {
  readonly keyId: number;
  readonly lo: number;
  readonly hi: number;
}

/**
 * A range cut where one direct mapping ends and the next begins. Partly covered pages count whole. Addresses that are
 * not canonical are left out.
 */
export const piecesOf = (geometry: Geometry, start: Address, end: Address): Piece[] => {
  const pieces: { keyId: number; lo: number; hi: number }[] = [];
  const unit = BigInt(SLOT_PAGES) << 12n;
  for (let at = start & ~0xfffn; at < end; ) {
    const next = (at / unit + 1n) * unit;
    const upTo = next < end ? next : end;
    const place = placeOf(geometry, at);
    if (place !== null) {
      const hi = place.page + Number((upTo - at + 0xfffn) >> 12n);
      const last = pieces[pieces.length - 1];
      if (last !== undefined && last.keyId === place.keyId && last.hi === place.page) last.hi = hi;
      else pieces.push({ keyId: place.keyId, lo: place.page, hi });
    }
    at = upTo === next ? next : end;
  }
  return pieces;
};
