/** What a name stands for: a variable, a macro of the patch, a constant of the field, a function. */
import { opaqueValue, pointerTo, UNSIGNED_LONG, type Value } from '../../../../engine/src/kernel/ctype.ts';
import type { Expr } from '../ast.ts';
import { evaluate } from './expression.ts';
import { locate } from './locate.ts';
import { expandObject } from './macro.ts';
import { cellTarget, loadCell, type Target } from './place.ts';
import { calleeOf, functionPointer, type Run } from './run.ts';
import { bind, type Cell, isCell, lookup, type Scope } from './scope.ts';
import { execute } from './statement.ts';

type Name = Expr & { kind: 'name' };

export function evaluateName(run: Run, expr: Name, scope: Scope): Value {
  const { name } = expr;
  const found = lookup(scope, name);
  if (found) {
    if (isCell(found)) return loadCell(run, found, expr, scope);
    return evaluate(run, found.thunk, found.scope);
  }
  const global = globalOf(run, name, scope);
  if (global) return loadCell(run, global, expr, scope);
  const macro = expandObject(run, name, expr, scope);
  if (macro) return evaluate(run, macro.expr, macro.scope);
  const constant = constantOf(run, name);
  if (constant) return constant.type.kind === 'array' ? { ...constant, type: pointerTo(constant.type.of) } : constant;
  const callee = calleeOf(run, name);
  if (callee.fn || callee.primitive || run.hooks.intercepts?.(name)) return functionPointer(run, name);
  return opaqueValue(`'${name}' is not shown`);
}

/** A variable at file level: made when the run first comes by its name. */
function globalOf(run: Run, name: string, scope: Scope): Cell | null {
  const known = run.globals.get(name);
  if (known || run.notGlobal.has(name)) return known ?? null;
  const made = run.options.code.variable(name);
  if (!made) {
    run.notGlobal.add(name);
    return null;
  }
  // Of no function: what it is made of lives as long as the run.
  const activation = { ...scope.activation, addresses: [] };
  const file: Scope = { names: new Map(), parent: null, activation, use: null, expanding: null, frame: null };
  execute(run, made, file, null);
  for (const [each, cell] of file.names) if (isCell(cell)) run.globals.set(each, cell);
  return run.globals.get(name) ?? null;
}

function constantOf(run: Run, name: string): Value | null {
  const { constants } = Object.hasOwn(run.first.constants, name) ? run.first : run.builtins;
  if (!Object.hasOwn(constants, name)) return null;
  const value = constants[name]?.({ machine: run.options.machine, memory: run.memory });
  if (value === undefined) return null;
  return typeof value === 'bigint' ? { type: UNSIGNED_LONG, bits: value } : value;
}

export function locateName(run: Run, expr: Name, scope: Scope, write: boolean): Target {
  const { name } = expr;
  const found = lookup(scope, name);
  if (found) return isCell(found) ? cellTarget(found) : locate(run, found.thunk, found.scope, write);
  const global = globalOf(run, name, scope);
  if (global) return cellTarget(global);
  const macro = expandObject(run, name, expr, scope);
  if (macro) return locate(run, macro.expr, macro.scope, write);
  const constant = constantOf(run, name);
  if (constant) return globalTarget(run, name, constant);
  if (!write) return { kind: 'opaque', why: `'${name}' is not shown`, type: opaqueValue('').type };
  const cell: Cell = { name, type: opaqueValue('').type, value: null, address: null, dynamic: true };
  bind(outermost(scope), name, cell);
  return cellTarget(cell);
}

/** A constant of the field that is a variable in the kernel (`init_mm`, `direct_mapping_size`): from now on it has a place. */
function globalTarget(run: Run, name: string, value: Value): Target {
  if (value.type.kind === 'struct' || value.type.kind === 'array')
    return { kind: 'memory', address: value.bits, type: value.type };
  const cell: Cell = { name, type: value.type, value, address: null, dynamic: false };
  run.globals.set(name, cell);
  return cellTarget(cell);
}

function outermost(scope: Scope): Scope {
  let at = scope;
  while (at.parent) at = at.parent;
  return at;
}
