/**
 * Weaves what a patch shows of a function into the kernel's steps of it. Unchanged statements stand for the steps whose
 * marks they show, and the steps run; changed ones are evaluated in the place where they stand.
 */

import { standsAsDeep } from './depth.ts';
import { endsFunction, isEnd, lastOf } from './edges.ts';
import { type Element, insideOf, textElement } from './element.ts';
import { flatten, type Item } from './items.ts';
import { JUMPS } from './jumps.ts';
import { type Placement, placeItems } from './placement.ts';
import { type Recognised, type Recogniser, recognise } from './recognise.ts';
import { type Slot, slotsOf } from './slots.ts';
import { alignments, gapsFor } from './ways.ts';

export interface Woven {
  readonly elements: readonly Element[];
  /** How the hunk spells the kernel's parameters and locals: the hunk's name to the kernel's. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Unchanged statements that are evaluated. */
  readonly evaluated: readonly Item[];
  /** Changed statements for which no place among the kernel's steps was found. */
  readonly unplaced: readonly Item[];
  /** Changed statements of hunks that show no step at all. */
  readonly adrift: readonly Item[];
  /** In how many ways the hunks fit; 0: in more than are looked at. */
  readonly ways: number;
}

export interface WeaveInput {
  readonly elements: readonly Element[];
  /** Items of the post-image. */
  readonly post: readonly Item[];
  /** Items of the pre-image. */
  readonly pre: readonly Item[];
  readonly recogniser: Recogniser;
  /** Which of the ways in which the hunks fit, from 0. */
  readonly way: number;
  /** Which unchanged statements have to be evaluated all the same, once it is known how the hunk spells the kernel's names. */
  foreign(aliases: ReadonlyMap<string, string>): (item: Item) => boolean;
}

/** What indentation, and the end of a function, add: they decide between steps that are written alike, and nothing else. */
const AS_DEEP = 1 / 128;

export function weave(input: WeaveInput): Woven {
  const slots = slotsOf(input.elements);
  // The pre-image is the kernel as the steps know it: its statements are in their order.
  const shown = [
    ...flatten(input.post).filter((item) => item.state === 'kept'),
    ...flatten(input.pre).filter((item) => item.state === 'removed'),
  ].sort((a, b) => a.order - b.order);
  const closing = new Set(shown.filter(endsFunction));
  const last = lastOf(slots);
  const recognised = new Map<Item, Map<Slot, Recognised | null>>();
  const recognisedAs = (item: Item, slot: Slot): Recognised | null => {
    const known = recognised.get(item) ?? new Map<Slot, Recognised | null>();
    const found = known.get(slot);
    if (found !== undefined) return found;
    const now = recognise(input.recogniser, item, slot.element);
    recognised.set(item, known.set(slot, now));
    return now;
  };
  const likeness = (item: Item, slot: Slot) => {
    const found = recognisedAs(item, slot);
    if (!found) return 0;
    const closes = slot === last && closing.has(item);
    return found.weight + (standsAsDeep(item, slot) ? AS_DEEP : 0) + (closes ? AS_DEEP : 0);
  };
  const tested = shown.filter((item) => slots.some((slot) => likeness(item, slot) > 0)).flatMap(jumpUnder);
  const anchors = shown.filter((item) => !tested.some((jump) => isSameJump(item, jump)));
  const aligned = alignments(anchors, slots, likeness, input);
  const matched = insideTheirBlocks([...input.post, ...input.pre], aligned[input.way % aligned.length] ?? new Map());
  const aliases = aliasesFrom(recognised, matched);
  const isForeign = input.foreign(aliases);
  const placement = placeItems({ ...input, slots, matched, isForeign });
  const { adrift } = placement;
  const gaps = gapsFor(adrift, slots, matched);
  const gap = gaps[Math.floor(input.way / aligned.length)] ?? null;
  return {
    elements: withTail(build(null, slots, withAdrift(placement, gap)), gap ? [] : adrift),
    aliases,
    evaluated: placement.evaluated,
    unplaced: placement.unplaced,
    adrift,
    ways: aligned.length * (adrift.length > 0 ? gaps.length : 1),
  };
}

