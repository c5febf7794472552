/** In how many ways hunks that show little fit among the kernel's steps. */
import { lineAt } from '../text.ts';
import { endsFunction, isBlock, isEnd } from './edges.ts';
import { flatten, type Item } from './items.ts';
import { type Alignment, align, type Likeness, type Slot } from './slots.ts';

/** So many ways are run; of what fits in more nothing is said. */
export const MOST_WAYS = 12;
/** Sums that differ by less are equal. */
const EQUAL = 1e-9;

interface Sides {
  readonly post: readonly Item[];
  readonly pre: readonly Item[];
}

/**
 * The alignments between which nothing decides and that put changed statements in different places; the first is the
 * one that align() takes.
 */
export function alignments(
  anchors: readonly Item[],
  slots: readonly Slot[],
  likeness: Likeness<Item>,
  sides: Sides,
): readonly ReadonlyMap<Item, Slot>[] {
  const best = align(anchors, slots, likeness);
  const near = besideChanges(anchors, sides).filter((item) => best.matched.has(item));
  const found = new Map([[placesOf(near, best.matched, slots), best.matched]]);
  for (const item of near) {
    for (const slot of slots) {
      if (found.size >= MOST_WAYS) break;
      if (slot === best.matched.get(item) || likeness(item, slot) === 0) continue;
      const other = forced(item, slot);
      if (other.sum < best.sum - EQUAL) continue;
      const places = placesOf(near, other.matched, slots);
      if (!found.has(places)) found.set(places, other.matched);
    }
  }
  return [...found.values()];

  function forced(item: Item, slot: Slot): Alignment<Item> {
    return align(anchors, slots, (each, at) => (each !== item || at === slot ? likeness(each, at) : 0));
  }
}

const placesOf = (items: readonly Item[], matched: ReadonlyMap<Item, Slot>, slots: readonly Slot[]) =>
  items.map((item) => indexOf(slots, matched.get(item))).join(' ');

const indexOf = (slots: readonly Slot[], slot: Slot | undefined) => (slot ? slots.indexOf(slot) : -1);

/** The nearest anchor before and behind each changed statement, of the same hunk. */
function besideChanges(anchors: readonly Item[], { post, pre }: Sides): readonly Item[] {
  const near = new Set<Item>();
  for (const item of flatten([...post, ...pre])) {
    if (item.state === 'kept') continue;
    const own = anchors.filter((anchor) => anchor.hunk === item.hunk && anchor !== item);
    const before = own.findLast((anchor) => anchor.order < item.order);
    const behind = own.find((anchor) => anchor.order > item.order);
    for (const anchor of [before, behind]) if (anchor) near.add(anchor);
  }
  return [...near];
}

/**
 * Where among the function's own statements those of a hunk may stand that shows no step: before each of these; null: at
 * the end. The last place comes first. Empty: they are of several hunks.
 */
export function gapsFor(
  items: readonly Item[],
  slots: readonly Slot[],
  matched: ReadonlyMap<Item, Slot>,
): readonly (Slot | null)[] {
  const [first] = items;
  if (!first || items.some((item) => item.hunk !== first.hunk)) return [];
  const own = slots.filter((slot) => slot.parent === null);
  const end = own.findLastIndex(({ element }) => !isEnd(element)) + 1;
  const tops = [...matched].map(([item, slot]) => ({ order: item.order, at: own.indexOf(outermost(slot)) }));
  const low = Math.max(0, ...tops.filter(({ order }) => order < first.order).map(({ at }) => at + 1));
  const high = Math.min(end, ...tops.filter(({ order }) => order > first.order).map(({ at }) => at));
  if (high === end && items.some(endsFunction)) return [null];
  const gaps: (Slot | null)[] = own.slice(low, Math.min(high + 1, end)).reverse();
  if (high === end && !isFollowed(items)) gaps.unshift(null);
  const afterBlock = closesBlock(first) ? gaps.filter((gap) => isBlock(gap ? gap.behind : own[end - 1]?.element)) : [];
  return afterBlock.length > 0 ? afterBlock : gaps;
}

/** True if the line before the statement closes a block. */
function closesBlock({ hunk, text, stmt }: Item): boolean {
  const index = lineAt(text, stmt.start)?.index ?? 0;
  const before = text.file.hunks[hunk]?.lines.slice(0, index) ?? [];
  return before.findLast(({ kind, text: line }) => kind === 'context' && line.trim() !== '')?.text.trim() === '}';
}

function outermost(slot: Slot): Slot {
  let at = slot;
  while (at.parent) at = at.parent;
  return at;
}

/** True if the hunk shows that the function goes on behind the statements. */
function isFollowed(items: readonly Item[]): boolean {
  const last = items.at(-1);
  const hunk = last?.text.file.hunks[last.hunk];
  if (!hunk) return false;
  const changed = hunk.lines.findLastIndex(({ kind }) => kind !== 'context');
  return hunk.lines
    .slice(changed + 1)
    .some(({ text }) => /^\s+\S/.test(text) && !/^\s*(?:return\b|\}|\w+:)/.test(text));
}
