/** Runs steps, loops and branches of the kernel's models on the variables of the function they stand in. */

import { type CType, opaqueValue, UNSIGNED_LONG, VOID } from '../../../../engine/src/kernel/ctype.ts';
import type { Frame, Outcome } from '../../../../engine/src/kernel/model.ts';
import type { Stmt } from '../ast.ts';
import { make } from './arithmetic.ts';
import type { Sought } from './labels.ts';
import { assign, cellTarget, loadCell } from './place.ts';
import { located, note, prepareType, type Run, spend } from './run.ts';
import { addressOf, bind, type Cell, declare, lookupModel, type Scope } from './scope.ts';
import { type Completion, executeList } from './statement.ts';
import type { EvaluableFunction } from './types.ts';

const NOWHERE = { start: 0, end: 0 };
const NO_EXPR = { ...NOWHERE, kind: 'opaque', text: '' } as const;

function frameOf(run: Run, scope: Scope): Frame {
  scope.frame ??= createFrame(run, scope);
  return scope.frame;
}

/** Variables by the kernel's names, as seen from a scope. */
function createFrame(run: Run, scope: Scope): Frame {
  const cellOf = (name: string, type: CType = UNSIGNED_LONG): Cell => {
    const found = lookupModel(scope, name);
    if (found) return found;
    const cell: Cell = { name, type, value: null, address: null, dynamic: false };
    let outermost = scope;
    while (outermost.parent) outermost = outermost.parent;
    bind(outermost, name, cell);
    return cell;
  };
  return {
    kernel: run.kernel,
    get: (name) => {
      const cell = cellOf(name);
      const value = loadCell(run, cell, NO_EXPR, scope);
      if (value.opaque === undefined) return value.bits;
      note(
        run,
        `the kernel's model goes on with '${name}', of which nothing is known: ${value.opaque}`,
        NOWHERE,
        scope,
      );
      return 0n;
    },
    set: (name, bits) => {
      const cell = cellOf(name);
      const value = make(bits, cell.type);
      if (cell.address === null && !cell.dynamic) cell.value = value;
      else assign(run, cellTarget(cell), value, NO_EXPR, scope);
    },
    addressOf: (name) => addressOf(cellOf(name), run.memory, scope.activation.addresses),
  };
}

/** The locals of a function that stand outside what the hunk shows. */
export function setLocals(run: Run, fn: EvaluableFunction, scope: Scope): void {
  const frame = frameOf(run, scope);
  for (const local of fn.locals) {
    if (lookupModel(scope, local.name)) continue;
    prepareType(run, local.type);
    const cell = declare(scope, local.name, local.type, run.memory);
    if (local.unmodelled) cell.value = opaqueValue(`'${local.name}' is not modelled`, local.type);
    if (!local.init) continue;
    assign(run, cellTarget(cell), make(local.init(frame), local.type), NO_EXPR, scope);
  }
}

type ModelStmt = Stmt & { kind: 'model' };

export function runModel(run: Run, stmt: ModelStmt, scope: Scope, sought: Sought | null): Completion {
  const { node } = stmt;
  const frame = frameOf(run, scope);
  try {
    switch (node.kind) {
      case 'label':
        return undefined;
      case 'step':
        return completionOf(node.run(frame), scope.activation.fn);
      case 'branch':
        return sought !== null || node.when(frame) ? executeList(run, stmt.body, scope, sought) : undefined;
      case 'loop':
        return runLoop(run, stmt, () => node.while(frame), scope, sought);
    }
  } catch (error) {
    throw located(error, null, scope.activation.fn);
  }
}

function runLoop(run: Run, stmt: ModelStmt, holds: () => boolean, scope: Scope, sought: Sought | null): Completion {
  let seek = sought;
  while (seek !== null || holds()) {
    spend(run, stmt, scope);
    const done = executeList(run, stmt.body, scope, seek);
    seek = null;
    if (done === 'break') return undefined;
    if (done !== undefined && done !== 'continue') return done;
  }
  return undefined;
}

function completionOf(outcome: Outcome, fn: EvaluableFunction): Completion {
  if (outcome === undefined || typeof outcome === 'string') return outcome;
  if ('goto' in outcome) return outcome;
  if (outcome.return === null) return { returned: { type: VOID, bits: 0n } };
  return { returned: make(outcome.return, fn.returns) };
}
