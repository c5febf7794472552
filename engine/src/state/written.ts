/**
 * Cache lines that were written through one KeyID's mapping and may not have reached memory yet. The CPU tags lines with the
 * KeyID in the physical address, and keeps those of two KeyIDs coherent in no way: while such lines are there, whoever uses
 * the page under another KeyID reads what was there before, and has what it writes overwritten when they are written back.
 */
export interface WrittenRange {
  readonly keyId: number;
  /** Page frames, half-open. */
  readonly lo: number;
  readonly hi: number;
}

/** In order of KeyID and frame; ranges of one KeyID neither meet nor overlap. */
export type WrittenLines = readonly WrittenRange[];

export const nothingWritten: WrittenLines = [];

/** After a write-back of the lines that a range names. */
export const writtenBack = (lines: WrittenLines, { keyId, lo, hi }: WrittenRange): WrittenLines =>
  lines.flatMap((line) => {
    if (line.keyId !== keyId || line.hi <= lo || hi <= line.lo) return [line];
    const before = line.lo < lo ? [{ ...line, hi: lo }] : [];
    return line.hi > hi ? [...before, { ...line, lo: hi }] : before;
  });

/** After a write. */
export const written = (lines: WrittenLines, { keyId, lo, hi }: WrittenRange): WrittenLines => {
  const meets = (line: WrittenRange): boolean => line.keyId === keyId && line.lo <= hi && lo <= line.hi;
  const met = lines.filter(meets);
  const joined = {
    keyId,
    lo: Math.min(lo, ...met.map((line) => line.lo)),
    hi: Math.max(hi, ...met.map((line) => line.hi)),
  };
  return [...lines.filter((line) => !meets(line)), joined].sort((a, b) => a.keyId - b.keyId || a.lo - b.lo);
};

/** What of a use of frames meets lines of other KeyIDs; `keyId` is that of the lines. */
export const conflicts = (lines: WrittenLines, { keyId, lo, hi }: WrittenRange): WrittenLines =>
  lines
    .filter((line) => line.keyId !== keyId && line.lo < hi && lo < line.hi)
    .map((line) => ({ keyId: line.keyId, lo: Math.max(line.lo, lo), hi: Math.min(line.hi, hi) }));
