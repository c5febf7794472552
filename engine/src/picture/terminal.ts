/** The picture in characters, for the command line and for "copy as text". */
import type { Replay } from '../replay.ts';
import { type Cell, cellsOf, type Look, rank, sizeLabel } from './cells.ts';
import { createHistory } from './history.ts';
import { interestOf } from './interest.ts';
import { sameLane } from './lane.ts';
import { createScale, homeLens, type Piece, type Scale } from './scale.ts';
import { createStates, type LaneGroup, type PictureState } from './state.ts';
import { keyIdText } from './words.ts';

/**
 * The end state of a run, one line per group of KeyIDs and a legend of the signs used; no line is longer than `width`.
 * None where nothing changed and nothing differs: there the run is about something that mappings do not show.
 */
export function pictureLines(replay: Replay, width: number): string[] {
  const history = createHistory(replay);
  const { lines, looks } = drawState(replay, createStates(history)(history.length), width);
  return [...looks].some((look) => look !== 'same' && look !== 'none') ? lines : [];
}

const SIGNS = { changed: '#', stale: '/', extra: '\\', swept: '.', hole: ' ', none: ' ', same: ':' } as const;
/** A terminal shows this many different lanes; the page shows all. */
const MOST_LANES = 9;
const LEGEND: readonly (readonly [Look, string])[] = [
  ['changed', '# changed'],
  ['stale', '/ stale'],
  ['extra', '\\ extra'],
  ['swept', '. swept, not needed'],
];

/** The same for any moment of a run. */
export const stateLines = (replay: Replay, state: PictureState, width: number): string[] =>
  drawState(replay, state, width).lines;

function drawState(replay: Replay, state: PictureState, width: number): { lines: string[]; looks: ReadonlySet<Look> } {
  const canonical = state.groups[0];
  if (canonical === undefined) return { lines: [], looks: new Set() };
  const different = state.groups.filter((group, index) => index === 0 || !sameLane(group.lane, canonical.lane));
  const drawn = different.slice(0, MOST_LANES);
  const alike = state.groups.filter((group, index) => index > 0 && sameLane(group.lane, canonical.lane));
  const labels = [...drawn.map((group) => `KeyID ${firstOf(group)}`), ...alike.map((group) => keyIdText(group.keyIds))];
  const followers = drawn.map((group) => ({ group, rest: restOf(group) }));
  for (const { rest } of followers) if (rest !== null) labels.push(rest);
  const labelWidth = Math.min(20, Math.max(...labels.map((label) => label.length))) + 1;
  const blocks = fitBlocks(replay, drawn, width - labelWidth - 1);

  const lines: string[] = [];
  for (const { group, rest } of followers) {
    const label = `KeyID ${firstOf(group)}`.padEnd(labelWidth);
    lines.push(`${label}|${blocks.map((block) => block.draw(group)).join('|')}|`);
    if (rest !== null) lines.push(`${rest.padEnd(labelWidth)} same as KeyID ${firstOf(group)}`);
  }
  for (const group of alike) lines.push(`${keyIdText(group.keyIds).padEnd(labelWidth)} same as KeyID 0`);
  if (different.length > drawn.length) lines.push(`${different.length - drawn.length} more groups of KeyIDs differ`);
  const looks = new Set(blocks.flatMap((block) => block.looks));
  const legend = LEGEND.filter(([look]) => looks.has(look)).map(([, text]) => text);
  if (legend.length > 0) lines.push(' '.repeat(labelWidth + 2) + legend.join('   '));
  const cut = (line: string) => (line.length > width ? `${line.slice(0, Math.max(0, width - 1))}…` : line).trimEnd();
  return { lines: lines.map(cut), looks };
}

const firstOf = (group: LaneGroup): number => group.keyIds[0]?.[0] ?? 0;

function restOf(group: LaneGroup): string | null {
  const [head, ...tail] = group.keyIds;
  if (head === undefined) return null;
  const rest = head[0] < head[1] ? [[head[0] + 1, head[1]] as const, ...tail] : tail;
  return rest.length === 0 ? null : keyIdText(rest);
}

interface Block {
  /** Signs used, for the legend. */
  readonly looks: readonly Look[];
  draw(group: LaneGroup): string;
}

/** As many separate places as fit the width; fewer and coarser ones where it is narrow. */
function fitBlocks(replay: Replay, groups: readonly LaneGroup[], width: number): readonly Block[] {
  for (const most of [24, 12, 6, 3, 1]) {
    const interest = interestOf([replay], most);
    const scale = createScale(interest, homeLens(interest), { width: 1000, breakWidth: 20, least: 20 });
    const blocks = layBlocks(scale, groups, width);
    if (blocks !== null) return blocks;
  }
  // Too narrow for words: signs alone, and at the very least one of them.
  const interest = interestOf([replay], 1);
  const scale = createScale(interest, homeLens(interest), { width: 1000, breakWidth: 20, least: 20 });
  const one = { ...draft(scale.pieces, groups), labelWidth: 0, mixed: true };
  return [{ looks: one.looks, draw: (group) => drawBlock(one, group, Math.max(1, width - 4)) }];
}

