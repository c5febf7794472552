/** Whether a statement is indented as a step of the kernel's would be. */
import { isBlock } from './edges.ts';
import { type Item, isHeadless } from './items.ts';
import { isWholeBranch, JUMPS } from './jumps.ts';
import type { Slot } from './slots.ts';

/** True if the statement is indented as the step would be, or, for the jump of a step that is a whole `if`, once more. */
export function standsAsDeep({ depth, otherwise, stmt, children }: Item, slot: Slot): boolean {
  if (otherwise && !isBehindBlock(slot)) return false;
  let own = 1;
  for (let at = slot.parent; at; at = at.parent) own++;
  const { node } = slot.element.kind === 'step' ? slot.element : { node: null };
  const inBranch = node?.kind === 'step' && isWholeBranch(node) && (JUMPS.has(stmt.kind) || isHeadless(stmt));
  // The line of an `if` whose head stands before the hunk is that of its jump.
  const shown = isHeadless(stmt) ? (children[0]?.depth ?? null) : depth;
  return shown === own + (inBranch ? 1 : 0);
}

/** An `else` is a block of the kernel's steps that comes right behind another. */
const isBehindBlock = ({ parent }: Slot) => isBlock(parent?.behind);
