/** Where a function begins and ends, in a hunk and among the kernel's steps. */
import { lineAt } from '../text.ts';
import { type Element, insideOf } from './element.ts';
import type { Item } from './items.ts';
import type { Slot } from './slots.ts';

/** True for what closes a function: `return`s, and the labels that lead only to them. */
export const isEnd = (element: Element) =>
  element.kind === 'step' &&
  (element.node.kind === 'label' ||
    (element.node.ends === true && element.node.marks.some((mark) => /^return\b/.test(mark))));

/** True if the hunk shows that nothing unchanged stands between the statement and the brace that closes its function. */
export function endsFunction({ hunk, text, stmt }: Item): boolean {
  const last = lineAt(text, Math.max(stmt.start, stmt.end - 1))?.index;
  const lines = last === undefined ? [] : (text.file.hunks[hunk]?.lines.slice(last + 1) ?? []);
  return lines.find(({ kind, text: line }) => kind === 'context' && line.trim() !== '')?.text === '}';
}

/** The last of a function's own steps that does not close it. */
export const lastOf = (slots: readonly Slot[]): Slot | undefined =>
  slots.findLast(({ parent, element }) => parent === null && !isEnd(element));

/** True for a block of the kernel's steps. */
export const isBlock = (element: Element | null | undefined) => element != null && insideOf(element) !== null;
