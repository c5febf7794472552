import type { Leaf as EventLeaf } from '../event.ts';
import { CACHE_BITS, FLAG_BITS, flagsOf, GLOBAL_BIT, NX_BIT, RW_BIT, USER_BIT } from '../flags.ts';
import { addressOf, type Geometry, type Place } from '../geometry.ts';
import type { StaleTranslation } from '../machine.ts';
import { rootOf, type Spaces } from '../spaces.ts';
import { differences } from '../table/compare.ts';
import { find, runsOf } from '../table/find.ts';
import type { Leaf, Span } from '../table/span.ts';

/**
 * What TLBs and paging-structure caches may still hold: any CPU may have loaded a translation at any moment between the
 * flush before it and the change that retired it. A record says that until now [lo, hi) of some KeyIDs was mapped by `before`; what of
 * that is really different is worked out when somebody asks.
 */
export interface Retirement {
  readonly from: number;
  readonly to: number;
  readonly before: Span | null;
  readonly lo: number;
  readonly hi: number;
}

/** Oldest last; persistent, so that a long run without a flush costs one cell for each change. */
export type Retired = { readonly record: Retirement; readonly rest: Retired } | null;

export const noRetired: Retired = null;

export const retire = (retired: Retired, record: Retirement): Retired =>
  record.before === null || record.lo >= record.hi ? retired : { record, rest: retired };

/** What is left after a flush of [lo, hi) of one KeyID's mapping (or of the other ranges) on all CPUs. */
export const flushed = (retired: Retired, keyId: number, lo: number, hi: number): Retired => {
  const kept: Retirement[] = [];
  for (let at = retired; at !== null; at = at.rest) {
    const { record } = at;
    if (keyId < record.from || keyId > record.to || record.hi <= lo || hi <= record.lo) {
      kept.push(record);
      continue;
    }
    if (record.from < keyId) kept.push({ ...record, to: keyId - 1 });
    if (record.to > keyId) kept.push({ ...record, from: keyId + 1 });
    if (record.lo < lo) kept.push({ ...record, from: keyId, to: keyId, hi: lo });
    if (record.hi > hi) kept.push({ ...record, from: keyId, to: keyId, lo: hi });
  }
  return kept.reduceRight<Retired>((rest, record) => ({ record, rest }), null);
};

const pageNames = ['4K', '2M', '1G'] as const;

/** Using `before` where the tables say `after` does what the tables forbid, or goes to another page or memory type. */
const isHarmful = (before: Leaf, after: Leaf | null): boolean => {
  if (after === null || before.delta !== after.delta) return true;
  const gone = before.attr & ~after.attr;
  const come = after.attr & ~before.attr;
  if (((before.attr ^ after.attr) & ~FLAG_BITS) !== 0 || ((gone | come) & CACHE_BITS) !== 0) return true;
  return (gone & (RW_BIT | USER_BIT | GLOBAL_BIT)) !== 0 || (come & NX_BIT) !== 0;
};

/** All of them, at most `limit`; KeyIDs whose trees are alike are listed one by one. */
export const staleTranslations = (
  geometry: Geometry,
  spaces: Spaces,
  retired: Retired,
  limit: number,
): StaleTranslation[] => {
  const found: StaleTranslation[] = [];
  const seen = new Set<string>();
  for (let at = retired; at !== null; at = at.rest) {
    const { from, to, before, lo, hi } = at.record;
    for (let keyId = from; keyId <= to; keyId++) {
      const now = rootOf(spaces, keyId);
      for (const difference of differences(now, before, lo, hi)) {
        if (difference.kind === 'hole') continue;
        for (const old of runsOf(before, difference.start, difference.end)) {
          for (const part of partsOf(now, old.start, old.end)) {
            if (found.length >= limit) return found;
            const key = `${keyId} ${part.start} ${part.end} ${old.leaf.attr} ${old.leaf.delta}`;
            if (seen.has(key)) continue;
            seen.add(key);
            found.push({
              keyId: keyId < 0 ? null : keyId,
              start: addressOf(geometry, keyId, part.start),
              end: addressOf(geometry, keyId, part.end),
              page: pageNames[old.level as 0 | 1 | 2],
              before: leafAt(old.leaf, part.start),
              after: part.leaf === null ? null : leafAt(part.leaf, part.start),
              harmful: isHarmful(old.leaf, part.leaf),
            });
          }
        }
      }
    }
  }
  return found;
};

const leafAt = (leaf: Leaf, page: number): EventLeaf => ({
  pfn: BigInt(leaf.delta + page),
  flags: flagsOf(leaf.attr),
});

/** [lo, hi) cut where the mapping changes, holes included. */
const partsOf = (root: Span | null, lo: number, hi: number): { start: number; end: number; leaf: Leaf | null }[] => {
  const parts: { start: number; end: number; leaf: Leaf | null }[] = [];
  let at = lo;
  for (const run of runsOf(root, lo, hi)) {
    if (run.start > at) parts.push({ start: at, end: run.start, leaf: null });
    parts.push({ start: run.start, end: run.end, leaf: run.leaf });
    at = run.end;
  }
  if (at < hi) parts.push({ start: at, end: hi, leaf: null });
  return parts;
};

/** The address may be translated through something retired. */
export const mayBeStale = (spaces: Spaces, retired: Retired, place: Place): boolean => {
  for (let at = retired; at !== null; at = at.rest) {
    const { from, to, before, lo, hi } = at.record;
    if (place.keyId < from || place.keyId > to || place.page < lo || place.page >= hi) continue;
    const old = find(before, place.page);
    const now = find(rootOf(spaces, place.keyId), place.page);
    if (old !== null && (now === null || isHarmful(old.leaf, now.leaf))) return true;
  }
  return false;
};
