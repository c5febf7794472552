/** The ruler above the lanes: which entry of which table a place belongs to, one row per page-table level. */
import { pagesOf } from './pages.ts';
import type { Piece, Scale } from './scale.ts';

export interface RulerEntry {
  readonly x: number;
  readonly width: number;
  /** Index in its table, or a span of them ('1-511') where single ones would be too thin. */
  readonly label: string;
}

export interface RulerRow {
  readonly level: 'pud' | 'pmd' | 'pte';
  /** What a leaf of this level maps. */
  readonly size: '1G' | '2M' | '4K';
  readonly entries: readonly RulerEntry[];
}

const rows = [
  ['pud', '1G'],
  ['pmd', '2M'],
  ['pte', '4K'],
] as const;

const ENTRIES = 512;

/** `pageOffset`: start of the direct mapping; `least`: below this width entries are drawn as one span. */
export function rulerOf(scale: Scale, pageOffset: string, least: number): readonly RulerRow[] {
  // Indices repeat at every pud table: only the place within 512 GiB counts.
  const base = Number((BigInt(pageOffset) >> 12n) % BigInt(pagesOf['1G'] * ENTRIES));
  return rows.map(([level, size]) => ({ level, size, entries: rowEntries(scale, base, pagesOf[size], level, least) }));
}

interface Open extends RulerEntry {
  readonly first: number;
  readonly last: number;
}

function rowEntries(
  scale: Scale,
  base: number,
  unit: number,
  level: RulerRow['level'],
  least: number,
): readonly RulerEntry[] {
  const entries: Open[] = [];
  for (const piece of scale.pieces) {
    // Single pages matter where something changed; around it they would only be noise.
    if (piece.kind === 'outside' || piece.kind === 'quiet') continue;
    if (level === 'pte' && piece.kind !== 'hot' && !roomFor(piece, unit, least)) continue;
    for (const entry of pieceEntries(piece, base, unit, least)) {
      const last = entries[entries.length - 1];
      if (last !== undefined && last.last === entry.first && near(last.x + last.width, entry.x)) {
        entries[entries.length - 1] = { ...last, width: last.width + entry.width, last: entry.last };
      } else entries.push(entry);
    }
  }
  return entries.map(({ x, width, first, last }) => ({ x, width, label: label(first, last) }));
}

const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.01;
const roomFor = (piece: Piece, unit: number, least: number): boolean =>
  (piece.width * unit) / (piece.end - piece.start) >= least;

function label(first: number, last: number): string {
  if (last - first >= ENTRIES) return '…';
  return first === last ? `${first % ENTRIES}` : `${first % ENTRIES}-${last % ENTRIES}`;
}

function pieceEntries(piece: Piece, base: number, unit: number, least: number): readonly Open[] {
  const first = Math.floor((base + piece.start) / unit);
  const last = Math.floor((base + piece.end - 1) / unit);
  if (first === last || !roomFor(piece, unit, least)) {
    return [{ x: piece.x, width: piece.width, first, last, label: '' }];
  }
  const place = (page: number): number => piece.x + (piece.width * (page - piece.start)) / (piece.end - piece.start);
  const entries: Open[] = [];
  for (let index = first; index <= last; index += 1) {
    const x = place(Math.max(piece.start, index * unit - base));
    const right = place(Math.min(piece.end, (index + 1) * unit - base));
    entries.push({ x, width: right - x, first: index, last: index, label: '' });
  }
  return entries;
}
