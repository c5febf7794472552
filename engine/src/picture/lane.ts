/** One KeyID's mapping as sorted, disjoint runs, and the difference between two of them. */
import type { PageSize } from '../address.ts';
import type { ReplayRun } from '../replay.ts';
import { pageOfOffset, type Stretch } from './pages.ts';

/** A stretch that translates uniformly; `pfn` is that of its first page, `flags` sorted and joined by blanks. */
export interface Run extends Stretch {
  readonly size: PageSize;
  readonly pfn: number;
  readonly flags: string;
}

/** Immutable. Lanes with equal content and history are the same object, so that identity is the fast comparison. */
export type Lane = readonly Run[];

export function parseRun(run: ReplayRun): Run {
  return {
    start: pageOfOffset(run.start),
    end: pageOfOffset(run.end, true),
    size: run.page,
    pfn: Number(BigInt(run.pfn)),
    flags: [...run.flags].sort().join(' '),
  };
}

/** Index of the first item that ends behind `page`. */
export function firstEndingAfter(items: readonly Stretch[], page: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.end ?? 0) > page) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The run that covers a page. */
export function runAt(lane: Lane, page: number): Run | null {
  const run = lane[firstEndingAfter(lane, page)];
  return run !== undefined && run.start <= page ? run : null;
}

const cut = (run: Run, start: number, end: number): Run => ({ ...run, start, end, pfn: run.pfn + (start - run.start) });

const continues = (a: Run, b: Run): boolean =>
  a.end === b.start && a.size === b.size && a.flags === b.flags && a.pfn - a.start === b.pfn - b.start;

/** The lane with [start, end) replaced by `runs` (sorted, inside the range); neighbours that continue each other merge. */
export function splice(lane: Lane, start: number, end: number, runs: readonly Run[]): Lane {
  const first = firstEndingAfter(lane, start);
  const middle: Run[] = [];
  const push = (run: Run): void => {
    const last = middle[middle.length - 1];
    if (run.end <= run.start) return;
    if (last !== undefined && continues(last, run)) middle[middle.length - 1] = { ...last, end: run.end };
    else middle.push(run);
  };
  // One neighbour on each side takes part, so that a run which continues it melts into it.
  const before = first > 0 ? lane[first - 1] : undefined;
  if (before !== undefined) push(before);
  const head = lane[first];
  if (head !== undefined && head.start < start) push(cut(head, head.start, start));
  for (const run of runs) push(run);
  let after = first;
  for (let run = lane[after]; run !== undefined && run.start < end; run = lane[after]) {
    if (run.end > end) push(cut(run, end, run.end));
    after += 1;
  }
  const next = lane[after];
  if (next !== undefined) push(next);
  return lane.slice(0, Math.max(0, first - 1)).concat(middle, lane.slice(after + 1));
}

export type DifferenceKind = 'hole' | 'stale' | 'extra';
export interface Difference extends Stretch {
  readonly kind: DifferenceKind;
}

/** Where `lane` translates differently from `reference`; page sizes do not count, only pfn and flags. */
export function difference(lane: Lane, reference: Lane): readonly Difference[] {
  if (lane === reference) return [];
  const found: Difference[] = [];
  const add = (kind: DifferenceKind, start: number, end: number): void => {
    const last = found[found.length - 1];
    if (last !== undefined && last.kind === kind && last.end === start) found[found.length - 1] = { ...last, end };
    else found.push({ kind, start, end });
  };
  let i = 0;
  let j = 0;
  let at = 0;
  for (;;) {
    const a = lane[i];
    const b = reference[j];
    if (a === undefined && b === undefined) return found;
    const start = Math.max(at, Math.min(a?.start ?? Number.POSITIVE_INFINITY, b?.start ?? Number.POSITIVE_INFINITY));
    const inA = a !== undefined && a.start <= start;
    const inB = b !== undefined && b.start <= start;
    const end = Math.min(
      inA ? a.end : (a?.start ?? Number.POSITIVE_INFINITY),
      inB ? b.end : (b?.start ?? Number.POSITIVE_INFINITY),
    );
    if (inA && !inB) add('extra', start, end);
    else if (inB && !inA) add('hole', start, end);
    else if (inA && inB && (a.flags !== b.flags || a.pfn - a.start !== b.pfn - b.start)) add('stale', start, end);
    at = end;
    if (a !== undefined && a.end <= at) i += 1;
    if (b !== undefined && b.end <= at) j += 1;
  }
}

export function sameLane(a: Lane, b: Lane): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  return a.every((run, index) => {
    const other = b[index];
    return (
      other !== undefined &&
      run.start === other.start &&
      run.end === other.end &&
      run.size === other.size &&
      run.pfn === other.pfn &&
      run.flags === other.flags
    );
  });
}
