/** The kernel's steps as a numbered list, so that a fragment's statements can be laid beside them in order. */
import type { Element } from './element.ts';

export interface Slot {
  readonly element: Element;
  /** The block it stands in; null: the function's body. */
  readonly parent: Slot | null;
  /** Index in the parent's list. */
  readonly index: number;
}

/** All elements, each before what it contains. */
export function slotsOf(elements: readonly Element[], parent: Slot | null = null): readonly Slot[] {
  return elements.flatMap((element, index) => {
    const slot: Slot = { element, parent, index };
    return element.kind === 'block' ? [slot, ...slotsOf(element.body, slot)] : [slot];
  });
}

/** Weight of an item standing for a slot; 0: it does not. */
export type Likeness<T> = (item: T, slot: Slot) => number;

/**
 * Lays items beside slots, both in order, so that the sum of likenesses is greatest. Several items may stand for one
 * slot (a step that the kernel writes in several statements).
 */
export function align<T>(items: readonly T[], slots: readonly Slot[], likeness: Likeness<T>): ReadonlyMap<T, Slot> {
  const width = slots.length + 1;
  const best = new Float64Array((items.length + 1) * width);
  const likes = new Float64Array(items.length * width);
  for (let i = items.length - 1; i >= 0; i--) {
    for (let j = slots.length - 1; j >= 0; j--) {
      const item = items[i];
      const slot = slots[j];
      const like = item === undefined || slot === undefined ? 0 : likeness(item, slot);
      likes[i * width + j] = like;
      const skip = Math.max(best[(i + 1) * width + j] ?? 0, best[i * width + j + 1] ?? 0);
      best[i * width + j] = like > 0 ? Math.max(skip, like + (best[(i + 1) * width + j] ?? 0)) : skip;
    }
  }
  const matched = new Map<T, Slot>();
  let i = 0;
  let j = 0;
  while (i < items.length && j < slots.length) {
    const item = items[i];
    const slot = slots[j];
    const here = best[i * width + j] ?? 0;
    const like = likes[i * width + j] ?? 0;
    if (item !== undefined && slot && like > 0 && here === like + (best[(i + 1) * width + j] ?? 0)) {
      matched.set(item, slot);
      i++;
    } else if (here === (best[(i + 1) * width + j] ?? 0)) i++;
    else j++;
  }
  return matched;
}
