/** Builders for the ordered lists that models are made of. One node per statement of the kernel function. */
import { BOOL } from './ctype.ts';
import type { Branch, Frame, Label, Local, Loop, Node, Outcome, Step } from './model.ts';

type Marks = readonly string[];

/** A statement that goes on to the next. */
export const does = (name: string, marks: Marks, effect: (frame: Frame) => void): Step => ({
  kind: 'step',
  name,
  marks,
  run: (frame) => {
    effect(frame);
    return undefined;
  },
});

/** A statement without an effect that the model knows. */
export const nothing = (name: string, ...marks: string[]): Step => does(name, marks, () => undefined);

const jumps = (name: string, marks: Marks, run: (frame: Frame) => Outcome): Step => ({
  kind: 'step',
  name,
  marks,
  run,
});

/** `return value;` */
export const returns = (name: string, marks: Marks, value: (frame: Frame) => bigint | null): Step => ({
  ...jumps(name, marks, (frame) => ({ return: value(frame) })),
  ends: true,
});

/** A step that is a whole `if` is shown by its jump, too. */
const withJump = (marks: Marks, jump: string): Marks =>
  marks.length === 0 || marks.some((mark) => mark.startsWith(jump)) ? marks : [...marks, jump];

/** `if (test) return value;` */
export const returnIf = (
  name: string,
  marks: Marks,
  test: (frame: Frame) => boolean,
  value: (frame: Frame) => bigint | null,
): Step => jumps(name, withJump(marks, 'return'), (frame) => (test(frame) ? { return: value(frame) } : undefined));

/** `if (test) goto label;` */
export const gotoIf = (name: string, marks: Marks, test: (frame: Frame) => boolean, to: string): Step =>
  jumps(name, withJump(marks, `goto ${to}`), (frame) => (test(frame) ? { goto: to } : undefined));

/** `if (test) continue;` */
export const continueIf = (name: string, marks: Marks, test: (frame: Frame) => boolean): Step =>
  jumps(name, withJump(marks, 'continue'), (frame) => (test(frame) ? 'continue' : undefined));

export const branch = (name: string, marks: Marks, when: (frame: Frame) => boolean, body: readonly Node[]): Branch => ({
  kind: 'branch',
  name,
  marks,
  when,
  body,
});

export const loop = (name: string, marks: Marks, goOn: (frame: Frame) => boolean, body: readonly Node[]): Loop => ({
  kind: 'loop',
  name,
  marks,
  while: goOn,
  body,
});

/** The head of a `for`: a `continue` in its body still meets the update, because the update stands in the test. */
export interface ForHead {
  readonly init: (frame: Frame) => void;
  readonly test: (frame: Frame) => boolean;
  readonly update: (frame: Frame) => void;
}

/** A `for` loop. The function needs the local forState(name) to know the first round from the others; no `break` inside. */
export const forLoop = (name: string, marks: Marks, head: ForHead, body: readonly Node[]): Loop =>
  loop(
    name,
    marks,
    (frame) => {
      const state = stateOf(name);
      if (frame.get(state)) head.update(frame);
      else head.init(frame);
      const goOn = head.test(frame);
      frame.set(state, goOn ? 1n : 0n);
      return goOn;
    },
    body,
  );

const stateOf = (loopName: string): string => `for: ${loopName}`;

/** The hidden local of a forLoop(): whether it is under way. */
export const forState = (loopName: string): Local => ({ name: stateOf(loopName), type: BOOL, init: () => 0n });

export const label = (name: string): Label => ({ kind: 'label', name });
