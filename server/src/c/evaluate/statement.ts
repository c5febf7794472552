/** Runs statements. A jump comes back as a completion, and goes down again as what is `sought`. */
import { opaqueValue, type Value, VOID } from '../../../../engine/src/kernel/ctype.ts';
import type { Expr, Stmt } from '../ast.ts';
import { binary, convert } from './arithmetic.ts';
import { LimitReached } from './errors.ts';
import { evaluate, evaluateTruth, truth } from './expression.ts';
import { initialise } from './initialise.ts';
import { headOfIterator, isIteratorHead, type LoopHead, setByUnknown } from './iterator.ts';
import { casesOf, holds, type Sought } from './labels.ts';
import { locate } from './locate.ts';
import { runModel, setLocals } from './model-step.ts';
import { assign, cellTarget } from './place.ts';
import { note, type Run, sawSync, spend } from './run.ts';
import { inner, type Scope } from './scope.ts';
import type { EvaluableFunction } from './types.ts';
import { makeVariable } from './variable.ts';

/** How a statement ends: undefined is on to the next. */
export type Completion =
  | undefined
  | 'break'
  | 'continue'
  | { readonly goto: string }
  | { readonly returned: Value | null };

const NOTHING: Value = { type: VOID, bits: 0n };

/** Runs a function's body; its locals are in `scope` from here on. */
export function executeBody(run: Run, fn: EvaluableFunction, scope: Scope): Value {
  setLocals(run, fn, scope);
  const done = executeList(run, fn.body, scope, null);
  if (done === undefined)
    return fn.returns.kind === 'void' ? NOTHING : opaqueValue(`${fn.name}() returns nothing`, fn.returns);
  if (typeof done === 'object' && 'returned' in done) {
    if (done.returned && (done.returned.type.kind !== 'void' || fn.returns.kind === 'void')) return done.returned;
    return fn.returns.kind === 'void' ? NOTHING : opaqueValue(`${fn.name}() returns nothing`, fn.returns);
  }
  const jump = typeof done === 'object' ? `goto ${done.goto}` : done;
  const what = `'${jump}' in ${fn.name}() leads to a place that is not shown`;
  run.hooks.note?.(what, null, fn);
  run.hooks.lost?.(fn);
  return opaqueValue(what, fn.returns);
}

/** A statement that is a call drops what the function gives back. */
function discard(run: Run, expr: Expr, value: Value): void {
  const call = expr.kind === 'cast' ? expr.operand : expr;
  if (call.kind !== 'call' || call.callee.kind !== 'name') return;
  if (run.options.code.function(call.callee.name)) sawSync(run, value, 'dropped');
}

/** Runs a list of statements, from the start or from where `sought` stands. Jumps inside the list are followed. */
export function executeList(run: Run, list: readonly Stmt[], scope: Scope, sought: Sought | null): Completion {
  let at = 0;
  let seek = sought;
  if (seek !== null) at = jumpTo(run, list, seek, scope);
  while (at < list.length) {
    const stmt = list[at];
    if (!stmt) break;
    const done = execute(run, stmt, scope, seek);
    seek = null;
    at++;
    if (done === undefined) continue;
    if (typeof done !== 'object' || !('goto' in done)) return done;
    if (!list.some((other) => holds(other, done.goto))) return done;
    spend(run, stmt, scope);
    seek = done.goto;
    at = jumpTo(run, list, seek, scope);
  }
  return undefined;
}

/** Where in the list a jump goes; the variables declared before that exist from then on, without a value. */
function jumpTo(run: Run, list: readonly Stmt[], sought: Sought, scope: Scope): number {
  const at = list.findIndex((stmt) => holds(stmt, sought));
  for (let before = 0; before < at; before++) {
    const stmt = list[before];
    if (stmt?.kind !== 'declare') continue;
    for (const declarator of stmt.declarators)
      if (!scope.names.has(declarator.name)) makeVariable(run, declarator, scope);
  }
  return at < 0 ? list.length : at;
}

/** Blocks and labels do nothing of their own that anybody would want to see. */
const isTold = (stmt: Stmt): boolean =>
  stmt.kind !== 'block' &&
  stmt.kind !== 'empty' &&
  stmt.kind !== 'label' &&
  stmt.kind !== 'case' &&
  !(stmt.kind === 'model' && stmt.node.kind === 'label');

export function execute(run: Run, stmt: Stmt, scope: Scope, sought: Sought | null): Completion {
  if (sought === null) {
    spend(run, stmt, scope);
    if (scope.use === null && isTold(stmt)) run.hooks.statement?.(stmt, scope.activation.fn, run.depth);
  }
  switch (stmt.kind) {
    case 'expr':
      discard(run, stmt.expr, evaluate(run, stmt.expr, scope));
      return undefined;
    case 'declare':
      return executeDeclare(run, stmt, scope);
    case 'block': {
      const own = stmt.body.some((child) => child.kind === 'declare') ? inner(scope) : scope;
      return executeList(run, stmt.body, own, sought);
    }
    case 'if':
      return executeIf(run, stmt, scope, sought);
    case 'for':
    case 'while':
    case 'do':
      return executeLoop(run, stmt, scope, sought);
    case 'switch':
      return executeSwitch(run, stmt, scope, sought);
    case 'return':
      return { returned: stmt.value ? evaluate(run, stmt.value, scope) : null };
    case 'goto':
      return { goto: stmt.label };
    case 'break':
    case 'continue':
      return stmt.kind;
    case 'model':
      return runModel(run, stmt, scope, sought);
    case 'opaque':
      note(run, 'this could not be read and is passed over', stmt, scope);
      return undefined;
    case 'case':
    case 'label':
    case 'empty':
      return undefined;
  }
}

