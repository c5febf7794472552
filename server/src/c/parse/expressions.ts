/** Expressions of the syntax tree as plain data. */
import { INT, pointerTo, VOID } from '../../../../engine/src/kernel/ctype.ts';
import type { Expr, Span } from '../ast.ts';
import { typeByName } from '../types.ts';
import { type Context, fieldOf, imageOffset, opaqueExpr, spanOf, textOf } from './context.ts';
import { readTypeName, wordsOf } from './declaration.ts';
import { readChar, readNumber } from './numbers.ts';
import type { SyntaxNode } from './parser.ts';

type Reader = (context: Context, node: SyntaxNode, span: Span) => Expr | null;
type UnaryOp = Extract<Expr, { kind: 'unary' }>['op'];

const UNARY = new Set<string>(['-', '+', '!', '~', '*', '&']);
const isUnary = (op: string): op is UnaryOp => UNARY.has(op);

/** The expression at a node; whatever cannot be read is of kind 'opaque'. */
export function expression(context: Context, node: SyntaxNode | undefined): Expr {
  if (!node || node.missing) {
    const at = node ? spanOf(context, node) : { start: context.imageStart, end: context.imageStart };
    return { kind: 'opaque', text: '', start: at.start, end: at.start };
  }
  const span = spanOf(context, node);
  return READERS[node.type]?.(context, node, span) ?? opaqueExpr(context, span);
}

const operand = (context: Context, node: SyntaxNode, field: string): Expr => expression(context, fieldOf(node, field));

const named = (node: SyntaxNode): readonly SyntaxNode[] => node.children.filter((child) => child.type !== 'comment');

const operator = (context: Context, node: SyntaxNode): string => {
  const token = fieldOf(node, 'operator');
  return token ? textOf(context, token) : '';
};

const unary: Reader = (context, node, span) => {
  const op = operator(context, node);
  return isUnary(op) ? { kind: 'unary', op, operand: operand(context, node, 'argument'), ...span } : null;
};

/** The name in `(name)` where it is a type: there C's grammar cannot tell a cast from a call or an operation. */
const castType = (context: Context, node: SyntaxNode | undefined): ReturnType<typeof typeByName> => {
  const inner = node?.type === 'parenthesized_expression' ? named(node)[0] : undefined;
  if (inner?.type !== 'identifier') return null;
  const name = textOf(context, inner);
  return typeByName(name) ?? (/[a-z]_t$/.test(name) ? readTypeName(wordsOf(name)) : null);
};

const call: Reader = (context, node, span) => {
  const callee = fieldOf(node, 'function');
  const args = named(fieldOf(node, 'arguments') ?? node);
  const type = castType(context, callee);
  if (type && args.length === 1) return { kind: 'cast', type, operand: expression(context, args[0]), ...span };
  return {
    kind: 'call',
    callee: expression(context, callee),
    args: args.map((arg) => expression(context, arg)),
    ...span,
  };
};

/** `(u64)-x * y` is read as a difference: the type belongs to the leftmost operand only. */
function castLeftmost(context: Context, node: SyntaxNode, wrap: (operand: Expr) => Expr): Expr {
  const left = fieldOf(node, 'left');
  if (node.type !== 'binary_expression' || !left) return wrap(expression(context, node));
  const span = spanOf(context, node);
  const right = operand(context, node, 'right');
  return { kind: 'binary', op: operator(context, node), left: castLeftmost(context, left, wrap), right, ...span };
}

const binary: Reader = (context, node, span) => {
  const op = operator(context, node);
  const type = isUnary(op) ? castType(context, fieldOf(node, 'left')) : null;
  const right = fieldOf(node, 'right');
  if (type && isUnary(op) && right) {
    const token = fieldOf(node, 'operator') ?? right;
    return castLeftmost(context, right, (inner) => {
      const applied: Expr = { kind: 'unary', op, operand: inner, start: spanOf(context, token).start, end: inner.end };
      return { kind: 'cast', type, operand: applied, start: span.start, end: inner.end };
    });
  }
  return { kind: 'binary', op, left: operand(context, node, 'left'), right: expression(context, right), ...span };
};

const name: Reader = (context, node, span) => {
  const rewritten = context.rewrites.types.get(imageOffset(context, node.start));
  if (rewritten) return { kind: 'type', type: rewritten.type, start: rewritten.start, end: rewritten.end };
  return { kind: 'name', name: textOf(context, node), ...span };
};

const typeExpr: Reader = (context, node, span) => {
  const rewritten = context.rewrites.types.get(imageOffset(context, node.start));
  if (rewritten) return { kind: 'type', type: rewritten.type, start: rewritten.start, end: rewritten.end };
  const type = readTypeName(wordsOf(textOf(context, node)));
  return type ? { kind: 'type', type, ...span } : null;
};

const string: Reader = (context, node, span) => ({ kind: 'string', text: textOf(context, node), ...span });

const list: Reader = (context, node, span) => ({
  kind: 'init-list',
  items: named(node).map((item) => {
    if (item.type !== 'initializer_pair') return { field: null, value: expression(context, item) };
    const path = item.children.filter((child) => child.field === 'designator' || child.type === 'field_identifier');
    const field = path
      .map((part) => textOf(context, part).replace(/\s+/g, ''))
      .join('')
      .replace(/^\./, '');
    return { field, value: operand(context, item, 'value') };
  }),
  ...span,
});

