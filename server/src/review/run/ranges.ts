/** Ranges of canonical addresses. */
import { type Address, type Range, roundDown, roundUp } from '../../../../engine/src/address.ts';
import type { Layout } from '../../../../engine/src/layout.ts';
import type { Machine, Stale } from '../../../../engine/src/machine.ts';

/** Sorted, overlapping and touching ranges joined. */
export function union(ranges: readonly Range[]): readonly Range[] {
  const sorted = [...ranges].filter(({ start, end }) => start < end).sort((a, b) => (a.start < b.start ? -1 : 1));
  const joined: Range[] = [];
  for (const range of sorted) {
    const last = joined.at(-1);
    if (last && range.start <= last.end)
      joined[joined.length - 1] = { start: last.start, end: max(last.end, range.end) };
    else joined.push({ start: range.start, end: range.end });
  }
  return joined;
}

/** What of `ranges` no range of `holes` covers. */
export function subtract(ranges: readonly Range[], holes: readonly Range[]): readonly Range[] {
  const cuts = union(holes);
  return union(ranges).flatMap((range) => {
    const left: Range[] = [];
    let { start } = range;
    for (const cut of cuts) {
      if (cut.end <= start || cut.start >= range.end) continue;
      if (cut.start > start) left.push({ start, end: cut.start });
      start = max(start, cut.end);
    }
    if (start < range.end) left.push({ start, end: range.end });
    return left;
  });
}

/** What of `ranges` some of `others` cover. */
export const intersect = (ranges: readonly Range[], others: readonly Range[]) =>
  subtract(ranges, subtract(ranges, others));

export const overlaps = (a: Range, b: Range) => a.start < b.end && b.start < a.end;
export const covers = (ranges: readonly Range[], range: Range) => subtract([range], ranges).length === 0;
export const bytesIn = (ranges: readonly Range[]) =>
  union(ranges).reduce((sum, { start, end }) => sum + end - start, 0n);
export const roundOut = ({ start, end }: Range, unit: bigint): Range => ({
  start: roundDown(start, unit),
  end: roundUp(end, unit),
});
export const max = (a: Address, b: Address) => (a > b ? a : b);
export const min = (a: Address, b: Address) => (a < b ? a : b);

/** KeyID-0's direct mapping. */
export const canonicalMapping = (layout: Layout): Range => ({
  start: layout.pageOffset,
  end: layout.pageOffset + layout.directMappingSize,
});

/** The canonical addresses of what differs in some KeyID's mapping. */
export const canonicalOf = (machine: Machine, stale: readonly Stale[]): readonly Range[] =>
  union(
    stale.map(({ keyId, start, end }) => {
      const shift = BigInt(keyId) * machine.layout.directMappingSize;
      return { start: start - shift, end: end - shift };
    }),
  );
