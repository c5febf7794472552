/** Steps as rows: a step and what is nested under it; deep runs (a sync of 63 KeyIDs) fold into one row that opens. */
import type { ReplayStep } from '../replay.ts';

export interface TimelineRow {
  /** Index of the step. */
  readonly index: number;
  readonly depth: number;
  /** Steps nested under it. */
  readonly inside: number;
  readonly folded: boolean;
  /** Position (steps done) that choosing this row goes to: a folded row stands for all that is inside it. */
  readonly position: number;
}

/** For each step, the index behind the last step nested under it. */
export function nesting(steps: readonly ReplayStep[]): readonly number[] {
  const ends = new Array<number>(steps.length).fill(steps.length);
  const open: number[] = [];
  steps.forEach((step, index) => {
    for (let top = open[open.length - 1]; top !== undefined; top = open[open.length - 1]) {
      if ((steps[top]?.depth ?? 0) < step.depth) break;
      ends[top] = index;
      open.pop();
    }
    open.push(index);
  });
  return ends;
}

/** Runs of up to this many nested steps stand open from the beginning. */
const FOLD_ABOVE = 4;

/** Steps that are folded until somebody opens them. */
export function foldedAtFirst(steps: readonly ReplayStep[]): ReadonlySet<number> {
  const ends = nesting(steps);
  const folded = new Set<number>();
  steps.forEach((_, index) => {
    if ((ends[index] ?? index + 1) - index - 1 > FOLD_ABOVE) folded.add(index);
  });
  return folded;
}

export function timelineRows(steps: readonly ReplayStep[], folded: ReadonlySet<number>): readonly TimelineRow[] {
  const ends = nesting(steps);
  const rows: TimelineRow[] = [];
  for (let index = 0; index < steps.length; ) {
    const end = ends[index] ?? index + 1;
    const inside = end - index - 1;
    const closed = inside > 0 && folded.has(index);
    rows.push({
      index,
      depth: steps[index]?.depth ?? 0,
      inside,
      folded: closed,
      position: closed ? end : index + 1,
    });
    index = closed ? end : index + 1;
  }
  return rows;
}

/** The row that shows the position; -1 before the first step. Rows are sorted by position. */
export function rowAt(rows: readonly TimelineRow[], position: number): number {
  if (position <= 0) return -1;
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.position ?? 0) >= position) high = middle;
    else low = middle + 1;
  }
  return rows.length === 0 ? -1 : low;
}

/** The position one row on (or back). */
export function stepBy(rows: readonly TimelineRow[], position: number, by: 1 | -1): number {
  const row = rowAt(rows, position);
  if (by === 1) {
    const here = rows[row];
    if (here !== undefined && here.position > position) return here.position;
    return rows[row + 1]?.position ?? position;
  }
  return rows[row - 1]?.position ?? 0;
}
