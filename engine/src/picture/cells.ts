/** One lane cut into cells to draw: each translates uniformly, looks one way, and is wide enough to be seen. */
import { type Difference, firstEndingAfter, type Run } from './lane.ts';
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

function pieceCells(piece: Piece, group: LaneGroup, thinnest: number): readonly Cell[] {
  const perPage = piece.width / (piece.end - piece.start);
  const cells: Cell[] = [];
  let x = piece.x;
  for (const part of partsOf(piece, group)) {
    const right = piece.x + (part.end - piece.start) * perPage;
    const last = cells[cells.length - 1];
    const thin = right - x < thinnest || (last !== undefined && last.width < thinnest);
    // A break mark is one cell, whatever it hides.
    if (last !== undefined && (thin || piece.kind === 'outside')) cells[cells.length - 1] = melted(last, part, right);
    else cells.push({ ...part, x, width: right - x, piece: piece.kind });
    x = right;
  }
  return cells;
}

type Part = Omit<Cell, 'x' | 'width' | 'piece'>;

function melted(cell: Cell, part: Part, right: number): Cell {
  const stronger = rank[part.look] > rank[cell.look] ? part : cell;
  return {
    ...stronger,
    start: cell.start,
    end: part.end,
    x: cell.x,
    width: right - cell.x,
    size: cell.size === part.size ? cell.size : 'mixed',
    piece: cell.piece,
  };
}

/** The stretch cut where a run, a difference, a change or a sweep begins or ends. */
function* partsOf(window: Stretch, group: LaneGroup): Generator<Part> {
  const run = cursor(group.lane, window.start);
  const differs = cursor(group.differs, window.start);
  const changed = cursor(group.changed, window.start);
  const swept = cursor(group.swept, window.start);
  for (let at = window.start; at < window.end; ) {
    const here = { run: run.on(at), differs: differs.on(at), changed: changed.on(at), swept: swept.on(at) };
    const end = Math.min(window.end, run.until(at), differs.until(at), changed.until(at), swept.until(at));
    yield {
      start: at,
      end,
      look: lookOf(here),
      size: here.run?.size ?? null,
      flags: here.run?.flags ?? '',
      pfn: here.run === null ? null : here.run.pfn + (at - here.run.start),
    };
    at = end;
  }
}

function lookOf(here: {
  run: Run | null;
  differs: Difference | null;
  changed: Stretch | null;
  swept: Stretch | null;
}): Look {
  if (here.differs !== null) return here.differs.kind;
  if (here.changed !== null) return 'changed';
  if (here.run === null) return 'none';
  return here.swept !== null ? 'swept' : 'same';
}

function cursor<T extends Stretch>(items: readonly T[], from: number) {
  let index = firstEndingAfter(items, from);
  const seek = (at: number): T | undefined => {
    while ((items[index]?.end ?? Number.POSITIVE_INFINITY) <= at) index += 1;
    return items[index];
  };
  return {
    on(at: number): T | null {
      const item = seek(at);
      return item !== undefined && item.start <= at ? item : null;
    },
    until(at: number): number {
      const item = seek(at);
      if (item === undefined) return Number.POSITIVE_INFINITY;
      return item.start <= at ? item.end : item.start;
    },
  };
}

/** '2M', '4K x 512'; leaves counted as far as the cell reaches. */
export function sizeLabel(cell: Pick<Cell, 'size' | 'start' | 'end'>): string {
  if (cell.size === null) return '';
  if (cell.size === 'mixed') return 'mixed';
  const leaves = Math.max(1, Math.round((cell.end - cell.start) / pagesOf[cell.size]));
  return leaves === 1 ? cell.size : `${cell.size} × ${leaves}`;
}
