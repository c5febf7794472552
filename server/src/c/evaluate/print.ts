/** C text of expressions and types: for the names of what is assigned, and to put arguments into macros as text. */
import type { CType } from '../../../../engine/src/kernel/ctype.ts';
import type { Expr } from '../ast.ts';

const needsParentheses = (expr: Expr): boolean =>
  expr.kind === 'binary' || expr.kind === 'assign' || expr.kind === 'ternary' || expr.kind === 'comma';

/** An operand: in parentheses where it is an operation itself. */
const operand = (expr: Expr): string => (needsParentheses(expr) ? `(${exprText(expr)})` : exprText(expr));

/** An expression as C. Means the same as the source, spelled our way; init lists and statements are left out. */
export function exprText(expr: Expr): string {
  switch (expr.kind) {
    case 'number':
      return `${expr.value}${suffix(expr.type)}`;
    case 'string':
      return '""';
    case 'name':
      return expr.name;
    case 'unary':
      return `${expr.op}${expr.operand.kind === 'unary' ? ' ' : ''}${operand(expr.operand)}`;
    case 'postfix':
      return `${operand(expr.operand)}${expr.op}`;
    case 'binary':
    case 'assign':
      return `${operand(expr.left)} ${expr.op} ${operand(expr.right)}`;
    case 'ternary':
      return `${operand(expr.test)} ? ${expr.then ? operand(expr.then) : ''} : ${operand(expr.otherwise)}`;
    case 'comma':
      return expr.items.map(exprText).join(', ');
    case 'call':
      return `${operand(expr.callee)}(${expr.args.map(exprText).join(', ')})`;
    case 'member':
      return `${postfixOperand(expr.object)}${expr.arrow ? '->' : '.'}${expr.field}`;
    case 'index':
      return `${postfixOperand(expr.object)}[${exprText(expr.index)}]`;
    case 'cast':
      return `(${typeText(expr.type)})${operand(expr.operand)}`;
    case 'sizeof':
      return `sizeof(${isType(expr.of) ? typeText(expr.of) : exprText(expr.of)})`;
    case 'type':
      return typeText(expr.type);
    case 'opaque':
      return expr.text;
    case 'init-list':
      return '{}';
    case 'compound':
      return `(${typeText(expr.type)}){}`;
    case 'statement-expr':
      return '({})';
  }
}

const postfixOperand = (expr: Expr): string =>
  needsParentheses(expr) || expr.kind === 'unary' || expr.kind === 'cast' ? `(${exprText(expr)})` : exprText(expr);

const suffix = (type: CType): string => {
  if (type.kind !== 'int') return '';
  return `${type.signed ? '' : 'U'}${type.bits === 64 ? 'L' : ''}`;
};

export const isType = (of: Expr | CType): of is CType =>
  of.kind === 'void' || of.kind === 'int' || of.kind === 'pointer' || of.kind === 'array' || of.kind === 'struct';

const INTEGERS: Readonly<Record<number, string>> = { 8: 'char', 16: 'short', 32: 'int', 64: 'long' };

export function typeText(type: CType): string {
  switch (type.kind) {
    case 'void':
      return 'void';
    case 'int':
      return type.name ?? `${type.signed ? (type.bits === 8 ? 'signed ' : '') : 'unsigned '}${INTEGERS[type.bits]}`;
    case 'pointer':
      return `${typeText(type.to)} *`;
    case 'array':
      return `${typeText(type.of)}[${type.length}]`;
    case 'struct':
      return `struct ${type.tag}`;
  }
}
