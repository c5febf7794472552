/** What becomes of each statement of the hunks: it stands for steps, is evaluated somewhere, or has no place. */
import { visit } from '../../c/walk.ts';
import { type Element, insideOf, textElement } from './element.ts';
import { flatten, headOf, type Item, isCompound, isHeadless } from './items.ts';
import { besideSibling, type Position, positionOf, type Side, slotsUnder } from './position.ts';
import type { Slot } from './slots.ts';

export interface Placement {
  readonly beside: ReadonlyMap<Slot, Readonly<Record<Side, readonly Element[]>>>;
  /** What comes at the end of a block. */
  readonly inside: ReadonlyMap<Slot, readonly Element[]>;
  /** Slots that the patch removes, or evaluates in another form. */
  readonly replaced: ReadonlySet<Slot>;
  /** The statement that shows a step. */
  readonly shown: ReadonlyMap<Slot, Item>;
  /** Unchanged statements that are evaluated. */
  readonly evaluated: readonly Item[];
  readonly unplaced: readonly Item[];
  /** Of no hunk that shows a step, and perhaps anywhere among the function's own statements. */
  readonly adrift: readonly Item[];
}

export interface PlacementInput {
  readonly post: readonly Item[];
  readonly pre: readonly Item[];
  readonly slots: readonly Slot[];
  readonly matched: ReadonlyMap<Item, Slot>;
  isForeign(item: Item): boolean;
}

export function placeItems(input: PlacementInput): Placement {
  const placement = placeOnce(input);
  // Where one of the statements that a step stands for is evaluated, the step does not run, and the others have to be, too.
  const isTorn = (item: Item) => {
    const slot = input.matched.get(item);
    return slot !== undefined && item.state === 'kept' && placement.replaced.has(slot);
  };
  return placement.replaced.size > 0 && flatten(input.post).some(isTorn)
    ? placeOnce({ ...input, isForeign: (item) => input.isForeign(item) || isTorn(item) })
    : placement;
}

function placeOnce({ post, pre, slots, matched, isForeign }: PlacementInput): Placement {
  const beside = new Map<Slot, Record<Side, Element[]>>();
  const inside = new Map<Slot, Element[]>();
  const shown = new Map<Slot, Item>();
  const unplaced: Item[] = [];
  const adrift: Item[] = [];
  const evaluated: Item[] = [];
  const ends: { slot: Slot; element: Element }[] = [];
  const anchored = new Set([...matched.keys()].map((item) => item.hunk));
  const removed = flatten(pre).filter((item) => item.state === 'removed');
  const replaced = new Set(removed.flatMap((item) => slotsUnder(item, matched)));

  const insert = (item: Item, where: Position) => {
    const element = textElement(item.stmt, item.text);
    if (where.kind === 'inside') inside.set(where.slot, [...(inside.get(where.slot) ?? []), element]);
    else {
      const at = beside.get(where.slot) ?? { before: [], after: [] };
      beside.set(where.slot, at);
      at[where.side].push(element);
    }
  };
  /** The head of a compound statement stands for the block's own, and only statements inside have to be evaluated. */
  const opens = (item: Item, own: Slot | undefined): own is Slot =>
    own !== undefined &&
    insideOf(own.element) !== null &&
    item.state === 'kept' &&
    isCompound(item.stmt) &&
    !hasNewElse(item) &&
    !isForeign({ ...item, stmt: headOf(item.stmt), children: [] });

  /** A block that is none of the kernel's, around statements that are: what is changed in it stands beside those. */
  const isAround = (item: Item): boolean => {
    if (!item.changed || item.state !== 'kept' || matched.has(item)) return false;
    if (!isCompound(item.stmt) || item.stmt.kind === 'switch' || hasNewElse(item)) return false;
    if (isForeign({ ...item, stmt: headOf(item.stmt), children: [] })) return false;
    const known = (siblings: readonly Item[]) => (child: Item) =>
      opens(child, matched.get(child)) ||
      besideSibling(child, { siblings, matched, slots }) !== null ||
      isAround(child);
    return sidesOf(item).every(([side, gone]) =>
      side.filter((child) => child.changed || isForeign(child)).every(known(siblingsOf(side, gone))),
    );
  };
  /** What stands under the head of a compound statement, and in its `else`; each with what the patch removes there. */
  const sidesOf = (item: Item): readonly (readonly [readonly Item[], readonly Item[]])[] => {
    const gone = twinOf(item, pre)?.children ?? [];
    return [false, true].map((side) => [
      item.children.filter(({ otherwise }) => otherwise === side),
      gone.filter(({ otherwise }) => otherwise === side),
    ]);
  };

  const place = (items: readonly Item[], gone: readonly Item[], block: Slot | null) => {
    const siblings = siblingsOf(items, gone);
    for (const item of items) {
      const under = slotsUnder(item, matched);
      const own = matched.get(item);
      // A step that returns cannot stand for a statement that does not.
      if (!item.changed && (!(isForeign(item) || endOf(item, own)) || isCut(item))) {
        for (const inner of flatten([item])) {
          const slot = matched.get(inner);
          if (slot && !shown.has(slot)) shown.set(slot, inner);
        }
        continue;
      }
      if (opens(item, own)) {
        shown.set(own, item);
        place(item.children, twinOf(item, pre)?.children ?? [], own);
        continue;
      }
      if (isAround(item)) {
        for (const [side, removed] of sidesOf(item)) place(side, removed, null);
        continue;
      }
      const where = positionOf(item, { siblings, block, matched, slots });
      if (where) {
        for (const slot of under) replaced.add(slot);
        insert(item, where);
        if (!item.changed) evaluated.push(item);
        const end = item.changed ? null : endOf(item, own);
        if (end && own) ends.push({ slot: own, element: end });
      } else (block === null && !anchored.has(item.hunk) && mayEnd(item) ? adrift : unplaced).push(item);
    }
  };
  place(post, pre, null);
  for (const { slot, element } of ends) beside.get(slot)?.after.push(element);
  return { beside, inside, replaced, shown, evaluated, unplaced, adrift };
}

