import type { Leaf as EventLeaf } from '../event.ts';
import { CACHE_BITS, FLAG_BITS, flagsOf, GLOBAL_BIT, NX_BIT, RW_BIT, USER_BIT } from '../flags.ts';
import { addressOf, type Geometry, OTHER } from '../geometry.ts';
import type { StaleTranslation } from '../machine.ts';
import { rootOf, type Spaces } from '../spaces.ts';
import { differences } from '../table/compare.ts';
import { type Run, runsOf } from '../table/find.ts';
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
type Chain = { readonly record: Retirement; readonly rest: Chain } | null;

/** What the CPU that runs the kernel's code may hold, and what the others may: a local flush empties the first alone. */
export interface Retired {
  readonly here: Chain;
  readonly elsewhere: Chain;
}

export const noRetired: Retired = { here: null, elsewhere: null };

export const retire = (retired: Retired, record: Retirement): Retired => {
  if (record.before === null || record.lo >= record.hi) return retired;
  const elsewhere = { record, rest: retired.elsewhere };
  // The two are one chain as long as no local flush came between.
  if (retired.here === retired.elsewhere) return { here: elsewhere, elsewhere };
  return { here: { record, rest: retired.here }, elsewhere };
};

/** What is left after a flush of [lo, hi) of one KeyID's mapping (or of the other ranges); null: of everything. */
export const flushed = (retired: Retired, part: FlushedPart | null, local: boolean): Retired => {
  const here = part === null ? null : withoutPart(retired.here, part);
  if (local) return { here, elsewhere: retired.elsewhere };
  if (part === null || retired.here === retired.elsewhere) return { here, elsewhere: here };
  return { here, elsewhere: withoutPart(retired.elsewhere, part) };
};

export interface FlushedPart {
  readonly keyId: number;
  readonly lo: number;
  readonly hi: number;
}

const withoutPart = (chain: Chain, { keyId, lo, hi }: FlushedPart): Chain => {
  const kept: Retirement[] = [];
  for (let at = chain; at !== null; at = at.rest) {
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
  return kept.reduceRight<Chain>((rest, record) => ({ record, rest }), null);
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
  const found = new Map<string, StaleTranslation>();
  collect(geometry, spaces, retired.here, 'all', limit, found);
  if (retired.elsewhere !== retired.here) collect(geometry, spaces, retired.elsewhere, 'others', limit, found);
  return [...found.values()];
};

const collect = (
  geometry: Geometry,
  spaces: Spaces,
  chain: Chain,
  cpus: 'all' | 'others',
  limit: number,
  found: Map<string, StaleTranslation>,
): void => {
  for (let at = chain; at !== null; at = at.rest) {
    const { from, to, before } = at.record;
    for (let keyId = from; keyId <= to; keyId++) {
      for (const { old, part } of stalePieces(before, rootOf(spaces, keyId), at.record)) {
        if (found.size >= limit) return;
        const key = `${keyId} ${part.start} ${part.end} ${old.leaf.attr} ${old.leaf.delta}`;
        if (found.has(key)) continue;
        found.set(key, {
          keyId: keyId === OTHER ? null : keyId,
          start: addressOf(geometry, keyId, part.start),
          end: addressOf(geometry, keyId, part.end),
          page: pageNames[old.level as 0 | 1 | 2],
          before: leafAt(old.leaf, part.start),
          after: part.leaf === null ? null : leafAt(part.leaf, part.start),
          cpus,
          harmful: isHarmful(old.leaf, part.leaf),
        });
      }
    }
  }
};

interface Part {
  readonly start: number;
  readonly end: number;
  readonly leaf: Leaf | null;
}

/** What a record's tree mapped otherwise than the tables do now, cut where either changes. */
const stalePieces = (before: Span | null, now: Span | null, { lo, hi }: Retirement): { old: Run; part: Part }[] =>
  differences(now, before, lo, hi)
    .filter(({ kind }) => kind !== 'hole')
    .flatMap(({ start, end }) => runsOf(before, start, end))
    .flatMap((old) => partsOf(now, old.start, old.end).map((part) => ({ old, part })));

const leafAt = (leaf: Leaf, page: number): EventLeaf => ({
  pfn: BigInt(leaf.delta + page),
  flags: flagsOf(leaf.attr),
});

/** [lo, hi) cut where the mapping changes, holes included. */
const partsOf = (root: Span | null, lo: number, hi: number): Part[] => {
  const parts: Part[] = [];
  let at = lo;
  for (const run of runsOf(root, lo, hi)) {
    if (run.start > at) parts.push({ start: at, end: run.start, leaf: null });
    parts.push({ start: run.start, end: run.end, leaf: run.leaf });
    at = run.end;
  }
  if (at < hi) parts.push({ start: at, end: hi, leaf: null });
  return parts;
};
