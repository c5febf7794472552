/** Evaluates expressions. */
import {
  CHAR,
  INT,
  LONG,
  opaqueValue,
  pointerTo,
  UNSIGNED_LONG,
  type Value,
  VOID,
} from '../../../../engine/src/kernel/ctype.ts';
import type { Expr } from '../ast.ts';
import { binary, convert, isTrue, resultType, truthValue, unary } from './arithmetic.ts';
import { callExpression } from './call.ts';
import { locate } from './locate.ts';
import { evaluateName } from './name.ts';
import { addressValue, assign, load, offsetPointer, type Target } from './place.ts';
import { exprText, isType } from './print.ts';
import { functionPointer, joinSync, note, placeOf, prepareType, type Run, sawSync } from './run.ts';
import type { Scope } from './scope.ts';
import { executeStatementExpression } from './statement.ts';
import { alternatives, typeOf } from './type-of.ts';

const NOTHING: Value = { type: VOID, bits: 0n };

/** The value of an expression. Arrays come as a pointer to their first element, structs as their address. */
export function evaluate(run: Run, expr: Expr, scope: Scope): Value {
  switch (expr.kind) {
    case 'number':
      return { type: expr.type, bits: expr.value };
    case 'name':
      return evaluateName(run, expr, scope);
    case 'binary':
      return evaluateBinary(run, expr, scope);
    case 'assign':
      return evaluateAssign(run, expr, scope);
    case 'member':
    case 'index':
      return load(run, locate(run, expr, scope), expr, scope);
    case 'call':
      return callExpression(run, expr, scope);
    case 'unary':
      return evaluateUnary(run, expr, scope);
    case 'postfix':
      return step(run, expr.operand, expr.op, true, expr, scope);
    case 'ternary':
      return evaluateTernary(run, expr, scope);
    case 'cast': {
      const value = evaluate(run, expr.operand, scope);
      if (expr.type.kind === 'void') return NOTHING;
      prepareType(run, expr.type);
      return expr.type.kind === 'struct' && value.type.kind === 'struct' ? value : convert(value, expr.type);
    }
    case 'comma': {
      let last = NOTHING;
      for (const item of expr.items) last = evaluate(run, item, scope);
      return last;
    }
    case 'sizeof':
      return evaluateSizeof(run, expr, scope);
    case 'compound':
      return load(run, locate(run, expr, scope), expr, scope);
    case 'statement-expr':
      return executeStatementExpression(run, expr.body, scope);
    case 'type':
      return { type: expr.type, bits: 0n };
    case 'string':
      return opaqueValue('a string', pointerTo(CHAR));
    case 'init-list': {
      const first = expr.items[0];
      return first ? evaluate(run, first.value, scope) : { type: INT, bits: 0n };
    }
    case 'opaque':
      return opaqueValue(`\`${expr.text}\` could not be read`);
  }
}

/** Whether a value counts as true; opaque ones are decided by the caller of the run. */
export function truth(run: Run, value: Value, expr: Expr, scope: Scope): boolean {
  if (value.syncResult !== undefined) sawSync(run, value, 'tested');
  if (value.opaque === undefined) return isTrue(value);
  return run.hooks.branch(scope.use ?? expr, value, scope.activation.fn);
}

export const evaluateTruth = (run: Run, expr: Expr, scope: Scope): boolean =>
  truth(run, evaluate(run, expr, scope), expr, scope);

function evaluateBinary(run: Run, expr: Expr & { kind: 'binary' }, scope: Scope): Value {
  const { op } = expr;
  if (op === '&&' || op === '||') return evaluateLogical(run, expr, scope);
  const left = evaluate(run, expr.left, scope);
  const right = evaluate(run, expr.right, scope);
  return operate(run, op, left, right, expr, scope);
}

/** `left op right` on values; tells of undefined behaviour and makes its result opaque. */
function operate(run: Run, op: string, left: Value, right: Value, expr: Expr, scope: Scope): Value {
  const why = left.opaque ?? right.opaque;
  if (why !== undefined) return joinSync(run, opaqueValue(why, resultType(op, left.type, right.type)), left, right);
  if (op === '+' || op === '-') {
    const onPointers = pointerArithmetic(run, op, left, right);
    if (onPointers) return onPointers;
  }
  const result = binary(op, left, right);
  if ('undefined' in result) {
    run.hooks.undefinedBehaviour?.(result.undefined, placeOf(expr, scope), scope.activation.fn);
    return opaqueValue(result.undefined, result.type);
  }
  if (left.syncResult === undefined && right.syncResult === undefined) return result;
  return joinSync(run, result, left, right);
}

function pointerArithmetic(run: Run, op: '+' | '-', left: Value, right: Value): Value | null {
  if (left.type.kind === 'pointer') {
    if (right.type.kind !== 'pointer') return offsetPointer(run, left, right, op === '+' ? 1n : -1n);
    if (op === '+') return null;
    prepareType(run, left.type);
    const size = run.memory.sizeOf(left.type.to) || 1n;
    const distance = BigInt.asIntN(64, left.bits - right.bits) / size;
    return { type: LONG, bits: BigInt.asUintN(64, distance) };
  }
  return right.type.kind === 'pointer' && op === '+' ? offsetPointer(run, right, left, 1n) : null;
}

