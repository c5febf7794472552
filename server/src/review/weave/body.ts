/** Woven elements as statements that the evaluator runs. */
import type { KernelFunction } from '../../../../engine/src/kernel/model.ts';
import type { Declarator, Expr, Stmt } from '../../c/ast.ts';
import type { CodeText } from '../text.ts';
import { type Element, insideOf, textElement, withBody } from './element.ts';

type Own = (text: CodeText) => (node: Stmt | Expr) => void;

export function statementsOf(
  elements: readonly Element[],
  model: KernelFunction | null,
  aliases: ReadonlyMap<string, string>,
  own: Own,
): readonly Stmt[] {
  const kernelNames = new Set(
    [...(model?.parameters ?? []), ...(model?.locals ?? [])].map((variable) => variable.name),
  );
  const isKernels = (name: string) => kernelNames.has(aliases.get(name) ?? name);
  const convert = (element: Element): readonly Stmt[] => {
    if (element.kind === 'text') return withoutKernelLocals(rewritten(element), isKernels);
    const at = element.shown?.stmt;
    const stmt: Stmt = {
      kind: 'model',
      node: element.node,
      body: element.kind === 'block' ? element.body.flatMap(convert) : [],
      start: at?.start ?? 0,
      end: at?.end ?? 0,
    };
    if (element.shown) own(element.shown.text)(stmt);
    return [stmt];
  };
  /** The statement as it was written, unless a later patch has changed what is inside it. */
  const rewritten = ({ shown: { stmt, text }, body }: Element & { kind: 'text' }): Stmt => {
    const first = insideOf(textElement(stmt, text));
    if (!body || !first || isSame(body, first)) return stmt;
    const anew = withBody(stmt, body.flatMap(convert));
    own(text)(anew);
    return anew;
  };
  return elements.flatMap(convert);
}

const isSame = (a: readonly Element[], b: readonly Element[]): boolean =>
  a.length === b.length &&
  a.every((one, index) => {
    const other = b[index];
    if (one.kind !== 'text' || other?.kind !== 'text' || one.shown.stmt !== other.shown.stmt) return false;
    return one.body === null || other.body === null ? one.body === other.body : isSame(one.body, other.body);
  });

/** A declaration the patch touches must not hide the kernel's own locals that it also declares; initialisers remain as assignments. */
function withoutKernelLocals(stmt: Stmt, isKernels: (name: string) => boolean): readonly Stmt[] {
  if (stmt.kind !== 'declare' || !stmt.declarators.some((declarator) => isKernels(declarator.name))) return [stmt];
  return stmt.declarators.flatMap((declarator): readonly Stmt[] => {
    if (!isKernels(declarator.name)) return [{ ...stmt, declarators: [declarator] }];
    return declarator.init ? [assignmentOf(declarator, declarator.init)] : [];
  });
}

function assignmentOf(declarator: Declarator, init: Expr): Stmt {
  const { start, end, name } = declarator;
  const left: Expr = { kind: 'name', name, start, end };
  return { kind: 'expr', start, end, expr: { kind: 'assign', op: '=', left, right: init, start, end } };
}
