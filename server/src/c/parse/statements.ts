/** Statements of the syntax tree as plain data. */
import { type CType, pointerTo, UNSIGNED_LONG, VOID } from '../../../../engine/src/kernel/ctype.ts';
import type { Declarator, Edge, Expr, Span, Stmt } from '../ast.ts';
import { type Context, fieldOf, imageOffset, opaqueExpr, spanOf, textOf } from './context.ts';
import { readBaseType, wordsOf } from './declaration.ts';
import { expression } from './expressions.ts';
import type { SyntaxNode } from './parser.ts';

const named = (node: SyntaxNode): readonly SyntaxNode[] =>
  node.children.filter((child) => child.type !== 'comment' && !(child.missing && child.type === ';'));

/** The statements of a compound statement, labels and case lines beside what follows them. */
export function statements(context: Context, nodes: readonly SyntaxNode[]): Stmt[] {
  const body: Stmt[] = [];
  for (const node of nodes) append(context, node, body);
  return body;
}

/** One statement; several (a label and what it stands before) become a block. */
export function statement(context: Context, node: SyntaxNode | undefined): Stmt {
  if (!node) return { kind: 'empty', start: context.imageStart, end: context.imageStart };
  const body: Stmt[] = [];
  append(context, node, body);
  const [only] = body;
  if (body.length === 1 && only) return only;
  const span = spanOf(context, node);
  return body.length === 0 ? { kind: 'empty', ...span } : { kind: 'block', body, ...span };
}

function append(context: Context, node: SyntaxNode, body: Stmt[]): void {
  if (node.type === 'comment') return;
  const span = spanOf(context, node);
  switch (node.type) {
    case 'labeled_statement': {
      const label = fieldOf(node, 'label');
      const at = label ? spanOf(context, label) : span;
      body.push({ kind: 'label', name: label ? textOf(context, label) : '', ...at });
      for (const child of named(node)) if (child !== label && !isEmpty(child)) append(context, child, body);
      return;
    }
    case 'case_statement': {
      const value = fieldOf(node, 'value');
      const end = value ? spanOf(context, value).end : span.start + 'default'.length;
      body.push({ kind: 'case', value: value ? expression(context, value) : null, start: span.start, end });
      for (const child of named(node)) if (child !== value && child.field !== 'value') append(context, child, body);
      return;
    }
    case 'attributed_statement':
      for (const child of named(node)) append(context, child, body);
      return;
    case 'declaration': {
      const read = declaration(context, node, span);
      if (read) body.push(read);
      return;
    }
    case 'type_definition':
    case 'struct_specifier':
    case 'union_specifier':
    case 'enum_specifier':
      return;
    default:
      body.push(simple(context, node, span));
  }
}

const isEmpty = (node: SyntaxNode): boolean => node.type === 'expression_statement' && named(node).length === 0;

/** The condition of `if (...)`: opaque where the head, or its beginning, stands before the hunk. */
function test(context: Context, node: SyntaxNode): Expr {
  const condition = fieldOf(node, 'condition');
  if (condition && condition.start < context.bodyStart) {
    const innermost = node.start === context.bodyStart - 'if(0)'.length && node.type === 'if_statement';
    if (context.head && innermost) return opaqueExpr(context, context.head);
    return { kind: 'opaque', text: '', start: context.imageStart, end: context.imageStart };
  }
  if (condition && condition.start >= context.bodyEnd) {
    const { start } = spanOf(context, condition);
    return { kind: 'opaque', text: '', start, end: start };
  }
  return expression(context, condition);
}

function simple(context: Context, node: SyntaxNode, span: Span): Stmt {
  switch (node.type) {
    case 'compound_statement':
      return block(context, node, span);
    case 'expression_statement':
      return expressionStatement(context, node, span);
    case 'if_statement': {
      const alternative = fieldOf(node, 'alternative');
      const otherwise = alternative?.type === 'else_clause' ? named(alternative)[0] : alternative;
      const then = statement(context, fieldOf(node, 'consequence'));
      return {
        kind: 'if',
        test: test(context, node),
        then,
        otherwise: otherwise ? statement(context, otherwise) : null,
        ...span,
      };
    }
    case 'while_statement': {
      const body = statement(context, fieldOf(node, 'body'));
      const iterator = context.rewrites.iterators.get(imageOffset(context, node.start));
      if (!iterator) return { kind: 'while', test: test(context, node), body, ...span };
      const text = context.image.slice(iterator.start, iterator.end);
      return { kind: 'while', test: { kind: 'opaque', text, ...iterator }, body, ...span };
    }
    case 'do_statement':
      return { kind: 'do', body: statement(context, fieldOf(node, 'body')), test: test(context, node), ...span };
    case 'for_statement':
      return forLoop(context, node, span);
    case 'switch_statement':
      return { kind: 'switch', test: test(context, node), body: statement(context, fieldOf(node, 'body')), ...span };
    case 'goto_statement': {
      const label = fieldOf(node, 'label');
      return { kind: 'goto', label: label ? textOf(context, label) : '', ...span };
    }
    case 'return_statement': {
      const value = named(node)[0];
      return { kind: 'return', value: value ? expression(context, value) : null, ...span };
    }
    case 'break_statement':
      return { kind: 'break', ...span };
    case 'continue_statement':
      return { kind: 'continue', ...span };
    default:
      return opaque(context, span);
  }
}

function opaque(context: Context, span: Span): Stmt {
  if (span.end > span.start) context.unread.push(span);
  return { kind: 'opaque', text: context.image.slice(span.start, span.end), ...span };
}

