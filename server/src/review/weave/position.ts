/** Where a changed statement goes among the kernel's steps. */

import { standsAsDeep } from './depth.ts';
import { insideOf } from './element.ts';
import { flatten, type Item, isHeadless } from './items.ts';
import { isWholeBranch, JUMPS } from './jumps.ts';
import type { Slot } from './slots.ts';

export type Side = 'before' | 'after';

export type Position =
  | { readonly kind: 'beside'; readonly slot: Slot; readonly side: Side }
  /** At the end of a block. */
  | { readonly kind: 'inside'; readonly slot: Slot };

export interface Surroundings {
  /** The statements of one list of the hunk, removed ones too, in order. */
  readonly siblings: readonly Item[];
  /** The block whose list it is; null: the function's body. */
  readonly block: Slot | null;
  /** Which slot each unchanged or removed statement stands for. */
  readonly matched: ReadonlyMap<Item, Slot>;
  readonly slots: readonly Slot[];
}

/** At the item's own slot, else beside the nearest sibling that has one; null: nothing tells. */
export function positionOf(item: Item, around: Surroundings): Position | null {
  const { block, matched, slots } = around;
  const own = item.state === 'added' ? undefined : slotsUnder(item, matched)[0];
  if (own) return { kind: 'beside', slot: own, side: 'before' };
  const beside = besideSibling(item, around);
  if (beside) return beside;
  const first = slots.find(({ parent }) => parent === block);
  const isFirst = block ? keptBefore(item, around.siblings).every(isDeclaration) : opensFunction(item, around.siblings);
  if (first && isFirst) return { kind: 'beside', slot: first, side: 'before' };
  return block && { kind: 'inside', slot: block };
}

const isDeclaration = ({ stmt }: Item) => stmt.kind === 'declare';

/** What the hunk shows unchanged before a statement of a list. */
const keptBefore = (item: Item, siblings: readonly Item[]): readonly Item[] =>
  siblings.slice(0, siblings.indexOf(item)).filter(({ hunk, state }) => hunk === item.hunk && state === 'kept');

/** True for what stands before the first of the kernel's statements: a declaration, or what comes right behind those. */
function opensFunction(item: Item, siblings: readonly Item[]): boolean {
  // A name without a value may come as early as one likes.
  if (item.stmt.kind === 'declare' && item.depth === 1 && item.stmt.declarators.every(({ init }) => !init)) return true;
  if (item.level !== 0 || (item.depth !== null && item.depth !== 1)) return false;
  if (isDeclaration(item)) return true;
  const kept = keptBefore(item, siblings);
  if (kept.length > 0) return kept.every((other) => isDeclaration(other) && other.depth === 1);
  const { lines } = item.text.file.hunks[item.hunk] ?? { lines: [] };
  return lines.find(({ kind, text }) => kind === 'context' && text.trim() !== '')?.text === '{';
}

/** Beside the nearest statement of the same list that stands for a step; null: there is none. */
export function besideSibling(
  item: Item,
  { siblings, matched, slots }: Pick<Surroundings, 'siblings' | 'matched' | 'slots'>,
): Position | null {
  const index = siblings.indexOf(item);
  return (
    behindEarlier(item, siblings.slice(0, index), matched, slots) ??
    beforeLater(item, siblings.slice(index + 1), matched, slots)
  );
}

/** The slots that a statement and what is inside it stand for. */
export const slotsUnder = (item: Item, matched: ReadonlyMap<Item, Slot>): readonly Slot[] =>
  flatten([item]).flatMap((inner) => matched.get(inner) ?? []);

/** Behind the nearest earlier sibling of the hunk; each block closed in between leads one list further out. */
function behindEarlier(
  item: Item,
  earlier: readonly Item[],
  matched: ReadonlyMap<Item, Slot>,
  slots: readonly Slot[],
): Position | null {
  for (const other of earlier.toReversed()) {
    if (other.hunk !== item.hunk || other.level < item.level) return null;
    const last = slotsUnder(other, matched).at(-1);
    if (!last) continue;
    let slot: Slot | null = ownListSlot(last, other, matched, slots);
    const closed = other.level - item.level - (standsForBranch(other, slot) ? 1 : 0);
    for (let up = closed; up > 0 && slot; up--) slot = slot.parent;
    if (slot) return { kind: 'beside', slot, side: 'after' };
  }
  return null;
}

/** True for the jump of a step that is a whole `if (...) jump;`: the first block that closes behind it is the step's own. */
const standsForBranch = ({ stmt }: Item, { element }: Slot) =>
  JUMPS.has(stmt.kind) && element.kind === 'step' && element.node.kind === 'step' && isWholeBranch(element.node);

/** Before the nearest later one; if a block closes in between, at the end of the block that stands before that one. */
function beforeLater(
  item: Item,
  later: readonly Item[],
  matched: ReadonlyMap<Item, Slot>,
  slots: readonly Slot[],
): Position | null {
  for (const other of later) {
    if (other.hunk !== item.hunk) return null;
    const slot = slotsUnder(other, matched)[0];
    if (!slot) continue;
    if (other.level === item.level) return { kind: 'beside', slot, side: 'before' };
    const before = slots.find((candidate) => candidate.parent === slot.parent && candidate.index === slot.index - 1);
    return other.level === item.level - 1 && before && insideOf(before.element)
      ? { kind: 'inside', slot: before }
      : null;
  }
  return null;
}

/**
 * The slot of the sibling's own list that holds a slot found inside the sibling. Of an `if` whose head stands before the
 * hunk nothing else is known than the steps inside: a block of the kernel's that has no others is its own.
 */
function ownListSlot(slot: Slot, sibling: Item, matched: ReadonlyMap<Item, Slot>, slots: readonly Slot[]): Slot {
  const own = matched.get(sibling);
  if (own) {
    // The kernel's steps have an `else` as a block of its own behind the other.
    let held: Slot | null = slot;
    while (held && held.parent !== own.parent) held = held.parent;
    return held ?? own;
  }
  const [only] = sibling.children;
  if (isHeadless(sibling.stmt) && only && matched.get(only) === slot && standsAsDeep(only, slot)) {
    // Where the statement is indented as the step is, all around it is known: the `if` is the block it stands in.
    return standsForBranch(only, slot) ? slot : (slot.parent ?? slot);
  }
  const inside = new Set(slotsUnder(sibling, matched));
  let at = slot;
  while (at.parent && sibling.children.length > 0 && stepsOf(at.parent, slots).every((step) => inside.has(step)))
    at = at.parent;
  return at;
}

/** The kernel's own statements inside a block. */
const stepsOf = (block: Slot, slots: readonly Slot[]) =>
  slots.filter((slot) => slot.parent === block && !insideOf(slot.element));
