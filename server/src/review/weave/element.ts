/** A function as the review runs it: the kernel's own steps, with the patch's statements woven in. */
import type { Branch, KernelFunction, Label, Loop, Node, Step } from '../../../../engine/src/kernel/model.ts';
import type { Stmt } from '../../c/ast.ts';
import type { CodeText } from '../text.ts';

/** A statement of a patch, and the text its spans are in. */
export interface Shown {
  readonly stmt: Stmt;
  readonly text: CodeText;
}

export type Element =
  | { readonly kind: 'step'; readonly node: Step | Label; readonly shown: Shown | null }
  | {
      readonly kind: 'block';
      readonly node: Loop | Branch;
      readonly body: readonly Element[];
      readonly shown: Shown | null;
    }
  | { readonly kind: 'text'; readonly shown: Shown };

export const elementsOf = (model: KernelFunction): readonly Element[] => model.body.map(elementOf);

function elementOf(node: Node): Element {
  return node.kind === 'loop' || node.kind === 'branch'
    ? { kind: 'block', node, body: node.body.map(elementOf), shown: null }
    : { kind: 'step', node, shown: null };
}
