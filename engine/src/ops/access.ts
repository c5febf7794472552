import type { Address, Range } from '../address.ts';
import { CACHE_BITS, keyOddness } from '../flags.ts';
import { addressOf } from '../geometry.ts';
import { rootOf } from '../spaces.ts';
import {
  conflicts,
  type WrittenLines,
  type WrittenRange,
  writtenBack,
  written as writtenTo,
} from '../state/written.ts';
import type { Doing } from '../state.ts';
import { runsOf } from '../table/find.ts';
import { type Piece, piecesOf } from './pieces.ts';

/** Mapped pages that lie side by side in a mapping and in memory, with the KeyID that their entries carry. */
interface Stretch extends WrittenRange {
  readonly piece: Piece;
  /** First page in the mapping. */
  readonly page: number;
  readonly cached: boolean;
}

const stretchesOf = ({ geometry, state }: Doing, start: Address, end: Address): Stretch[] =>
  piecesOf(geometry, start, end).flatMap((piece) =>
    runsOf(rootOf(state.spaces, piece.keyId), piece.lo, piece.hi).map((run) => ({
      piece,
      page: run.start,
      keyId: keyOddness(run.leaf.attr) ^ Math.max(piece.keyId, 0),
      lo: run.leaf.delta + run.start,
      hi: run.leaf.delta + run.end,
      cached: (run.leaf.attr & CACHE_BITS) === 0,
    })),
  );

/** A read or a write of memory through whatever mapping the addresses belong to; where nothing is mapped, nothing is reached. */
export const accessOp = (doing: Doing, start: Address, end: Address, access: 'read' | 'write'): void => {
  const { geometry } = doing;
  for (const stretch of stretchesOf(doing, start, end)) {
    const { keyId, lo, hi, piece, page, cached } = stretch;
    const at = (frame: number): Address => addressOf(geometry, piece.keyId, page + frame - lo);
    const { written } = doing.state;
    if (access === 'write' && cached) doing.state = { ...doing.state, written: writtenTo(written, { keyId, lo, hi }) };
    doing.say({ kind: 'access', access, keyId, start: at(lo), end: at(hi) });
    for (const held of conflicts(written, { keyId, lo, hi })) {
      doing.say({
        kind: 'cache-conflict',
        access,
        keyId,
        written: held.keyId,
        start: at(held.lo),
        end: at(held.hi),
      });
    }
  }
};

/** What clflush through the addresses of a range leaves: it reaches the lines of the KeyID that the entries carry, and no others. */
export const linesAfterFlush = (doing: Doing, { start, end }: Range): WrittenLines =>
  stretchesOf(doing, start, end).reduce<WrittenLines>(writtenBack, doing.state.written);
