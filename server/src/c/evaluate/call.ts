/** Calls: who answers them, in this order: the caller of the run, the patch, the engine, the field, nobody. */
import { type CType, INT, intValue, opaqueValue, type Value, VOID } from '../../../../engine/src/kernel/ctype.ts';
import type { Expr } from '../ast.ts';
import { convert } from './arithmetic.ts';
import { LimitReached } from './errors.ts';
import { evaluate, truth } from './expression.ts';
import { expandCall, isExpression, macroNamed } from './macro.ts';
import { exprText } from './print.ts';
import { calleeOf, functionAt, located, note, placeOf, prepareType, type Run, sawSync, spend } from './run.ts';
import { createActivation, declare, inner, isCell, lookup, lookupModel, type Scope } from './scope.ts';
import { specialForm } from './special.ts';
import { execute, executeBody } from './statement.ts';
import type { Builtin, BuiltinContext, EvaluableFunction } from './types.ts';

type CallExpr = Expr & { kind: 'call' };

const NOTHING: Value = { type: VOID, bits: 0n };

export function callExpression(run: Run, expr: CallExpr, scope: Scope): Value {
  const name = calledName(run, expr.callee, scope);
  if (name === null) {
    const args = expr.args.map((arg) => evaluate(run, arg, scope));
    return unknownCall(run, exprText(expr.callee), args, expr, scope);
  }
  const { fn } = calleeOf(run, name);
  const macro = fn ? null : macroNamed(run, name, scope);
  if (macro && !run.hooks.intercepts?.(name)) {
    if (macro.parameters === null) return viaObjectMacro(run, macro.body, expr, scope);
    const expanded = expandCall(run, macro, expr, scope);
    if (expanded) return runMacro(run, expanded, expr, scope);
  }
  if (!fn) {
    const special = specialForm(run, name, expr, scope);
    if (special) return special;
  }
  const args = expr.args.map((arg) => evaluate(run, arg, scope));
  return dispatch(run, name, args, expr, scope);
}

/** `#define sync_it sync_direct_mapping` and then `sync_it(a, b)`. */
function viaObjectMacro(run: Run, body: string, expr: CallExpr, scope: Scope): Value {
  const callee = run.options.parse?.expression(body) ?? null;
  const expanding = new Set([...(scope.expanding ?? []), expr.callee.kind === 'name' ? expr.callee.name : '']);
  if (callee) return callExpression(run, { ...expr, callee }, { ...inner(scope), expanding, use: scope.use ?? expr });
  return opaqueValue('a macro that could not be read');
}

function runMacro(run: Run, expanded: NonNullable<ReturnType<typeof expandCall>>, use: Expr, scope: Scope): Value {
  spend(run, use, scope);
  nest(run, use, scope);
  try {
    if (isExpression(expanded.body)) return evaluate(run, expanded.body, expanded.scope);
    const done = execute(run, expanded.body, expanded.scope, null);
    if (done !== undefined) note(run, 'a jump out of a macro is not followed', use, scope);
    return NOTHING;
  } finally {
    run.depth--;
  }
}

function nest(run: Run, expr: Expr | null, scope: Scope | null): void {
  if (++run.depth <= run.options.limits.depth) return;
  run.depth--;
  throw new LimitReached('depth', expr && scope ? placeOf(expr, scope) : expr, scope?.activation.fn ?? null);
}

/** The name of the function that a callee designates; null if that is unknown. */
function calledName(run: Run, callee: Expr, scope: Scope): string | null {
  if (callee.kind === 'name') {
    const found = lookup(scope, callee.name);
    if (!found) return callee.name;
    if (!isCell(found)) return calledName(run, found.thunk, found.scope);
  } else if (callee.kind === 'unary' && (callee.op === '*' || callee.op === '&')) {
    return calledName(run, callee.operand, scope);
  }
  const value = evaluate(run, callee, scope);
  return value.opaque === undefined ? functionAt(run, value.bits) : null;
}

/** Calls by name with values. `scope` is the caller's; null for calls that come from models. */
export function dispatch(
  run: Run,
  name: string,
  args: readonly Value[],
  expr: CallExpr | null,
  scope: Scope | null,
): Value {
  const fn = scope?.activation.fn ?? null;
  const place = expr && scope ? placeExpr(expr, scope) : expr;
  try {
    const answer = run.hooks.call?.(name, args, place, fn);
    if (answer !== undefined) return answer;
    const { fn: target, first, primitive, builtin } = calleeOf(run, name);
    if (target) return invoke(run, target, args, place, scope);
    if (first) return runBuiltin(run, first, args, expr, scope);
    if (primitive) {
      for (const arg of args) sawSync(run, arg, 'stored');
      const unknown = args.find((arg) => arg.opaque !== undefined);
      if (unknown)
        run.hooks.note?.(`${name}() is given a value of which nothing is known: ${unknown.opaque}`, place, fn);
      return asValue(primitive.run(run.kernel, args), primitive.returns);
    }
    if (builtin) return runBuiltin(run, builtin, args, expr, scope);
  } catch (error) {
    throw located(error, place, fn);
  }
  return unknownCall(run, name, args, expr, scope);
}

