/**
 * Weaves what a patch shows of a function into the kernel's steps of it. Unchanged statements stand for the steps whose
 * marks they show, and the steps run; changed ones are evaluated in the place where they stand.
 */
import type { Element } from './element.ts';
import { flatten, headOf, type Item, isCompound } from './items.ts';
import { type Recognised, type Recogniser, recognise } from './recognise.ts';
import { align, type Slot, slotsOf } from './slots.ts';

export interface Woven {
  readonly elements: readonly Element[];
  /** How the hunk spells the kernel's parameters and locals: the hunk's name to the kernel's. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Changed statements for which no place among the kernel's steps was found. */
  readonly unplaced: readonly Item[];
  /** Changed statements of hunks that show no step at all: taken to stand at the end of the function. */
  readonly atEnd: readonly Item[];
}

export interface WeaveInput {
  readonly elements: readonly Element[];
  /** Items of the post-image. */
  readonly post: readonly Item[];
  /** Items of the pre-image. */
  readonly pre: readonly Item[];
  readonly recogniser: Recogniser;
  /** True if an unchanged statement has to be evaluated all the same: it calls a sync, or uses what the patch sets. */
  isForeign(item: Item): boolean;
}

type Side = 'before' | 'after';

export function weave(input: WeaveInput): Woven {
  const slots = slotsOf(input.elements);
  const recognised = new Map<Item, Map<Slot, Recognised>>();
  const likeness = (item: Item, slot: Slot) => {
    const found = recognise(input.recogniser, item, slot.element);
    if (!found) return 0;
    const known = recognised.get(item) ?? new Map<Slot, Recognised>();
    recognised.set(item, known.set(slot, found));
    return found.weight;
  };
  const anchors = [
    ...flatten(input.post).filter((item) => item.state === 'kept'),
    ...flatten(input.pre).filter((item) => item.state === 'removed'),
  ].sort((a, b) => a.order - b.order);
  const matched = align(anchors, slots, likeness);

  const inserted = new Map<Slot, Record<Side, Element[]>>();
  const inside = new Map<Slot, Element[]>();
  const replaced = new Set<Slot>();
  const shown = new Map<Slot, Item>();
  const unplaced: Item[] = [];
  const atEnd: Item[] = [];
  const anchored = new Set([...matched.keys()].map((item) => item.hunk));

  const slotsUnder = (item: Item): Slot[] =>
    flatten([item]).flatMap((inner) => {
      const slot = matched.get(inner);
      return slot ? [slot] : [];
    });
  for (const item of flatten(input.pre))
    if (item.state === 'removed') for (const slot of slotsUnder(item)) replaced.add(slot);

  const insert = (item: Item, where: Position) => {
    const element: Element = { kind: 'text', shown: { stmt: item.stmt, text: item.text } };
    if (where.kind === 'inside') {
      const list = inside.get(where.slot) ?? [];
      inside.set(where.slot, list);
      list.push(element);
      return;
    }
    const at = inserted.get(where.slot) ?? { before: [], after: [] };
    inserted.set(where.slot, at);
    at[where.side].push(element);
  };

  const place = (items: readonly Item[], removed: readonly Item[], block: Slot | null) => {
    const siblings = [...items, ...removed.filter((item) => item.state === 'removed')].sort(
      (a, b) => a.order - b.order,
    );
    for (const [index, item] of siblings.entries()) {
      if (item.state === 'removed') continue;
      const own = item.state === 'added' ? undefined : matched.get(item);
      const foreign = input.isForeign(item);
      const isBlock = own?.element.kind === 'block' && isCompound(item.stmt);
      if (own && isBlock && (item.changed || foreign) && item.state === 'kept' && !headIsForeign(item, input)) {
        shown.set(own, item);
        place(item.children, preChildren(item, input.pre), own);
        continue;
      }
      const under = slotsUnder(item);
      if (!item.changed && !foreign) {
        for (const slot of under) if (!shown.has(slot)) shown.set(slot, item);
        continue;
      }
      const where = positionOf(item, index, siblings, matched, slots, block);
      if (!where) {
        (block === null && !anchored.has(item.hunk) ? atEnd : unplaced).push(item);
        continue;
      }
      for (const slot of under) replaced.add(slot);
      insert(item, where);
    }
  };
  place(input.post, input.pre, null);

  const build = (elements: readonly Element[], parent: Slot | null): Element[] => {
    const list = elements.flatMap((element, index): Element[] => {
      const slot = slots.find((candidate) => candidate.parent === parent && candidate.index === index);
      if (!slot) return [element];
      const around = inserted.get(slot);
      const seen = shown.get(slot);
      const marked = seen ? { stmt: seen.stmt, text: seen.text } : null;
      const own: Element[] = replaced.has(slot)
        ? []
        : element.kind === 'block'
          ? [{ ...element, body: build(element.body, slot), shown: marked ?? element.shown }]
          : element.kind === 'step'
            ? [{ ...element, shown: marked ?? element.shown }]
            : [element];
      return [...(around?.before ?? []), ...own, ...(around?.after ?? [])];
    });
    return [...list, ...(parent ? (inside.get(parent) ?? []) : [])];
  };

  const elements = withTail(build(input.elements, null), atEnd);
  return { elements, aliases: aliasesFrom(recognised, matched), unplaced, atEnd };
}