function executeDeclare(run: Run, stmt: Stmt & { kind: 'declare' }, scope: Scope): Completion {
  for (const declarator of stmt.declarators) {
    const { init } = declarator;
    const known = declarator.static ? run.statics.get(declarator) : undefined;
    if (known) {
      scope.names.set(declarator.name, known);
      continue;
    }
    // The initialiser sees the variable itself (`sizeof(x)`), and never an outer one of that name.
    const cell = makeVariable(run, declarator, scope);
    if (!init || cell.dynamic) continue;
    initialise(run, cellTarget(cell), init, scope);
    if (declarator.static) continue;
    const value = cell.value ?? { type: cell.type, bits: cell.address ?? 0n };
    if (scope.use === null) run.hooks.assigned?.(declarator.name, value, declarator, scope.activation.fn);
  }
  return undefined;
}

function executeIf(run: Run, stmt: Stmt & { kind: 'if' }, scope: Scope, sought: Sought | null): Completion {
  const takesThen = sought === null ? evaluateTruth(run, stmt.test, scope) : holds(stmt.then, sought);
  const taken = takesThen ? stmt.then : stmt.otherwise;
  return taken ? execute(run, taken, scope, sought) : undefined;
}

type LoopStmt = Stmt & { kind: 'for' | 'while' | 'do' };

function headOf(run: Run, stmt: LoopStmt, scope: Scope): LoopHead {
  if (stmt.kind === 'for') return { init: stmt.init, test: stmt.test, update: stmt.update, scope };
  const iterator = stmt.kind === 'while' ? headOfIterator(run, stmt.test, scope) : null;
  return iterator ?? { init: null, test: stmt.test, update: null, scope };
}

function executeLoop(run: Run, stmt: LoopStmt, outer: Scope, sought: Sought | null): Completion {
  const count = { rounds: 0 };
  try {
    return goRound(run, stmt, outer, sought, count);
  } catch (error) {
    if (error instanceof LimitReached && count.rounds > (error.busiest?.rounds ?? 0))
      error.busiest = { loop: stmt, fn: outer.activation.fn, rounds: count.rounds };
    throw error;
  }
}

function goRound(run: Run, stmt: LoopStmt, outer: Scope, sought: Sought | null, count: { rounds: number }): Completion {
  const scope = stmt.kind === 'for' && stmt.init?.kind === 'declare' ? inner(outer) : outer;
  const { init, test, update, scope: above } = headOf(run, stmt, scope);
  if (init) {
    if (sought === null) execute(run, init, above, null);
    else if (init.kind === 'declare') jumpTo(run, [init, stmt.body], sought, above);
  }
  let seek = sought;
  // A jump into the body, and the first round of `do`, do not test.
  let tests = seek === null && stmt.kind !== 'do';
  for (let first = true; ; first = false) {
    if (!first) {
      count.rounds++;
      spend(run, stmt, scope);
      if (scope.use === null) run.hooks.statement?.(stmt, scope.activation.fn, run.depth, true);
    }
    if (tests && test && !evaluateTruth(run, test, above)) return undefined;
    if (tests && test && stmt.kind === 'while' && test === stmt.test && isIteratorHead(test))
      for (const variable of setByUnknown(run, test, scope))
        assign(run, locate(run, variable, scope, true), opaqueValue(`\`${test.text}\` is not known`), test, scope);
    const done = executeList(run, [stmt.body], scope, seek);
    seek = null;
    tests = true;
    if (done === 'break') return undefined;
    if (done !== undefined && done !== 'continue') return done;
    if (update) evaluate(run, update, above);
  }
}

function executeSwitch(run: Run, stmt: Stmt & { kind: 'switch' }, scope: Scope, sought: Sought | null): Completion {
  let seek = sought;
  if (seek === null) {
    const value = evaluate(run, stmt.test, scope);
    sawSync(run, value, 'tested');
    seek = chooseCase(run, stmt.body, value, stmt.test, scope);
    if (seek === null) return undefined;
  }
  const done = executeList(run, [stmt.body], scope, seek);
  return done === 'break' ? undefined : done;
}

/** The case that a value goes to; of an opaque value the branch hook is asked case by case. */
function chooseCase(run: Run, body: Stmt, value: Value, test: Expr, scope: Scope): Stmt | null {
  const cases = casesOf(body);
  for (const candidate of cases) {
    if (!candidate.value) continue;
    const label = evaluate(run, candidate.value, scope);
    const known = value.opaque === undefined && label.opaque === undefined;
    if (known) {
      const equal = binary('==', value, convert(label, value.type));
      if (!('undefined' in equal) && equal.bits !== 0n) return candidate;
    } else if (truth(run, opaqueValue(value.opaque ?? label.opaque ?? ''), test, scope)) {
      return candidate;
    }
  }
  return cases.find((candidate) => candidate.value === null) ?? null;
}

/** `({ ...; value; })` */
export function executeStatementExpression(run: Run, body: Stmt, scope: Scope): Value {
  const list = body.kind === 'block' ? body.body : [body];
  const last = list.at(-1);
  const own = inner(scope);
  const done = executeList(run, last?.kind === 'expr' ? list.slice(0, -1) : list, own, null);
  if (done !== undefined) {
    note(run, 'a jump out of a statement expression is not followed', body, scope);
    return opaqueValue('a statement expression that was left by a jump');
  }
  if (last?.kind !== 'expr') return NOTHING;
  spend(run, last, scope);
  return evaluate(run, last.expr, own);
}