function evaluateLogical(run: Run, expr: Expr & { kind: 'binary' }, scope: Scope): Value {
  const left = evaluate(run, expr.left, scope);
  const leftHolds = truth(run, left, expr.left, scope);
  if (leftHolds === (expr.op === '||')) return joinSync(run, truthValue(leftHolds), left, left);
  const right = evaluate(run, expr.right, scope);
  // What is opaque stays so: whoever tests the whole decides.
  if (right.opaque !== undefined) return joinSync(run, { ...right, type: INT }, left, right);
  if (right.syncResult !== undefined) sawSync(run, right, 'tested');
  return joinSync(run, truthValue(isTrue(right)), left, right);
}

function evaluateTernary(run: Run, expr: Expr & { kind: 'ternary' }, scope: Scope): Value {
  const test = evaluate(run, expr.test, scope);
  const holds = truth(run, test, expr.test, scope);
  const taken = holds ? (expr.then ? evaluate(run, expr.then, scope) : test) : evaluate(run, expr.otherwise, scope);
  // The result has the common type of both sides, whichever is taken.
  const other = typeOf(run, holds ? expr.otherwise : (expr.then ?? expr.test), scope);
  const value =
    taken.type.kind === 'int' && other?.kind === 'int' ? convert(taken, alternatives(taken.type, other)) : taken;
  return test.syncResult === undefined ? value : joinSync(run, value, test, value);
}

function evaluateUnary(run: Run, expr: Expr & { kind: 'unary' }, scope: Scope): Value {
  switch (expr.op) {
    case '*': {
      const target = locate(run, expr, scope);
      return load(run, target, expr, scope);
    }
    case '&':
      return evaluateAddress(run, expr.operand, scope);
    case '++':
    case '--':
      return step(run, expr.operand, expr.op, false, expr, scope);
    case '!': {
      const value = evaluate(run, expr.operand, scope);
      const result = value.opaque === undefined ? truthValue(!isTrue(value)) : opaqueValue(value.opaque, INT);
      return joinSync(run, result, value, value);
    }
    default: {
      const value = evaluate(run, expr.operand, scope);
      const result = value.opaque === undefined ? unary(expr.op, value) : opaqueValue(value.opaque, value.type);
      return joinSync(run, result, value, value);
    }
  }
}

function evaluateAddress(run: Run, operand: Expr, scope: Scope): Value {
  if (operand.kind === 'unary' && operand.op === '*') return evaluate(run, operand.operand, scope);
  if (operand.kind === 'name' && run.options.code.function(operand.name)) return functionPointer(run, operand.name);
  return addressValue(run, locate(run, operand, scope), scope);
}

/** Tells of an assignment that the code under review makes by name. */
function told(run: Run, left: Expr, value: Value, scope: Scope): void {
  if (!run.hooks.assigned || scope.use) return;
  run.hooks.assigned(left.kind === 'name' ? left.name : exprText(left), value, left, scope.activation.fn);
}

function evaluateAssign(run: Run, expr: Expr & { kind: 'assign' }, scope: Scope): Value {
  if (expr.op === '=') {
    const value = evaluate(run, expr.right, scope);
    const target = locate(run, expr.left, scope, true);
    const result = assign(run, target, value, expr.left, scope);
    told(run, expr.left, result, scope);
    return result;
  }
  const right = evaluate(run, expr.right, scope);
  const target = locate(run, expr.left, scope, true);
  return update(run, target, expr.op.slice(0, -1), right, expr, expr.left, scope).after;
}

/** `target op= right` */
function update(run: Run, target: Target, op: string, right: Value, expr: Expr, left: Expr, scope: Scope) {
  const before = load(run, target, left, scope);
  const after = assign(run, target, operate(run, op, before, right, expr, scope), left, scope);
  told(run, left, after, scope);
  return { before, after };
}

const ONE: Value = { type: INT, bits: 1n };

function step(run: Run, operand: Expr, op: '++' | '--', postfix: boolean, expr: Expr, scope: Scope): Value {
  const target = locate(run, operand, scope, true);
  const { before, after } = update(run, target, op === '++' ? '+' : '-', ONE, expr, operand, scope);
  return postfix ? before : after;
}

function evaluateSizeof(run: Run, expr: Expr & { kind: 'sizeof' }, scope: Scope): Value {
  const type = isType(expr.of) ? expr.of : typeOf(run, expr.of, scope);
  if (!type) return opaqueValue('sizeof of something of which nothing is known');
  prepareType(run, type);
  const size = run.memory.sizeOf(type);
  if (size > 0n || type.kind !== 'struct') return { type: UNSIGNED_LONG, bits: size };
  note(run, `the size of struct ${type.tag} is not known`, expr, scope);
  return opaqueValue(`the size of struct ${type.tag} is not known`);
}
