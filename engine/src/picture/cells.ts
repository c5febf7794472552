/** One lane cut into cells to draw: each translates uniformly, looks one way, and is wide enough to be seen. */
import { firstEndingAfter, type Run } from './lane.ts';
import { pagesOf, type Stretch } from './pages.ts';
import type { Piece, Scale } from './scale.ts';
import type { LaneGroup } from './state.ts';

export type Look = 'same' | 'changed' | 'swept' | 'hole' | 'stale' | 'extra' | 'none';

export interface Cell extends Stretch {
  readonly x: number;
  readonly width: number;
  readonly look: Look;
  /** Leaf size; null where nothing is mapped; 'mixed' where a cell too thin to split holds several. */
  readonly size: Run['size'] | 'mixed' | null;
  readonly flags: string;
  readonly pfn: number | null;
  readonly piece: Piece['kind'];
}

/** What stands out over what, where cells are too thin to be drawn one by one. */
export const rank: Record<Look, number> = { none: 0, same: 1, swept: 2, changed: 3, extra: 4, stale: 5, hole: 6 };

/** Cells of a lane from left to right; none is thinner than `thinnest` unless its piece is. */
export function cellsOf(scale: Scale, group: LaneGroup, thinnest: number): readonly Cell[] {
  return scale.pieces.flatMap((piece) => pieceCells(piece, group, thinnest));
}

interface Building {
  start: number;
  end: number;
  x: number;
  width: number;
  look: Look;
  size: Cell['size'];
  flags: string;
  pfn: number | null;
  piece: Piece['kind'];
}

/**
 * The piece cut where a run, a difference, a change or a sweep begins or ends; what is too thin melts into its left
 * neighbour. Written without an object per part: a lane may have thousands of parts behind one pixel.
 */
function pieceCells(piece: Piece, group: LaneGroup, thinnest: number): readonly Cell[] {
  const perPage = piece.width / (piece.end - piece.start);
  const { lane, differs, changed, swept } = group;
  const cells: Building[] = [];
  let last: Building | undefined;
  let run = firstEndingAfter(lane, piece.start);
  let differ = firstEndingAfter(differs, piece.start);
  let change = firstEndingAfter(changed, piece.start);
  let sweep = firstEndingAfter(swept, piece.start);
  let x = piece.x;
  for (let at = piece.start; at < piece.end; ) {
    const inRun = covering(lane[run], at);
    const inDiffer = covering(differs[differ], at);
    const inChange = covering(changed[change], at);
    const inSweep = covering(swept[sweep], at);
    const end = Math.min(
      piece.end,
      border(lane[run], at),
      border(differs[differ], at),
      border(changed[change], at),
      border(swept[sweep], at),
    );
    const right = piece.x + (end - piece.start) * perPage;
    const look: Look =
      inDiffer?.kind ??
      (inChange !== undefined ? 'changed' : inRun === undefined ? 'none' : inSweep ? 'swept' : 'same');
    const size = inRun?.size ?? null;
    const flags = inRun?.flags ?? '';
    const pfn = inRun === undefined ? null : inRun.pfn + (at - inRun.start);
    if (last !== undefined && (right - x < thinnest || last.width < thinnest || piece.kind === 'outside')) {
      // What stands out more gives its looks to both.
      if (rank[look] > rank[last.look]) Object.assign(last, { look, flags, pfn });
      if (last.size !== size) last.size = 'mixed';
      last.end = end;
      last.width = right - last.x;
    } else {
      last = { start: at, end, x, width: right - x, look, size, flags, pfn, piece: piece.kind };
      cells.push(last);
    }
    if ((lane[run]?.end ?? 0) <= end) run += 1;
    if ((differs[differ]?.end ?? 0) <= end) differ += 1;
    if ((changed[change]?.end ?? 0) <= end) change += 1;
    if ((swept[sweep]?.end ?? 0) <= end) sweep += 1;
    x = right;
    at = end;
  }
  return cells;
}

const covering = <T extends Stretch>(item: T | undefined, at: number): T | undefined =>
  item !== undefined && item.start <= at ? item : undefined;

const border = (item: Stretch | undefined, at: number): number =>
  item === undefined ? Number.POSITIVE_INFINITY : item.start <= at ? item.end : item.start;

/** '2M', '4K x 512'; leaves counted as far as the cell reaches. */
export function sizeLabel(cell: Pick<Cell, 'size' | 'start' | 'end'>): string {
  if (cell.size === null) return '';
  if (cell.size === 'mixed') return 'mixed';
  const leaves = Math.max(1, Math.round((cell.end - cell.start) / pagesOf[cell.size]));
  return leaves === 1 ? cell.size : `${cell.size} × ${leaves}`;
}
