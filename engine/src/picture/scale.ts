/**
 * Pages to places on a line, not linearly: what changed or differs gets most of the width, neighbours a little, and
 * stretches in which nothing ever happens shrink to a break mark. Units are pixels on the page and columns in a terminal.
 */
import type { Interest } from './interest.ts';
import type { Stretch } from './pages.ts';

export interface Piece extends Stretch {
  /** hot: changed or different; near: around it; quiet: a break mark; outside: beyond the lens, always a break mark. */
  readonly kind: 'hot' | 'near' | 'quiet' | 'outside';
  readonly x: number;
  readonly width: number;
}

export interface Scale {
  readonly lens: Stretch;
  readonly width: number;
  /** From left to right, without gaps in pages or places. */
  readonly pieces: readonly Piece[];
}

export interface ScaleOptions {
  readonly width: number;
  /** Width of a break mark. */
  readonly breakWidth: number;
  /** Least width of a hot piece. */
  readonly least: number;
}

/** The lens that shows everything of interest, and a little around it. */
export function homeLens(interest: Interest): Stretch {
  const first = interest.near[0];
  const last = interest.near[interest.near.length - 1];
  if (first === undefined || last === undefined) return { start: 0, end: Math.min(interest.ram, interest.total) };
  return { start: first.start, end: last.end };
}

/** Below this many pages every entry gets the same width. */
const LINEAR = 32;

export function createScale(interest: Interest, wanted: Stretch, options: ScaleOptions): Scale {
  const lens = clampLens(wanted, interest.total);
  const inner = innerPieces(interest, lens);
  const before = lens.start > 0 ? 1 : 0;
  const after = lens.end < interest.total ? 1 : 0;
  const breaks = inner.filter((piece) => piece.weight === 0).length + before + after;
  const breakWidth = Math.min(options.breakWidth, (0.4 * options.width) / Math.max(1, breaks));
  const free = options.width - breaks * breakWidth;
  const widths = share(
    inner.map((piece) => piece.weight),
    free,
    options.least,
  );
  const pieces: Piece[] = [];
  let x = 0;
  const push = (piece: Stretch & { kind: Piece['kind'] }, width: number): void => {
    pieces.push({ start: piece.start, end: piece.end, kind: piece.kind, x, width });
    x += width;
  };
  if (before === 1) push({ start: 0, end: lens.start, kind: 'outside' }, breakWidth);
  inner.forEach((piece, index) => {
    push(piece, piece.weight === 0 ? breakWidth : (widths[index] ?? 0));
  });
  if (after === 1) push({ start: lens.end, end: interest.total, kind: 'outside' }, breakWidth);
  return { lens, width: options.width, pieces };
}

type Weighed = Stretch & { readonly kind: Piece['kind']; readonly weight: number };

function innerPieces(interest: Interest, lens: Stretch): readonly Weighed[] {
  const cuts = new Set([lens.start, lens.end]);
  const inside = (page: number): boolean => page > lens.start && page < lens.end;
  for (const edge of interest.edges) if (inside(edge)) cuts.add(edge);
  if (inside(interest.ram)) cuts.add(interest.ram);
  for (const { start, end } of interest.near) for (const edge of [start, end]) if (inside(edge)) cuts.add(edge);
  const sorted = [...cuts].sort((a, b) => a - b);
  const linear = lens.end - lens.start <= LINEAR;
  // Seen from afar, what lies between the places of interest is worth a look too: nothing of RAM hides behind a break.
  const home = homeLens(interest);
  const afar = lens.end - lens.start > 2 * (home.end - home.start);
  const pieces: Weighed[] = [];
  for (let index = 0; index + 1 < sorted.length; index += 1) {
    const start = sorted[index] ?? 0;
    const end = sorted[index + 1] ?? 0;
    const near = covers(interest.near, start) || (afar && end <= interest.ram);
    const kind = covers(interest.hot, start) ? 'hot' : near ? 'near' : 'quiet';
    const pages = end - start;
    const size = Math.log2(pages);
    // A lens on nothing but quiet pages is a plain linear view of them.
    const weight = linear
      ? pages
      : kind === 'hot'
        ? 1.8 + 0.26 * size
        : kind === 'near'
          ? 0.4 + 0.04 * size
          : sorted.length === 2
            ? 1
            : 0;
    pieces.push({ start, end, kind, weight });
  }
  return pieces;
}

const covers = (stretches: readonly Stretch[], page: number): boolean =>
  stretches.some(({ start, end }) => start <= page && page < end);

/** `free` shared out by weight, nobody who has a weight below `least` while that is possible. */
function share(weights: readonly number[], free: number, least: number): readonly number[] {
  const takers = weights.filter((weight) => weight > 0);
  const floor = Math.min(least, free / Math.max(1, takers.length));
  const sum = takers.reduce((all, weight) => all + weight, 0);
  const rest = free - floor * takers.length;
  return weights.map((weight) => (weight > 0 ? floor + (rest * weight) / sum : 0));
}

/** The lens cut to the mapping, at least one page long. */
export function clampLens(lens: Stretch, total: number): Stretch {
  const length = Math.max(1, Math.min(total, Math.round(lens.end - lens.start)));
  const start = Math.max(0, Math.min(total - length, Math.round(lens.start)));
  return { start, end: start + length };
}

/** The place of a page's beginning (a fraction of a page is allowed). */
export function toX(scale: Scale, page: number): number {
  for (const piece of scale.pieces) {
    if (page <= piece.end && page >= piece.start) {
      return piece.x + (piece.width * (page - piece.start)) / (piece.end - piece.start);
    }
  }
  return page <= 0 ? 0 : scale.width;
}

/** The page at a place (whole pages). */
export function toPage(scale: Scale, x: number): number {
  const piece = scale.pieces.find((candidate) => x < candidate.x + candidate.width) ?? scale.pieces.at(-1);
  if (piece === undefined) return 0;
  const share = Math.max(0, Math.min(1, (x - piece.x) / piece.width));
  return Math.min(piece.end - 1, Math.floor(piece.start + share * (piece.end - piece.start)));
}

/** The lens `factor` times as close (below 1: further), the page at `center` staying about where it is. */
export function zoom(lens: Stretch, center: number, factor: number, total: number): Stretch {
  const length = lens.end - lens.start;
  const wanted = Math.max(1, factor > 1 ? Math.floor(length / factor) : Math.ceil(length / factor));
  const share = Math.max(0, Math.min(1, (center - lens.start) / Math.max(1, length - 1)));
  // Near one page the share no longer says which: the page itself stays in sight.
  const start = Math.round(center - share * (wanted - 1));
  return clampLens({ start, end: start + wanted }, total);
}
