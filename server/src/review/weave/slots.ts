/** The kernel's steps as a numbered list, so that a fragment's statements can be laid beside them in order. */
import { type Element, insideOf } from './element.ts';

export interface Slot {
  readonly element: Element;
  /** The block it stands in; null: the function's body. */
  readonly parent: Slot | null;
  /** Index in the parent's list. */
  readonly index: number;
  /** What comes right before it in that list. */
  readonly behind: Element | null;
}

/** All elements, each before what it contains. */
export function slotsOf(elements: readonly Element[], parent: Slot | null = null): readonly Slot[] {
  return elements.flatMap((element, index) => {
    const slot: Slot = { element, parent, index, behind: elements[index - 1] ?? null };
    return [slot, ...slotsOf(insideOf(element) ?? [], slot)];
  });
}

/** Weight of an item standing for a slot; 0: it does not. */
export type Likeness<T> = (item: T, slot: Slot) => number;

/** What a second statement counts that stands for a slot which has one already. */
const AGAIN = 0.4;

/**
 * Lays items beside slots, both in order, so that the sum of likenesses is greatest. Several items may stand for one
 * slot (a step that the kernel writes in several statements), if no slot of their own suits them better.
 */
export function align<T>(items: readonly T[], slots: readonly Slot[], likeness: Likeness<T>): Alignment<T> {
  const width = slots.length + 1;
  const cells = (items.length + 1) * width;
  // The best sum from item i and slot j on; in `again` slot j already has a statement.
  const fresh = new Float64Array(cells);
  const again = new Float64Array(cells);
  const likes = new Float64Array(cells);
  for (let i = items.length - 1; i >= 0; i--) {
    for (let j = slots.length - 1; j >= 0; j--) {
      const at = i * width + j;
      const item = items[i];
      const slot = slots[j];
      const like = item === undefined || slot === undefined ? 0 : likeness(item, slot);
      likes[at] = like;
      const onward = get(fresh, at + 1);
      const taken = get(again, at + width);
      fresh[at] = Math.max(get(fresh, at + width), onward, like > 0 ? like + taken : 0);
      again[at] = Math.max(taken, onward, like > 0 ? like * AGAIN + taken : 0);
    }
  }
  return { matched: trace({ items, slots, width, fresh, again, likes }), sum: get(fresh, 0) };
}

export interface Alignment<T> {
  readonly matched: ReadonlyMap<T, Slot>;
  readonly sum: number;
}

interface Table<T> {
  readonly items: readonly T[];
  readonly slots: readonly Slot[];
  readonly width: number;
  readonly fresh: Float64Array;
  readonly again: Float64Array;
  readonly likes: Float64Array;
}

const get = (cells: Float64Array, index: number) => cells[index] ?? 0;

/** Follows the choices that the greatest sum was made of. */
function trace<T>({ items, slots, width, fresh, again, likes }: Table<T>): ReadonlyMap<T, Slot> {
  const matched = new Map<T, Slot>();
  let i = 0;
  let j = 0;
  let taken = false;
  while (i < items.length && j < slots.length) {
    const at = i * width + j;
    const item = items[i];
    const slot = slots[j];
    const here = get(taken ? again : fresh, at);
    const like = get(likes, at) * (taken ? AGAIN : 1);
    if (item !== undefined && slot && like > 0 && here === like + get(again, at + width)) {
      matched.set(item, slot);
      taken = true;
      i++;
    } else if (here === get(taken ? again : fresh, at + width)) i++;
    else {
      taken = false;
      j++;
    }
  }
  return matched;
}
