/** Walking the AST: what stands below a node, and the names in it. */
import type { Expr, Stmt } from './ast.ts';

export type AstNode = Stmt | Expr;

const some = (...nodes: readonly (AstNode | null)[]): AstNode[] => nodes.filter((node) => node !== null);

/** The nodes directly below a node, in the order of the text. Declarators are stepped over to their initialisers. */
export function childrenOf(node: AstNode): readonly AstNode[] {
  switch (node.kind) {
    case 'expr':
      return [node.expr];
    case 'declare':
      return some(...node.declarators.map(({ init }) => init));
    case 'if':
      return some(node.test, node.then, node.otherwise);
    case 'for':
      return some(node.init, node.test, node.update, node.body);
    case 'do':
      return [node.body, node.test];
    case 'while':
    case 'switch':
      return [node.test, node.body];
    case 'case':
    case 'return':
      return some(node.value);
    case 'block':
    case 'model':
      return node.body;
    case 'unary':
    case 'postfix':
    case 'cast':
      return [node.operand];
    case 'binary':
    case 'assign':
      return [node.left, node.right];
    case 'ternary':
      return some(node.test, node.then, node.otherwise);
    case 'comma':
      return node.items;
    case 'call':
      return [node.callee, ...node.args];
    case 'member':
      return [node.object];
    case 'index':
      return [node.object, node.index];
    case 'sizeof':
      return 'start' in node.of ? [node.of] : [];
    case 'init-list':
      return node.items.map(({ value }) => value);
    case 'compound':
      return [node.init];
    case 'statement-expr':
      return [node.body];
    default:
      return [];
  }
}

/** Calls `fn` for a node and everything below it, outermost first; where `fn` returns false it goes no deeper. */
export function visit(node: AstNode, fn: (node: AstNode) => unknown): void {
  if (fn(node) === false) return;
  for (const child of childrenOf(node)) visit(child, fn);
}

/** The names that expressions in a node use: variables, and functions that are called. Not labels, fields and types. */
export function namesUsed(node: AstNode): Set<string> {
  const names = new Set<string>();
  visit(node, (inner) => {
    if (inner.kind === 'name') names.add(inner.name);
  });
  return names;
}

/**
 * The names whose values from before a node it can see: those that it does not set itself before it first reads them, as
 * far as the order of the text tells.
 */
export function namesReadFirst(node: AstNode): Set<string> {
  const read = new Set<string>();
  const set = new Set<string>();
  const look = (inner: AstNode): void => {
    if (inner.kind === 'name' && !set.has(inner.name)) read.add(inner.name);
    else if (inner.kind === 'assign' && inner.op === '=' && inner.left.kind === 'name') {
      look(inner.right);
      set.add(inner.left.name);
    } else if (inner.kind === 'declare')
      for (const { name, init } of inner.declarators) {
        if (init) look(init);
        set.add(name);
      }
    else if (inner.kind === 'for') some(inner.init, inner.test, inner.body, inner.update).forEach(look);
    else childrenOf(inner).forEach(look);
  };
  look(node);
  return read;
}

/** The names that declarations in a node declare. */
export function namesDeclared(node: AstNode): Set<string> {
  const names = new Set<string>();
  visit(node, (inner) => {
    if (inner.kind === 'declare') for (const { name } of inner.declarators) names.add(name);
  });
  return names;
}