/** Statements of no known place, put before a step. */
function withAdrift(placement: Placement, gap: Slot | null): Placement {
  if (!gap) return placement;
  const around = placement.beside.get(gap);
  const own = placement.adrift.map(({ stmt, text }) => textElement(stmt, text));
  const at = { before: [...(around?.before ?? []), ...own], after: around?.after ?? [] };
  return { ...placement, beside: new Map([...placement.beside, [gap, at]]) };
}

/** The jump that an `if` is all about: the test tells which it is, and `return` alone looks like any other. */
const jumpUnder = ({ stmt, children: [only, ...more] }: Item): readonly Item[] =>
  stmt.kind === 'if' && only && more.length === 0 && JUMPS.has(only.stmt.kind) ? [only] : [];

/** The same jump, also as the other image has it: among statements that the patch adds to the `if`. */
const isSameJump = ({ stmt, order }: Item, jump: Item) =>
  stmt.kind === jump.stmt.kind && Math.floor(order) === Math.floor(jump.order);

/** A statement inside a block that is known cannot stand for a step outside of it (each `return` looks like the last). */
function insideTheirBlocks(items: readonly Item[], matched: ReadonlyMap<Item, Slot>): ReadonlyMap<Item, Slot> {
  const kept = new Map(matched);
  const look = (list: readonly Item[], block: Slot | null) => {
    for (const item of list) {
      const slot = matched.get(item);
      if (slot && block && !isWithin(slot, block)) kept.delete(item);
      const own = slot && insideOf(slot.element) ? slot : block;
      look(
        item.children.filter(({ otherwise }) => !otherwise),
        own,
      );
      // The kernel's steps have an `else` as a block of its own behind the other.
      look(
        item.children.filter(({ otherwise }) => otherwise),
        block,
      );
    }
  };
  look(items, null);
  return kept;
}

function isWithin(slot: Slot, block: Slot): boolean {
  for (let at = slot.parent; at; at = at.parent) if (at === block) return true;
  return false;
}

function build(parent: Slot | null, slots: readonly Slot[], placement: Placement): readonly Element[] {
  const list = slots
    .filter((slot) => slot.parent === parent)
    .flatMap((slot): readonly Element[] => {
      const around = placement.beside.get(slot);
      const kept = placement.replaced.has(slot) ? [] : [withShown(slot, slots, placement)];
      return [...(around?.before ?? []), ...kept, ...(around?.after ?? [])];
    });
  return [...list, ...(parent ? (placement.inside.get(parent) ?? []) : [])];
}

function withShown(slot: Slot, slots: readonly Slot[], placement: Placement): Element {
  const { element } = slot;
  if (element.kind === 'text') return element.body ? { ...element, body: build(slot, slots, placement) } : element;
  const seen = placement.shown.get(slot);
  const shown = seen ? { stmt: seen.stmt, text: seen.text } : element.shown;
  return element.kind === 'block' ? { ...element, body: build(slot, slots, placement), shown } : { ...element, shown };
}

/** The statements come behind everything but the closing `return`s, and the labels that lead only to them. */
function withTail(elements: readonly Element[], tail: readonly Item[]): readonly Element[] {
  if (tail.length === 0) return elements;
  const end = elements.findLastIndex((element) => !isEnd(element)) + 1;
  const own = tail.map(({ stmt, text }) => textElement(stmt, text));
  return [...elements.slice(0, end), ...own, ...elements.slice(end)];
}

/** The hunk's spelling of kernel names; where statements disagree, what most of them say. */
function aliasesFrom(
  recognised: ReadonlyMap<Item, ReadonlyMap<Slot, Recognised | null>>,
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