function block(context: Context, node: SyntaxNode, span: Span): Stmt {
  const body = statements(context, named(node));
  const before = node.start < context.bodyStart;
  const after = node.end > context.bodyEnd;
  const edge: Edge | null = before && after ? 'both' : before ? 'before' : after ? 'after' : null;
  return edge ? { kind: 'block', body, edge, ...span } : { kind: 'block', body, ...span };
}

function expressionStatement(context: Context, node: SyntaxNode, span: Span): Stmt {
  const inner = named(node)[0];
  if (!inner) {
    const key = node.start < context.bodyStart ? -1 : imageOffset(context, node.start);
    const left = context.opaque.get(key);
    return left ? opaque(context, left) : { kind: 'empty', ...span };
  }
  if (inner.type === 'gnu_asm_expression') return opaque(context, span);
  return { kind: 'expr', expr: expression(context, inner), ...span };
}

function forLoop(context: Context, node: SyntaxNode, span: Span): Stmt {
  const init = fieldOf(node, 'initializer');
  const condition = fieldOf(node, 'condition');
  const update = fieldOf(node, 'update');
  let first: Stmt | null = null;
  if (init?.type === 'declaration') first = declaration(context, init, spanOf(context, init));
  else if (init) first = { kind: 'expr', expr: expression(context, init), ...spanOf(context, init) };
  return {
    kind: 'for',
    init: first,
    test: condition ? expression(context, condition) : null,
    update: update ? expression(context, update) : null,
    body: statement(context, fieldOf(node, 'body')),
    ...span,
  };
}

function declaration(context: Context, node: SyntaxNode, span: Span): Stmt | null {
  const nodes = node.children.filter((child) => child.field === 'declarator');
  const [first] = nodes;
  if (!first) return null;
  const call = callInDisguise(context, node, nodes, span);
  if (call) return call;
  const words = wordsOf(context.parsed.slice(node.start, first.start));
  const base = readBaseType(words)?.type ?? UNSIGNED_LONG;
  const kept = words.some(({ text }) => text === 'static') ? { static: true } : {};
  const declarators = nodes.flatMap((child) => {
    const read = declarator(context, child, tagged(base, nameOf(context, first)));
    return read ? [{ ...read, ...kept }] : [];
  });
  if (declarators.length > 0) return { kind: 'declare', declarators, ...span };
  return first.type === 'function_declarator' ? null : opaque(context, span);
}

/** `FOO(*x);` reads as a declaration of x with the type FOO, as does `FOO(x);` to some grammars; in a body it is a call. */
function callInDisguise(context: Context, node: SyntaxNode, nodes: readonly SyntaxNode[], span: Span): Stmt | null {
  const type = fieldOf(node, 'type');
  const [only] = nodes;
  if (nodes.length !== 1 || type?.type !== 'type_identifier' || only?.type !== 'parenthesized_declarator') return null;
  const argument = (inner: SyntaxNode | undefined): Expr | null => {
    if (!inner) return null;
    const at = spanOf(context, inner);
    if (inner.type === 'identifier') return { kind: 'name', name: textOf(context, inner), ...at };
    if (inner.type !== 'pointer_declarator') return null;
    const operand = argument(fieldOf(inner, 'declarator'));
    return operand && { kind: 'unary', op: '*', operand, ...at };
  };
  const arg = argument(named(only)[0]);
  if (!arg) return null;
  const callee: Expr = { kind: 'name', name: textOf(context, type), ...spanOf(context, type) };
  const expr: Expr = { kind: 'call', callee, args: [arg], start: callee.start, end: spanOf(context, only).end };
  return { kind: 'expr', expr, ...span };
}

/** A struct without a tag goes by the name of its first variable, as outline() has it. */
const tagged = (type: CType, name: string): CType =>
  type.kind === 'struct' && type.tag === '' ? { ...type, tag: name } : type;

const nameOf = (context: Context, node: SyntaxNode) => /\w+/.exec(textOf(context, node))?.[0] ?? '';

function declarator(context: Context, node: SyntaxNode, base: CType): Declarator | null {
  let type = base;
  let init: Expr | null = null;
  const sizes: { readonly length: number; readonly expr: Expr | null }[] = [];
  for (let at: SyntaxNode | undefined = node; at; ) {
    switch (at.type) {
      case 'identifier':
      case 'type_identifier': {
        for (const { length } of sizes) type = { kind: 'array', of: type, length };
        const lengths = sizes.some(({ expr }) => expr) ? { lengths: sizes.map(({ expr }) => expr) } : {};
        return { name: textOf(context, at), type, init, ...lengths, ...spanOf(context, node) };
      }
      case 'init_declarator': {
        const value = fieldOf(at, 'value');
        init = value ? expression(context, value) : null;
        break;
      }
      case 'pointer_declarator':
        type = pointerTo(type);
        break;
      case 'array_declarator': {
        const size = fieldOf(at, 'size');
        sizes.push(size ? sizeOf(expression(context, size)) : { length: listLength(init), expr: null });
        break;
      }
      case 'parenthesized_declarator':
      case 'attributed_declarator':
        break;
      case 'function_declarator': {
        const inner = fieldOf(at, 'declarator');
        if (inner?.type !== 'parenthesized_declarator') return null;
        type = VOID;
        break;
      }
      default:
        return null;
    }
    at = fieldOf(at, 'declarator') ?? named(at)[0];
  }
  return null;
}

const listLength = (init: Expr | null): number => (init?.kind === 'init-list' ? init.items.length : 0);

/** Length of an array: a plain number, or what gives it when the array is made. */
const sizeOf = (size: Expr) =>
  size.kind === 'number' ? { length: Number(size.value), expr: null } : { length: 0, expr: size };
