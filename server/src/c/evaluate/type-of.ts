/** The type of an expression that is not evaluated (`sizeof`). */
import { type CType, INT, type IntType, pointerTo, UNSIGNED_LONG } from '../../../../engine/src/kernel/ctype.ts';
import type { Expr } from '../ast.ts';
import { commonType, promoted, resultType } from './arithmetic.ts';
import { locateName } from './name.ts';
import { prepareType, type Run } from './run.ts';
import { isCell, lookup, type Scope } from './scope.ts';

/** Null: the type is not known. An array keeps its type, as `sizeof` wants it. */
export function typeOf(run: Run, expr: Expr, scope: Scope): CType | null {
  switch (expr.kind) {
    case 'type':
    case 'cast':
    case 'compound':
    case 'number':
      return expr.type;
    case 'name': {
      const found = lookup(scope, expr.name);
      if (found && !isCell(found)) return typeOf(run, found.thunk, found.scope);
      const target = locateName(run, expr, scope, false);
      return target.kind === 'opaque' ? null : target.type;
    }
    case 'member': {
      const object = typeOf(run, expr.object, scope);
      const struct = expr.arrow ? object && elementOf(object) : object;
      if (struct?.kind === 'int') return UNSIGNED_LONG;
      if (struct?.kind !== 'struct') return null;
      prepareType(run, struct);
      return run.memory.field(struct.tag, expr.field)?.type ?? null;
    }
    case 'index':
      return elementOf(typeOf(run, expr.object, scope));
    case 'unary':
      return typeOfUnary(run, expr, scope);
    case 'postfix':
      return typeOf(run, expr.operand, scope);
    case 'assign':
      return typeOf(run, expr.left, scope);
    case 'binary': {
      const left = decay(typeOf(run, expr.left, scope));
      const right = decay(typeOf(run, expr.right, scope));
      return left && right ? resultType(expr.op, left, right) : null;
    }
    case 'ternary': {
      const then = typeOf(run, expr.then ?? expr.test, scope);
      const otherwise = typeOf(run, expr.otherwise, scope);
      return then?.kind === 'int' && otherwise?.kind === 'int' ? alternatives(then, otherwise) : (then ?? otherwise);
    }
    case 'comma': {
      const last = expr.items.at(-1);
      return last ? typeOf(run, last, scope) : null;
    }
    case 'sizeof':
      return UNSIGNED_LONG;
    case 'call':
      return expr.callee.kind === 'name' ? (run.options.code.function(expr.callee.name)?.returns ?? null) : null;
    default:
      return null;
  }
}

function typeOfUnary(run: Run, expr: Expr & { kind: 'unary' }, scope: Scope): CType | null {
  const operand = typeOf(run, expr.operand, scope);
  if (!operand) return null;
  switch (expr.op) {
    case '*':
      return elementOf(operand);
    case '&':
      return pointerTo(operand);
    case '!':
      return INT;
    case '++':
    case '--':
      return operand;
    default:
      return operand.kind === 'int' ? promoted(operand) : operand;
  }
}

/** The type of `c ? a : b`; a one-word struct type is its own. */
export const alternatives = (a: IntType, b: IntType): IntType =>
  a.name !== undefined && a.name === b.name && a.bits === 64 ? a : commonType(a, b);

const elementOf = (type: CType | null): CType | null =>
  type?.kind === 'pointer' ? type.to : type?.kind === 'array' ? type.of : null;

const decay = (type: CType | null): CType | null => (type?.kind === 'array' ? pointerTo(type.of) : type);