/** One list of a hunk's statements, removed ones too, in order. */
const siblingsOf = (items: readonly Item[], gone: readonly Item[]): readonly Item[] =>
  [...items, ...gone.filter((item) => item.state === 'removed')].sort((a, b) => a.order - b.order);

/** True for what may be the last a function does: in no block of its, and in a hunk that shows a line of what is around. */
const mayEnd = ({ depth, hunk, text }: Item) =>
  (depth === null || depth === 1) && text.file.hunks[hunk]?.lines.some(({ kind }) => kind === 'context') === true;

/** What the model does with one `return f();` and the hunk shows as `x = f();` still returns, unless the hunk says otherwise. */
function endOf({ stmt, text }: Item, slot: Slot | undefined): Element | null {
  if (slot?.element.kind !== 'step' || slot.element.node.kind !== 'step' || !slot.element.node.ends) return null;
  if (stmt.kind !== 'expr' || stmt.expr.kind !== 'assign') return null;
  const { start, end } = stmt;
  return textElement({ kind: 'return', value: stmt.expr.left, start, end }, text);
}

/** An `else` that the patch adds is none of the kernel's blocks: only the whole `if` can be evaluated. */
const hasNewElse = ({ stmt, children }: Item) =>
  stmt.kind === 'if' &&
  stmt.otherwise !== null &&
  children.every(({ otherwise, state }) => !otherwise || state === 'added');

/** True for a statement whose head or tail the hunk does not show: nobody but the kernel's steps can run all of it. */
function isCut({ stmt }: Item): boolean {
  let cut = isHeadless(stmt);
  visit(stmt, (node) => {
    if (node.kind === 'block' && (node.edge === 'after' || node.edge === 'both')) cut = true;
  });
  return cut;
}

/** The same compound statement in the pre-image: it begins on the same line of the hunk. */
const twinOf = (item: Item, pre: readonly Item[]) =>
  flatten(pre).find((other) => Math.floor(other.order) === Math.floor(item.order) && other.children.length > 0);