/** The statements come behind everything but the closing `return`s, and the labels that lead only to them. */
function withTail(elements: readonly Element[], tail: readonly Item[]): readonly Element[] {
  if (tail.length === 0) return elements;
  const isEnd = (element: Element) =>
    element.kind === 'step' &&
    (element.node.kind === 'label' || element.node.marks.some((mark) => /^return\b/.test(mark)));
  const end = elements.findLastIndex((element) => !isEnd(element)) + 1;
  const own = tail.map(({ stmt, text }): Element => ({ kind: 'text', shown: { stmt, text } }));
  return [...elements.slice(0, end), ...own, ...elements.slice(end)];
}

type Position =
  | { readonly kind: 'beside'; readonly slot: Slot; readonly side: Side }
  | { readonly kind: 'inside'; readonly slot: Slot };

/** Where an item goes: at its own slot, else beside the nearest sibling that has one. */
function positionOf(
  item: Item,
  index: number,
  siblings: readonly Item[],
  matched: ReadonlyMap<Item, Slot>,
  slots: readonly Slot[],
  block: Slot | null,
): Position | null {
  const edge = (other: Item, which: 'first' | 'last'): Slot | null => {
    const found = flatten([other]).flatMap((inner) => matched.get(inner) ?? []);
    return (which === 'first' ? found[0] : found.at(-1)) ?? null;
  };
  const mine = item.state === 'added' ? null : edge(item, 'first');
  if (mine) return { kind: 'beside', slot: mine, side: 'before' };

  // Behind the nearest earlier sibling of the hunk; each block closed in between leads one list further out.
  for (let i = index - 1; i >= 0; i--) {
    const other = siblings[i];
    if (!other || other.hunk !== item.hunk || other.level < item.level) break;
    const last = edge(other, 'last');
    if (!last) continue;
    let slot: Slot | null = within(last, other, matched) ?? last;
    for (let up = other.level - item.level; up > 0 && slot; up--) slot = slot.parent;
    if (slot) return { kind: 'beside', slot, side: 'after' };
  }
  // Before the nearest later one; if a block closes in between, at the end of the block that stands before that one.
  for (let i = index + 1; i < siblings.length; i++) {
    const other = siblings[i];
    if (!other || other.hunk !== item.hunk) break;
    const slot = edge(other, 'first');
    if (!slot) continue;
    if (other.level === item.level) return { kind: 'beside', slot, side: 'before' };
    if (other.level > item.level) return null;
    const before = slots.find((candidate) => candidate.parent === slot.parent && candidate.index === slot.index - 1);
    return other.level === item.level - 1 && before?.element.kind === 'block' ? { kind: 'inside', slot: before } : null;
  }
  if (block) return { kind: 'inside', slot: block };
  return item.stmt.kind === 'declare' && item.level === 0 && slots[0]
    ? { kind: 'beside', slot: slots[0], side: 'before' }
    : null;
}

/** The slot of the sibling's own list that holds what was found inside the sibling. */
function within(slot: Slot, sibling: Item, matched: ReadonlyMap<Item, Slot>): Slot | null {
  const own = matched.get(sibling);
  if (!own) return null;
  for (let at: Slot | null = slot; at; at = at.parent) if (at === own) return own;
  return null;
}

/** True if the head of a compound statement, not only its body, has to be evaluated. */
function headIsForeign(item: Item, input: WeaveInput): boolean {
  return input.isForeign({ ...item, stmt: headOf(item.stmt), children: [] });
}

/** What the pre-image has inside the same compound statement. */
function preChildren(item: Item, pre: readonly Item[]): readonly Item[] {
  const twin = flatten(pre).find(
    (other) => Math.floor(other.order) === Math.floor(item.order) && other.children.length > 0,
  );
  return twin?.children ?? [];
}

/** The hunk's spelling of kernel names; where statements disagree, what most of them say. */
function aliasesFrom(
  recognised: ReadonlyMap<Item, ReadonlyMap<Slot, Recognised>>,
  matched: ReadonlyMap<Item, Slot>,
): ReadonlyMap<string, string> {
  const votes = new Map<string, Map<string, number>>();
  for (const [item, slot] of matched) {
    for (const [kernelName, spelling] of recognised.get(item)?.get(slot)?.names ?? []) {
      const counts = votes.get(spelling) ?? new Map<string, number>();
      votes.set(spelling, counts.set(kernelName, (counts.get(kernelName) ?? 0) + 1));
    }
  }
  return new Map(
    [...votes].map(([spelling, counts]) => [spelling, [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? spelling]),
  );
}
