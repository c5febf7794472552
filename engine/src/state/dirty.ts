import { CACHE_BITS } from '../flags.ts';
import { differences } from '../table/compare.ts';
import { runsOf } from '../table/find.ts';
import type { Span } from '../table/span.ts';

/**
 * Cache lines that may hold data under a memory type the mapping no longer has: the page was cached (write-back), the
 * mapping became uncached or write-combining, and nothing has flushed the lines since. Lines are tagged with the KeyID, so that those of each
 * KeyID's alias are lines of their own.
 */
export interface DirtyRange {
  readonly from: number;
  readonly to: number;
  readonly lo: number;
  readonly hi: number;
}

export type DirtyLines = readonly DirtyRange[];

export const noDirtyLines: DirtyLines = [];

/** Adds what a change from one tree to another leaves dirty in [lo, hi) of KeyIDs from..to. */
export const dirtied = (
  lines: DirtyLines,
  keyIds: { readonly from: number; readonly to: number },
  before: Span | null,
  after: Span | null,
  lo: number,
  hi: number,
): DirtyLines => {
  if (before === null || after === null || before === after) return lines;
  if (((before.attrs | after.attrs) & CACHE_BITS) === 0) return lines;
  const added: DirtyRange[] = [];
  for (const difference of differences(before, after, lo, hi)) {
    if (difference.kind !== 'stale') continue;
    for (const old of runsOf(before, difference.start, difference.end)) {
      if ((old.leaf.attr & CACHE_BITS) !== 0) continue;
      for (const now of runsOf(after, old.start, old.end)) {
        if ((now.leaf.attr & CACHE_BITS) === 0) continue;
        added.push({ ...keyIds, lo: now.start, hi: now.end });
      }
    }
  }
  return added.length === 0 ? lines : [...lines, ...added];
};

/** What is left after clflush of [lo, hi) through one KeyID's addresses. */
export const cleaned = (lines: DirtyLines, keyId: number, lo: number, hi: number): DirtyLines =>
  lines.flatMap((line) => {
    if (keyId < line.from || keyId > line.to || line.hi <= lo || hi <= line.lo) return [line];
    const rest: DirtyRange[] = [];
    if (line.from < keyId) rest.push({ ...line, to: keyId - 1 });
    if (line.to > keyId) rest.push({ ...line, from: keyId + 1 });
    if (line.lo < lo) rest.push({ from: keyId, to: keyId, lo: line.lo, hi: lo });
    if (line.hi > hi) rest.push({ from: keyId, to: keyId, lo: hi, hi: line.hi });
    return rest;
  });
