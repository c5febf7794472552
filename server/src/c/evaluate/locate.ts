/** Finds what an expression on the left of an assignment, under `&` or before `.` designates. */
import { opaqueValue, UNSIGNED_LONG, type Value } from '../../../../engine/src/kernel/ctype.ts';
import type { Expr } from '../ast.ts';
import { evaluate } from './expression.ts';
import { initialise } from './initialise.ts';
import { locateName } from './name.ts';
import { field, offsetPointer, pointee, type Target } from './place.ts';
import { prepareType, type Run } from './run.ts';
import { declare, inner, type Scope } from './scope.ts';

/** `write`: a name that nobody declared becomes a variable of the function. */
export function locate(run: Run, expr: Expr, scope: Scope, write = false): Target {
  switch (expr.kind) {
    case 'name':
      return locateName(run, expr, scope, write);
    case 'unary':
      if (expr.op === '*') return pointee(run, evaluate(run, expr.operand, scope));
      break;
    case 'member':
      return locateMember(run, expr, scope);
    case 'index':
      return locateElement(run, expr, scope);
    case 'compound': {
      prepareType(run, expr.type);
      const cell = declare(inner(scope), '(compound literal)', expr.type, run.memory);
      const target: Target = { kind: 'cell', cell, type: cell.type };
      initialise(run, target, expr.init, scope);
      return target;
    }
    case 'cast':
      // `(void)x` and casts to the same type around an lvalue.
      if (expr.operand.kind === 'name') return { ...locate(run, expr.operand, scope, write), type: expr.type };
      break;
    default:
      break;
  }
  return ofValue(evaluate(run, expr, scope));
}

/** A value used as an lvalue: a struct that a call returned. Anything else has no place. */
function ofValue(value: Value): Target {
  if (value.opaque !== undefined) return { kind: 'opaque', why: value.opaque, type: value.type };
  if (value.type.kind === 'struct') return { kind: 'memory', address: value.bits, type: value.type };
  return { kind: 'opaque', why: 'this expression has no place in memory', type: value.type };
}

function locateMember(run: Run, expr: Expr & { kind: 'member' }, scope: Scope): Target {
  if (!expr.arrow) return field(run, locate(run, expr.object, scope), expr.field, expr, scope);
  const pointer = evaluate(run, expr.object, scope);
  return field(run, pointee(run, pointer), expr.field, expr, scope);
}

function locateElement(run: Run, expr: Expr & { kind: 'index' }, scope: Scope): Target {
  const object = evaluate(run, expr.object, scope);
  const index = evaluate(run, expr.index, scope);
  if (object.type.kind === 'pointer') return pointee(run, offsetPointer(run, object, index, 1n));
  if (index.type.kind === 'pointer') return pointee(run, offsetPointer(run, index, object, 1n));
  const why = object.opaque ?? index.opaque ?? 'what is indexed is no array';
  return { kind: 'opaque', why, type: opaqueValue(why).type ?? UNSIGNED_LONG };
}