const commas: Reader = (context, node, span) => {
  const items: Expr[] = [];
  let rest: SyntaxNode | undefined = node;
  while (rest?.type === 'comma_expression') {
    items.push(operand(context, rest, 'left'));
    rest = fieldOf(rest, 'right');
  }
  if (rest) items.push(expression(context, rest));
  return { kind: 'comma', items, ...span };
};

/** The grammar takes a sign into the literal; C does not, and there the sign is an operator. */
const numberLiteral: Reader = (context, node, span) => {
  const text = textOf(context, node);
  const op = text.startsWith('-') ? '-' : text.startsWith('+') ? '+' : null;
  const number = readNumber(op ? text.slice(1) : text);
  if (!number || !op) return number && { kind: 'number', ...number, ...span };
  return { kind: 'unary', op, operand: { kind: 'number', ...number, start: span.start + 1, end: span.end }, ...span };
};

const constant =
  (value: bigint, pointer = false): Reader =>
  (_context, _node, span) => ({ kind: 'number', value, type: pointer ? pointerTo(VOID) : INT, ...span });

/** `!x++` is read as `(!x)++`: what stands behind binds first. */
function postfix(context: Context, node: SyntaxNode | undefined, op: '++' | '--', span: Span): Expr {
  const operand = expression(context, node);
  if (node?.type !== 'unary_expression' || operand.kind !== 'unary') return { kind: 'postfix', op, operand, ...span };
  const within = { start: operand.operand.start, end: span.end };
  return { ...operand, operand: postfix(context, fieldOf(node, 'argument'), op, within), end: span.end };
}

const READERS: Record<string, Reader> = {
  identifier: name,
  field_identifier: name,
  number_literal: numberLiteral,
  char_literal: (context, node, span) => {
    const char = readChar(textOf(context, node));
    return char && { kind: 'number', ...char, ...span };
  },
  true: constant(1n),
  false: constant(0n),
  null: constant(0n, true),
  string_literal: string,
  concatenated_string: string,
  parenthesized_expression: (context, node, span) => {
    const inner = named(node)[0];
    if (inner?.type === 'compound_statement')
      return { kind: 'statement-expr', body: context.statement(inner), ...span };
    return named(node).length === 1 ? expression(context, inner) : null;
  },
  unary_expression: unary,
  pointer_expression: unary,
  update_expression: (context, node, span) => {
    const op = operator(context, node) === '--' ? '--' : '++';
    const inner = fieldOf(node, 'argument');
    if (inner && inner.start > node.start) return { kind: 'unary', op, operand: expression(context, inner), ...span };
    return postfix(context, inner, op, span);
  },
  binary_expression: binary,
  assignment_expression: (context, node, span) => ({
    kind: 'assign',
    op: operator(context, node),
    left: operand(context, node, 'left'),
    right: operand(context, node, 'right'),
    ...span,
  }),
  conditional_expression: (context, node, span) => {
    const consequence = fieldOf(node, 'consequence');
    const then = consequence ? expression(context, consequence) : null;
    return {
      kind: 'ternary',
      test: operand(context, node, 'condition'),
      then,
      otherwise: operand(context, node, 'alternative'),
      ...span,
    };
  },
  comma_expression: commas,
  call_expression: call,
  field_expression: (context, node, span) => {
    const field = fieldOf(node, 'field');
    return {
      kind: 'member',
      object: operand(context, node, 'argument'),
      field: field ? textOf(context, field) : '',
      arrow: operator(context, node) === '->',
      ...span,
    };
  },
  subscript_expression: (context, node, span) => ({
    kind: 'index',
    object: operand(context, node, 'argument'),
    index: operand(context, node, 'index'),
    ...span,
  }),
  cast_expression: (context, node, span) => {
    const type = fieldOf(node, 'type');
    const read = type ? readTypeName(wordsOf(textOf(context, type))) : null;
    return read && { kind: 'cast', type: read, operand: operand(context, node, 'value'), ...span };
  },
  sizeof_expression: (context, node, span) => {
    const type = fieldOf(node, 'type');
    const value = fieldOf(node, 'value');
    const read = type ? readTypeName(wordsOf(textOf(context, type))) : castType(context, value);
    return { kind: 'sizeof', of: read ?? expression(context, value), ...span };
  },
  offsetof_expression: (context, node, span) => ({
    kind: 'call',
    callee: { kind: 'name', name: 'offsetof', start: span.start, end: span.start + 'offsetof'.length },
    args: [operand(context, node, 'type'), operand(context, node, 'member')],
    ...span,
  }),
  compound_literal_expression: (context, node, span) => {
    const type = fieldOf(node, 'type');
    const read = type ? readTypeName(wordsOf(textOf(context, type))) : null;
    return read && { kind: 'compound', type: read, init: operand(context, node, 'value'), ...span };
  },
  initializer_list: list,
  type_descriptor: typeExpr,
  type_identifier: typeExpr,
  primitive_type: typeExpr,
  compound_statement: (context, node, span) => ({ kind: 'statement-expr', body: context.statement(node), ...span }),
};
