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
  /** `body`: the statements under the head of a loop or of an `if` without `else`, which a later patch may change one by one. */
  | { readonly kind: 'text'; readonly shown: Shown; readonly body: readonly Element[] | null };

export const elementsOf = (model: KernelFunction): readonly Element[] => model.body.map(elementOf);

function elementOf(node: Node): Element {
  return node.kind === 'loop' || node.kind === 'branch'
    ? { kind: 'block', node, body: node.body.map(elementOf), shown: null }
    : { kind: 'step', node, shown: null };
}

/** A statement of a patch as what later patches of its series are woven into. */
export function textElement(stmt: Stmt, text: CodeText): Element {
  const body = bodyOf(stmt);
  const inside = body && (body.kind === 'block' ? (body.edge ? null : body.body) : [body]);
  return { kind: 'text', shown: { stmt, text }, body: inside?.map((each) => textElement(each, text)) ?? null };
}

function bodyOf(stmt: Stmt): Stmt | null {
  if (stmt.kind === 'if') return stmt.otherwise ? null : stmt.then;
  return stmt.kind === 'for' || stmt.kind === 'while' || stmt.kind === 'do' ? stmt.body : null;
}

/** The statement with another body under its head. */
export function withBody(stmt: Stmt, statements: readonly Stmt[]): Stmt {
  const body = bodyOf(stmt);
  if (!body) return stmt;
  const block: Stmt = { kind: 'block', body: statements, start: body.start, end: body.end };
  if (stmt.kind === 'if') return { ...stmt, then: block };
  return stmt.kind === 'for' || stmt.kind === 'while' || stmt.kind === 'do' ? { ...stmt, body: block } : stmt;
}

/** What stands inside an element; null: nothing can. */
export const insideOf = (element: Element): readonly Element[] | null =>
  element.kind === 'step' ? null : element.body;
