/** What can be said of a patch that fits in several ways among the kernel's steps: what holds in each of them. */
import type { Context, Draft } from './rule.ts';
import { MOST_WAYS } from './weave/ways.ts';

export type Ways = ReadonlyMap<string, number>;

/** Every choice of one way for each function, the first of all first; null: there are too many. */
export function choicesOf(ways: Ways): readonly Ways[] | null {
  let choices: readonly Ways[] = [new Map()];
  for (const [name, count] of ways) {
    if (choices.length * count > MOST_WAYS) return null;
    choices = choices.flatMap((choice) => Array.from({ length: count }, (_, way) => new Map([...choice, [name, way]])));
  }
  return choices;
}

export interface Judged {
  readonly context: Context;
  readonly drafts: readonly Draft[];
}

/**
 * The first way with the drafts that all of them agree on: on the place, or else on the function, and then the place is
 * the one that most of them name. A way on which code reads what nothing has set is none.
 */
export function agreed<T extends Judged>(first: T, rest: readonly T[]): T {
  if (rest.length === 0) return first;
  const all = [first, ...rest];
  const possible = all.some(isPossible) ? all.filter(isPossible) : all;
  const drafts = possible.flatMap((way) => way.drafts.map((draft) => ({ draft, way })));
  const waysWith = (key: (draft: Draft) => string) => {
    const found = new Map<string, Set<T>>();
    for (const { draft, way } of drafts) found.set(key(draft), (found.get(key(draft)) ?? new Set()).add(way));
    return (draft: Draft) => found.get(key(draft))?.size ?? 0;
  };
  const atPlace = waysWith(placeKey);
  const inFunction = waysWith(functionKey);
  const most = new Map<string, number>();
  for (const { draft } of drafts)
    most.set(functionKey(draft), Math.max(most.get(functionKey(draft)) ?? 0, atPlace(draft)));
  const kept = drafts.filter(
    ({ draft }) => inFunction(draft) === possible.length && atPlace(draft) === most.get(functionKey(draft)),
  );
  const seen = new Map<string, T>();
  for (const { draft, way } of kept) if (!seen.has(placeKey(draft))) seen.set(placeKey(draft), way);
  return {
    ...(possible[0] ?? first),
    drafts: kept.filter(({ draft, way }) => seen.get(placeKey(draft)) === way).map(({ draft }) => draft),
  };
}

const isPossible = ({ context: { post, trials } }: Judged) =>
  !trials.some(({ run: { fault } }) => fault?.detail === 'uninitialised' && post.ways.has(fault.spot?.function ?? ''));

const functionKey = ({ rule, severity, at }: Draft) =>
  `${rule} ${severity} ${'spot' in at ? at.spot.function : at.function}`;

const placeKey = (draft: Draft) => {
  const { at } = draft;
  const place = 'spot' in at ? `${at.spot.text.path} ${at.spot.text.side} ${at.spot.span.start}` : at.place.line;
  return `${functionKey(draft)} ${place}`;
};
