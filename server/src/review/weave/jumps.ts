/** Jumps, and the steps of the kernel's that are a whole `if (...) jump;`. */
import type { Step } from '../../../../engine/src/kernel/model.ts';

export const JUMPS: ReadonlySet<string> = new Set(['return', 'goto', 'continue', 'break']);

const isJump = (mark: string) => /^(?:return|goto|continue|break)\b/.test(mark);

/** True for a step that is a whole `if (...) jump;`. */
export const isWholeBranch = ({ marks }: Step): boolean => marks.some((mark) => !isJump(mark));

/** The marks that show the jump of such a step alone. */
export const jumpsOf = ({ marks }: Step): readonly string[] => marks.filter(isJump);
