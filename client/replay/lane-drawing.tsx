/** The shapes and words of one lane: cells, tables above them, what was synced below. Leaves of a lower level stand lower. */
import { memo } from 'preact/compat';
import { type Cell, cellsOf, type Look, sizeLabel } from '../../engine/src/picture/cells.ts';
import { firstEndingAfter } from '../../engine/src/picture/lane.ts';
import { pagesOf, pagesText } from '../../engine/src/picture/pages.ts';
import { type Scale, toX } from '../../engine/src/picture/scale.ts';
import type { LaneGroup } from '../../engine/src/picture/state.ts';
import { flagsText } from '../../engine/src/picture/words.ts';

const TOP = { '1G': 6, '2M': 12, '4K': 20, mixed: 16 } as const;
const CHAR = 6.4;

/** Drawn anew only when the lane, its differences or the scale did change. */
export const LaneDrawing = memo(
  function LaneDrawing({ group, scale, bottom }: { group: LaneGroup; scale: Scale; bottom: number }) {
    const cells = cellsOf(scale, group, 2);
    return (
      <>
        <path class="base" d={`M0 ${bottom}.5H${scale.width}`} />
        {tables(cells).map((table) => (
          <g key={`t${table.x}`} class="table">
            <path d={`M${table.x + 1.5} 17V13.5H${table.x + table.width - 1.5}V17`} />
            <Fitted x={table.x + table.width / 2} y={9.5} width={table.width} class="table-label" text={table.label} />
          </g>
        ))}
        <Shapes cells={cells} bottom={bottom} />
        <path class="ticks" d={tickPath(cells, bottom)} />
        {cells.map((cell) => (
          <CellWords key={cell.x} cell={cell} group={group} bottom={bottom} />
        ))}
        {bars(group, scale).map(({ x, width }) => (
          <path
            key={`s${x}`}
            class="synced"
            d={`M${x + 1} ${bottom + 3}v6M${x + 1} ${bottom + 6}H${x + width - 1}M${x + width - 1} ${bottom + 3}v6`}
          />
        ))}
      </>
    );
  },
  (before, after) =>
    before.scale === after.scale &&
    before.bottom === after.bottom &&
    before.group.lane === after.group.lane &&
    before.group.differs === after.group.differs &&
    before.group.changed === after.group.changed &&
    before.group.synced === after.group.synced,
);

const WORDS: Partial<Record<Look, string>> = {
  changed: 'changed',
  hole: 'hole',
  stale: 'stale',
  extra: 'extra',
  swept: 'swept',
};

const isBroken = (cell: Cell): boolean => cell.piece === 'outside' || cell.piece === 'quiet';
/** Changed to nothing: an outline is left of it. */
const isGone = (cell: Cell): boolean => cell.look === 'changed' && cell.size === null;
const topOf = (cell: Cell): number => (cell.size === null ? TOP['2M'] : TOP[cell.size]);

/** In the order in which they are drawn: what stands out lies on top. */
const LOOKS: readonly Look[] = ['same', 'swept', 'changed', 'extra', 'stale', 'hole'];

/** All cells of one look are one path: a lane of hundreds of cells is a dozen nodes. */
function Shapes({ cells, bottom }: { cells: readonly Cell[]; bottom: number }) {
  const whole = cells.filter((cell) => !isBroken(cell));
  const crossed = whole.filter((cell) => cell.look === 'hole' && cell.width > 30);
  const broken = cells.filter((cell) => isBroken(cell) && cell.look !== 'none');
  return (
    <>
      {LOOKS.map((look) => {
        const of = (from: readonly Cell[], gone: boolean): string =>
          from
            .filter((cell) => cell.look === look && isGone(cell) === gone)
            .map((cell) => outline(cell, bottom))
            .join('');
        const [filled, gone, shortened] = [of(whole, false), of(whole, true), of(broken, false) + of(broken, true)];
        return (
          <g key={look}>
            {shortened !== '' && <path class={`cell ${look} broken`} d={shortened} />}
            {gone !== '' && <path class={`cell ${look} gone`} d={gone} />}
            {filled !== '' && <path class={`cell ${look}`} d={filled} />}
            {look !== 'same' && (filled !== '' || shortened !== '') && (
              <path class="texture" d={filled + shortened} fill={`url(#look-${look})`} />
            )}
          </g>
        );
      })}
      {crossed.length > 0 && <path class="hole-cross" d={crossed.map((cell) => cross(cell, bottom)).join('')} />}
      {broken.length > 0 && <path class="break" d={broken.map((cell) => breakMark(cell, bottom)).join('')} />}
    </>
  );
}

const outline = (cell: Cell, bottom: number): string => {
  const top = topOf(cell);
  const width = Math.max(1, cell.width - 1);
  return `M${cell.x + 0.5} ${top}h${width}V${bottom}h${-width}Z`;
};

function cross(cell: Cell, bottom: number): string {
  const [left, right] = [cell.x + 1, cell.x + cell.width - 1];
  const [top, low] = [topOf(cell) + 1, bottom - 1];
  return `M${left} ${top}L${right} ${low}M${right} ${top}L${left} ${low}`;
}

function breakMark(cell: Cell, bottom: number): string {
  const middle = cell.x + cell.width / 2;
  const [top, low] = [topOf(cell) - 1, bottom + 1];
  return `M${middle - 5} ${low}L${middle - 1} ${top}M${middle + 1} ${low}L${middle + 5} ${top}`;
}