const BODY_LEAST = 4;

function layBlocks(scale: Scale, groups: readonly LaneGroup[], width: number): readonly Block[] | null {
  const drafts = splitPieces(scale.pieces).map((pieces) => draft(pieces, groups));
  const fixed = drafts.reduce((sum, { labelWidth }) => sum + labelWidth + 3, 0);
  const mixed = drafts.filter((block) => block.mixed);
  let rest = width - fixed - mixed.length * BODY_LEAST;
  if (rest < 0) return null;
  let weight = mixed.reduce((sum, block) => sum + block.weight, 0);
  return drafts.map((block) => {
    const more = block.mixed ? Math.floor((rest * block.weight) / weight) : 0;
    if (block.mixed) {
      rest -= more;
      weight -= block.weight;
    }
    return { looks: block.looks, draw: (group) => drawBlock(block, group, BODY_LEAST + more) };
  });
}

interface Draft {
  readonly pieces: readonly Piece[];
  readonly weight: number;
  readonly labelWidth: number;
  /** Some lane shows more here than leaves that never changed. */
  readonly mixed: boolean;
  readonly looks: readonly Look[];
}

function draft(pieces: readonly Piece[], groups: readonly LaneGroup[]): Draft {
  const lanes = groups.map((group) => cellsOf(asScale(pieces), group, 0));
  const hidden = pieces.every((piece) => piece.kind === 'quiet' || piece.kind === 'outside');
  const mixed = !hidden && lanes.some((cells) => cells.some((cell) => cell.look !== 'same' && cell.look !== 'none'));
  const labelWidth = Math.max(1, ...lanes.map((cells) => labelOf(pieces, cells, mixed).length)) + (mixed ? 1 : 0);
  const weight = pieces.reduce((sum, piece) => sum + piece.width, 0);
  return { pieces, weight, labelWidth, mixed, looks: hidden ? [] : lanes.flat().map((cell) => cell.look) };
}

const asScale = (pieces: readonly Piece[]): Scale => ({ lens: { start: 0, end: 0 }, width: 0, pieces });

/** A break stands alone; else a block is what lies between two 2 MiB boundaries at which a piece begins. */
function splitPieces(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const blocks: Piece[][] = [];
  for (const piece of pieces) {
    const last = blocks[blocks.length - 1];
    const alone = piece.kind === 'quiet' || piece.kind === 'outside';
    const before = last?.[0]?.kind;
    if (last !== undefined && !alone && before !== 'quiet' && before !== 'outside' && piece.start % 512 !== 0) {
      last.push(piece);
    } else blocks.push([piece]);
  }
  return blocks;
}

function labelOf(pieces: readonly Piece[], cells: readonly Cell[], mixed: boolean): string {
  if (pieces.every((piece) => piece.kind === 'outside' || piece.kind === 'quiet')) return '...';
  const sizes = new Set(cells.map((cell) => cell.size));
  const [size] = sizes;
  if (sizes.size !== 1 || size === undefined) return '';
  if (size === null) return mixed ? '' : 'none';
  const start = pieces[0]?.start ?? 0;
  const end = pieces[pieces.length - 1]?.end ?? start;
  return sizeLabel({ size, start, end }).replace('×', 'x');
}

function drawBlock(block: Draft, group: LaneGroup, width: number): string {
  const cells = cellsOf(asScale(block.pieces), group, 0);
  const label = block.labelWidth === 0 ? '' : labelOf(block.pieces, cells, block.mixed);
  if (!block.mixed) return ` ${label.padEnd(block.labelWidth)} `;
  const left = block.pieces[0]?.x ?? 0;
  const body = new Array<string>(width).fill(' ');
  const ranks: number[] = [];
  const column = (x: number): number => Math.round(((x - left) * width) / block.weight);
  for (const cell of cells) {
    const from = Math.min(width - 1, column(cell.x));
    const to = Math.min(width, Math.max(from + 1, column(cell.x + cell.width)));
    const sign = cell.look === 'same' && cell.size !== '4K' ? ' ' : SIGNS[cell.look];
    for (let at = from; at < to; at += 1) {
      if ((ranks[at] ?? -1) >= rank[cell.look]) continue;
      ranks[at] = rank[cell.look];
      body[at] = sign;
    }
    const word = cell.look === 'hole' || cell.look === 'stale' || cell.look === 'extra' ? ` ${cell.look} ` : '';
    const at = from + Math.floor((to - from - word.length) / 2);
    if (word !== '' && at >= from) for (let i = 0; i < word.length; i += 1) body[at + i] = word[i] ?? ' ';
  }
  return ` ${label.padEnd(block.labelWidth)}${body.join('')} `;
}
