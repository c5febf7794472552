/** Initialisers: scalars, init lists of arrays and structs, strings. */
import type { CType } from '../../../../engine/src/kernel/ctype.ts';
import type { Expr } from '../ast.ts';
import { evaluate } from './expression.ts';
import { assign, field, type Target } from './place.ts';
import { located, placeOf, prepareType, type Run } from './run.ts';
import type { Scope } from './scope.ts';

/** Sets a target to an initialiser; what a list does not name becomes zero. */
export function initialise(run: Run, target: Target, init: Expr, scope: Scope): void {
  const { type } = target;
  if (init.kind === 'compound' && type.kind === 'struct') {
    initialise(run, target, init.init, scope);
    return;
  }
  if (type.kind === 'array' && init.kind === 'string') {
    clear(run, target, 'a string', init, scope);
    return;
  }
  if (init.kind !== 'init-list' || (type.kind !== 'array' && type.kind !== 'struct')) {
    assign(run, target, evaluate(run, init, scope), init, scope);
    return;
  }
  clear(run, target, 0, init, scope);
  if (type.kind === 'struct') initialiseStruct(run, target, type.tag, init, scope);
  else initialiseArray(run, target, type.of, init, scope);
}

const addressIn = (target: Target): bigint | null =>
  target.kind === 'memory' ? target.address : target.kind === 'cell' ? target.cell.address : null;

function clear(run: Run, target: Target, value: number | string, init: Expr, scope: Scope): void {
  const address = addressIn(target);
  if (address === null) return;
  try {
    run.memory.fill(address, run.memory.sizeOf(target.type), value);
  } catch (error) {
    throw located(error, placeOf(init, scope), scope.activation.fn);
  }
}

type InitList = Expr & { kind: 'init-list' };

function initialiseStruct(run: Run, target: Target, tag: string, init: InitList, scope: Scope): void {
  const names = run.memory.fieldNames(tag) ?? [];
  let position = 0;
  for (const item of init.items) {
    // `.a.b = 1` names a field of a field.
    const path = item.field?.replace(/^\./, '').split('.') ?? [names[position] ?? ''];
    position = names.indexOf(path[0] ?? '') + 1;
    if (path[0] === '') continue;
    const place = path.reduce((object, name) => field(run, object, name, item.value, scope), target);
    initialise(run, place, item.value, scope);
  }
}

function initialiseArray(run: Run, target: Target, of: CType, init: InitList, scope: Scope): void {
  const address = addressIn(target);
  if (address === null) return;
  prepareType(run, of);
  const size = run.memory.sizeOf(of);
  let index = 0n;
  for (const item of init.items) {
    const designated = /^\[?\s*(\d+)\s*\]?$/.exec(item.field ?? '')?.[1];
    if (designated) index = BigInt(designated);
    initialise(run, { kind: 'memory', address: address + index * size, type: of }, item.value, scope);
    index++;
  }
}

/** The type of a variable; `int a[] = {...}` gets the length of its list. */
export function completed(type: CType, init: Expr | null): CType {
  if (type.kind !== 'array' || type.length > 0 || init?.kind !== 'init-list') return type;
  return { ...type, length: init.items.length };
}