function runBuiltin(
  run: Run,
  builtin: Builtin,
  args: readonly Value[],
  expr: CallExpr | null,
  scope: Scope | null,
): Value {
  const sees = builtin.sees ?? 'stored';
  if (sees !== 'nothing') for (const arg of args) sawSync(run, arg, sees);
  const unknown = builtin.opaque ? undefined : args.find((arg) => arg.opaque !== undefined);
  if (unknown) return { ...unknown, type: resultOfUnknown(args) };
  return asValue(builtin.run(contextOf(run, expr, scope), args), null);
}

/** The expression a hook is shown: inside a macro's body, the outermost use of a macro. */
const placeExpr = (expr: Expr, scope: Scope): Expr => scope.use ?? expr;

/** What a function of the field returns for an opaque argument: the widest type that it was given. */
const resultOfUnknown = (args: readonly Value[]): CType =>
  args.find((arg) => arg.type.kind === 'pointer' || (arg.type.kind === 'int' && arg.type.bits === 64))?.type ??
  args[0]?.type ??
  INT;

function asValue(result: Value | bigint | undefined, type: CType | null): Value {
  if (typeof result === 'bigint') return intValue(result, type ?? undefined);
  if (result === undefined) return NOTHING;
  return result;
}

function contextOf(run: Run, expr: CallExpr | null, scope: Scope | null): BuiltinContext {
  const fn = scope?.activation.fn ?? null;
  return {
    kernel: run.kernel,
    machine: run.options.machine,
    memory: run.memory,
    facts: run.options.facts,
    hooks: run.hooks,
    at: { span: expr && scope ? placeOf(expr, scope) : expr, fn },
    argExprs: expr?.args ?? [],
    truth: (value) => (expr && scope ? truth(run, value, expr, scope) : value.bits !== 0n),
    callPointer: (pointer, args) => {
      const name = pointer.opaque === undefined ? functionAt(run, pointer.bits) : null;
      return name === null ? null : dispatch(run, name, args, null, scope);
    },
  };
}

/**
 * A function that nobody knows may have done anything to the locals whose addresses it was given; but a struct that the
 * kernel's own flow goes on with it only reads, or the kernel would not work as it does.
 */
function unknownCall(
  run: Run,
  name: string,
  args: readonly Value[],
  expr: CallExpr | null,
  scope: Scope | null,
): Value {
  run.hooks.unknownCall?.(name, args, expr && scope ? placeExpr(expr, scope) : expr, scope?.activation.fn ?? null);
  const why = `${name}() is not known`;
  for (const [i, arg] of args.entries()) {
    sawSync(run, arg, 'stored');
    const argument = expr?.args[i];
    if (argument?.kind !== 'unary' || argument.op !== '&') continue;
    if (arg.type.kind !== 'pointer' || arg.opaque !== undefined) continue;
    if (scope && isKernels(argument.operand, scope)) continue;
    const object = run.memory.objectAt(arg.bits);
    const size = run.memory.sizeOf(arg.type.to);
    if (object && size > 0n && arg.bits + size <= object.start + object.size) run.memory.fill(arg.bits, size, why);
  }
  return opaqueValue(why);
}

function isKernels(operand: Expr, scope: Scope): boolean {
  const cell = operand.kind === 'name' ? lookup(scope, operand.name) : null;
  const structs = scope.activation.fn.locals.filter(({ type }) => type.kind === 'struct');
  return cell !== null && structs.some(({ name }) => lookupModel(scope, name) === cell);
}

/** Runs a function of the patch, or a model. */
function invoke(
  run: Run,
  fn: EvaluableFunction,
  args: readonly Value[],
  expr: Expr | null,
  caller: Scope | null,
): Value {
  nest(run, expr, caller);
  run.hooks.entered?.(fn);
  const activation = createActivation(fn);
  const scope: Scope = { names: new Map(), parent: null, activation, use: null, expanding: null, frame: null };
  let value: Value | null = null;
  try {
    for (const [i, parameter] of fn.parameters.entries()) {
      prepareType(run, parameter.type);
      const cell = declare(scope, parameter.name, parameter.type, run.memory);
      const arg = args[i] ?? opaqueValue(`argument '${parameter.name}' of ${fn.name}() is not shown`, parameter.type);
      if (cell.address === null) cell.value = convert(arg, cell.type);
      else if (arg.opaque === undefined) run.memory.copy(cell.address, arg.bits, cell.type);
      else run.memory.fill(cell.address, run.memory.sizeOf(cell.type), arg.opaque);
    }
    const returned = executeBody(run, fn, scope);
    value = fn.returns.kind === 'void' ? NOTHING : outliving(run, convert(returned, fn.returns), caller);
    sawSync(run, value, 'returned', caller ? { call: expr, fn: caller.activation.fn } : undefined);
    return value;
  } finally {
    run.depth--;
    run.hooks.left?.(fn, value);
    for (const address of activation.addresses) run.memory.release(address);
  }
}

/** A returned struct moves to the caller before the locals of the function end. */
function outliving(run: Run, value: Value, caller: Scope | null): Value {
  if (value.type.kind !== 'struct' || value.opaque !== undefined) return value;
  const address = run.memory.allocate(value.type, '(returned struct)');
  caller?.activation.addresses.push(address);
  run.memory.copy(address, value.bits, value.type);
  return { ...value, bits: address };
}