function CellWords({ cell, group, bottom }: { cell: Cell; group: LaneGroup; bottom: number }) {
  if (cell.look === 'none' || isBroken(cell)) return null;
  const lines = cellLines(cell, group);
  if (lines.length === 0) return null;
  const x = cell.x + cell.width / 2;
  const y = (topOf(cell) + bottom) / 2;
  return (
    <g>
      {cell.look !== 'same' && <Plate x={x} y={y} lines={lines} />}
      {lines.map((line, index) => (
        <Fitted
          key={line.text}
          x={x}
          y={y + 4 + (index - (lines.length - 1) / 2) * 13}
          width={cell.width - 4}
          class={line.strong ? 'cell-word' : 'cell-text'}
          text={line.text}
        />
      ))}
    </g>
  );
}

/** Pages of the whole change, difference or sweep that a cell shows, of which the lens may show only a part. */
function wholeSize(cell: Cell, group: LaneGroup): number {
  const all = cell.look === 'changed' ? group.changed : cell.look === 'swept' ? group.swept : group.differs;
  const whole = all[firstEndingAfter(all, cell.start)];
  return whole === undefined ? cell.end - cell.start : whole.end - whole.start;
}

/** What fits is said: the look, then the size, then the flags. */
function cellLines(cell: Cell, group: LaneGroup): readonly { text: string; strong: boolean }[] {
  const word = isGone(cell) ? 'unmapped' : WORDS[cell.look];
  // On a texture, words leave some of it to be seen.
  const margin = word === undefined ? 6 : 20;
  const fits = (text: string): boolean => text.length * CHAR + margin <= cell.width;
  const size = cell.size === null || cell.size === 'mixed' ? '' : sizeLabel(cell);
  const flags = cell.size === null ? '' : flagsText(cell.flags);
  if (word !== undefined) {
    const pages = pagesText(wholeSize(cell, group));
    const strong = [`${word} ${pages}`, word].find(fits);
    if (strong === undefined) return [];
    return cell.look === 'hole' || !fits(flags) || flags === ''
      ? [{ text: strong, strong: true }]
      : [
          { text: strong, strong: true },
          { text: flags, strong: false },
        ];
  }
  // A table of small pages says its size on the bracket above it.
  const lines = (cell.size === '4K' ? [flags] : [size, flags]).filter((text) => text !== '' && fits(text));
  return lines.map((text, index) => ({ text, strong: index === 0 && cell.size !== '4K' }));
}

/** Quiet ground under words that stand on a texture. */
function Plate({ x, y, lines }: { x: number; y: number; lines: readonly { text: string }[] }) {
  const width = Math.max(...lines.map((line) => line.text.length)) * 7 + 8;
  const height = lines.length * 13 + 3;
  return <rect class="plate" x={x - width / 2} y={y - height / 2} width={width} height={height} rx={3} />;
}

function Fitted(props: { x: number; y: number; width: number; class: string; text: string }) {
  if (props.text.length * CHAR > props.width) return null;
  return (
    <text class={props.class} x={props.x} y={props.y} text-anchor="middle">
      {props.text}
    </text>
  );
}

/** Neighbouring cells of 4K leaves, as the table (or tables) they stand in. */
function tables(cells: readonly Cell[]): readonly { x: number; width: number; label: string }[] {
  const found: { x: number; width: number; start: number; end: number }[] = [];
  for (const cell of cells) {
    if (cell.size !== '4K' || cell.piece === 'outside' || cell.piece === 'quiet') continue;
    const last = found[found.length - 1];
    // Tables too narrow to be told apart share a bracket.
    const tableWidth = (cell.width * pagesOf['2M']) / (cell.end - cell.start);
    const boundary = cell.start % pagesOf['2M'] === 0 && tableWidth > 40;
    if (last !== undefined && last.end === cell.start && !boundary) {
      last.width = cell.x + cell.width - last.x;
      last.end = cell.end;
    } else found.push({ x: cell.x, width: cell.width, start: cell.start, end: cell.end });
  }
  return found.map(({ x, width, start, end }) => ({ x, width, label: sizeLabel({ size: '4K', start, end }) }));
}

/** Borders of single entries, where they are wide enough to be told apart. */
function tickPath(cells: readonly Cell[], bottom: number): string {
  let path = '';
  for (const cell of cells) {
    if (cell.size === null || cell.size === 'mixed' || cell.piece === 'outside' || cell.piece === 'quiet') continue;
    const unit = pagesOf[cell.size];
    const perPage = cell.width / (cell.end - cell.start);
    if (unit * perPage < 4) continue;
    for (let at = (Math.floor(cell.start / unit) + 1) * unit; at < cell.end; at += unit) {
      path += `M${(cell.x + (at - cell.start) * perPage).toFixed(1)} ${TOP[cell.size]}V${bottom}`;
    }
  }
  return path;
}

/** What was synced, cut to the lens and joined where gaps are too thin to see. */
function bars(group: LaneGroup, scale: Scale): readonly { x: number; width: number }[] {
  const found: { x: number; width: number }[] = [];
  const total = scale.pieces[scale.pieces.length - 1]?.end ?? 0;
  for (const { start, end } of group.synced) {
    const x = toX(scale, Math.min(start, total));
    const right = toX(scale, Math.min(end, total));
    const last = found[found.length - 1];
    if (last !== undefined && x - last.x - last.width < 2) last.width = Math.max(last.width, right - last.x);
    else found.push({ x, width: Math.max(3, right - x) });
  }
  return found;
}
