/** The picture in words: for the screen reader, the live sentence under the header, and "copy as text". */
import type { Replay } from '../replay.ts';
import { type Difference, firstEndingAfter } from './lane.ts';
import { addressText, countText, pagesText, type Stretch } from './pages.ts';
import type { LaneGroup, PictureState } from './state.ts';

/** 'KeyID 0', 'KeyID 1-63', 'KeyID 1, 4-9' */
export function keyIdText(keyIds: readonly (readonly [number, number])[]): string {
  return `KeyID ${keyIds.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ')}`;
}

/** Kinds of difference in the words a reviewer uses. */
export const differenceWords: Record<Difference['kind'], string> = {
  hole: 'hole (mapped in KeyID 0, missing here)',
  stale: 'stale (translates differently from KeyID 0)',
  extra: 'extra (missing in KeyID 0, still mapped here)',
};

const ofKind = (group: LaneGroup, kind: Difference['kind']): readonly Difference[] =>
  group.differs.filter((difference) => difference.kind === kind);

const kinds = ['hole', 'stale', 'extra'] as const;

/** 'hole 2044 KiB, stale 4 KiB'; empty when the group equals KeyID-0. */
export function differenceSummary(group: LaneGroup): string {
  const pages = { hole: 0, stale: 0, extra: 0 };
  for (const { kind, start, end } of group.differs) pages[kind] += end - start;
  return kinds
    .filter((kind) => pages[kind] > 0)
    .map((kind) => `${kind} ${pagesText(pages[kind])}`)
    .join(', ');
}

const SHOWN = 4;

function placesText(replay: Replay, stretches: readonly Stretch[]): string {
  const shown = stretches
    .slice(0, SHOWN)
    .map(({ start, end }) => `${pagesText(end - start)} at ${addressText(replay, start)}`);
  const rest = stretches.length - SHOWN;
  return shown.join(', ') + (rest > 0 ? ` and ${countText(rest)} more` : '');
}

/** What is left of sorted `stretches` outside sorted `others`: a difference is not told twice. */
function without(stretches: readonly Stretch[], others: readonly Stretch[]): Stretch[] {
  const left: Stretch[] = [];
  for (const { start, end } of stretches) {
    let at = start;
    let index = firstEndingAfter(others, start);
    for (let other = others[index]; other !== undefined && other.start < end; other = others[++index]) {
      if (other.start > at) left.push({ start: at, end: other.start });
      at = other.end;
    }
    if (at < end) left.push({ start: at, end });
  }
  return left;
}

/** The text equivalent of one lane; addresses are canonical (KeyID-0's). */
export function laneText(replay: Replay, group: LaneGroup): string {
  const parts: string[] = [];
  const changed = without(group.changed, group.differs);
  if (changed.length > 0) parts.push(`changed ${placesText(replay, changed)}`);
  for (const kind of kinds) {
    const found = ofKind(group, kind);
    if (found.length > 0) parts.push(`${differenceWords[kind]}: ${placesText(replay, found)}`);
  }
  if (group.synced.length > 0) parts.push(`synced ${placesText(replay, group.synced)}`);
  if (group.swept.length > 0) parts.push(`swept without need ${placesText(replay, group.swept)}`);
  const canonical = group.keyIds[0]?.[0] === 0;
  if (!canonical && group.differs.length === 0) parts.unshift('same as KeyID 0');
  return `${keyIdText(group.keyIds)}: ${parts.length > 0 ? parts.join('; ') : 'unchanged'}.`;
}

/** One sentence on how the KeyIDs stand against KeyID-0 now. */
export function coherenceSentence(state: PictureState): string {
  const wrong = state.groups.filter((group) => group.differs.length > 0);
  if (wrong.length === 0) return 'Every KeyID equals KeyID 0.';
  const shown = wrong.slice(0, 3).map((group) => `${keyIdText(group.keyIds)}: ${differenceSummary(group)}`);
  return `${shown.join('; ')}${wrong.length > 3 ? `; ${wrong.length - 3} more groups differ` : ''}.`;
}

/** Attribute bits as people say them: 'rw nx' for the joined flags of a run; what is not set is named where it matters. */
export function flagsText(flags: string): string {
  const all = flags === '' ? [] : flags.split(' ');
  const rest = all.filter((flag) => flag !== 'rw' && flag !== 'nx');
  return [all.includes('rw') ? 'rw' : 'ro', all.includes('nx') ? 'nx' : 'x', ...rest].join(' ');
}

/** What the live region says at a position: the step just done, then how the KeyIDs stand. */
export function stateSentence(replay: Replay, state: PictureState): string {
  const step = replay.steps[state.position - 1];
  const where = `Step ${countText(state.position)} of ${countText(replay.steps.length)}`;
  if (step === undefined) return `Before the first step. ${coherenceSentence(state)}`;
  return `${where}: ${withStop(step.detail === '' ? step.label : step.detail)} ${coherenceSentence(state)}`;
}

const withStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** 'visited 3 entries in all KeyIDs, 1,536 were needed' */
export function costText(replay: Replay): string {
  const { visited, needed } = replay.cost;
  const entries = visited === 1 ? 'entry' : 'entries';
  const { keyIds } = replay.machine;
  const among = keyIds > 1 ? ` over ${keyIds} KeyIDs` : '';
  return `visited ${countText(visited)} ${entries}${among}, ${countText(needed)} ${needed === 1 ? 'was' : 'were'} needed`;
}

/** Everything the panel shows at a position, as lines of plain text. */
export function copyText(replay: Replay, state: PictureState, picture: readonly string[]): string {
  const { scenario, variant, verdict } = replay;
  return [
    `${scenario.call}   (${scenario.id}, ${variant})`,
    `${verdict.ok ? 'OK' : 'WRONG'}: ${verdict.sentence}`,
    costText(replay),
    '',
    stateSentence(replay, state),
    '',
    ...picture,
    '',
    ...state.groups.map((group) => laneText(replay, group)),
    '',
  ].join('\n');
}
