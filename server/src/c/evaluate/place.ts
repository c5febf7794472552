/** Lvalues: what an expression designates, and reading and writing it. */
import {
  type CType,
  intValue,
  opaqueValue,
  pointerTo,
  UNSIGNED_LONG,
  type Value,
} from '../../../../engine/src/kernel/ctype.ts';
import { MemoryFault } from '../../../../engine/src/kernel/memory.ts';
import type { Expr } from '../ast.ts';
import { convert } from './arithmetic.ts';
import { located, note, placeOf, prepareType, type Run, sawSync } from './run.ts';
import { addressOf, type Cell, type Scope } from './scope.ts';

export type Target =
  | { readonly kind: 'cell'; readonly cell: Cell; readonly type: CType }
  | { readonly kind: 'memory'; readonly address: bigint; readonly type: CType }
  | { readonly kind: 'opaque'; readonly why: string; readonly type: CType };

export const cellTarget = (cell: Cell): Target => ({ kind: 'cell', cell, type: cell.type });

/** An array designates its first element wherever its value is asked for. */
const decayed = (type: CType, address: bigint): Value =>
  type.kind === 'array' ? { type: pointerTo(type.of), bits: address } : { type, bits: address };

/** The value of a variable. Throws EvaluationFault where it was never set. */
export function loadCell(run: Run, cell: Cell, expr: Expr, scope: Scope): Value {
  if (cell.value) return cell.value;
  if (cell.address !== null) return loadMemory(run, cell.address, cell.type, expr, scope);
  // A name that nothing shown declares may have been set where the hunk does not look.
  if (cell.dynamic) return opaqueValue(`'${cell.name}' is not shown`, cell.type);
  const fault = new MemoryFault('uninitialised', 0n, `'${cell.name}' is read before anything sets it`);
  throw located(fault, placeOf(expr, scope), scope.activation.fn);
}

export function loadMemory(run: Run, address: bigint, type: CType, expr: Expr, scope: Scope): Value {
  if (type.kind === 'struct' || type.kind === 'array') return decayed(type, address);
  try {
    return run.memory.load(address, type);
  } catch (error) {
    throw located(error, placeOf(expr, scope), scope.activation.fn);
  }
}

export function load(run: Run, target: Target, expr: Expr, scope: Scope): Value {
  switch (target.kind) {
    case 'cell':
      return loadCell(run, target.cell, expr, scope);
    case 'memory':
      return loadMemory(run, target.address, target.type, expr, scope);
    case 'opaque':
      return opaqueValue(target.why, target.type.kind === 'array' ? pointerTo(target.type.of) : target.type);
  }
}

/** Assigns and returns the value as it is after conversion to the target's type. */
export function assign(run: Run, target: Target, value: Value, expr: Expr, scope: Scope): Value {
  if (target.kind === 'opaque') {
    sawSync(run, value, 'stored');
    note(run, `a store is not followed: ${target.why}`, expr, scope);
    return value;
  }
  try {
    return store(run, target, value);
  } catch (error) {
    throw located(error, placeOf(expr, scope), scope.activation.fn);
  }
}

function store(run: Run, target: Target & { kind: 'cell' | 'memory' }, value: Value): Value {
  if (target.kind === 'memory') {
    sawSync(run, value, 'stored');
    return storeAt(run, target.address, target.type, value);
  }
  const { cell } = target;
  if (cell.address !== null) return storeAt(run, cell.address, cell.type, value);
  if (cell.dynamic) cell.type = value.type;
  const converted = convert(value, cell.type);
  cell.value = converted;
  return converted;
}

function storeAt(run: Run, address: bigint, type: CType, value: Value): Value {
  if (type.kind === 'struct' || type.kind === 'array') {
    if (value.opaque !== undefined) run.memory.fill(address, run.memory.sizeOf(type), value.opaque);
    else if (value.type.kind === 'struct') run.memory.copy(address, value.bits, type);
    return { type, bits: address };
  }
  const converted = convert(value, type);
  run.memory.store(address, converted);
  return converted;
}

/** `&target` */
export function addressValue(run: Run, target: Target, scope: Scope): Value {
  const type = pointerTo(target.type);
  switch (target.kind) {
    case 'opaque':
      return opaqueValue(target.why, type);
    case 'memory':
      return { type, bits: target.address };
    case 'cell':
      return { type, bits: addressOf(target.cell, run.memory, scope.activation.addresses) };
  }
}

/** What a pointer value points to. */
export function pointee(run: Run, pointer: Value): Target {
  const type = pointer.type.kind === 'pointer' && pointer.type.to.kind !== 'void' ? pointer.type.to : UNSIGNED_LONG;
  if (pointer.opaque !== undefined) return { kind: 'opaque', why: pointer.opaque, type };
  prepareType(run, type);
  return { kind: 'memory', address: pointer.bits, type };
}

/** A field of the struct at a target. */
export function field(run: Run, object: Target, name: string, expr: Expr, scope: Scope): Target {
  // One-word types (`pte.pte`, `prot.pgprot`) have one field: the word.
  if (object.type.kind === 'int') {
    return object.kind === 'cell' ? object : { ...object, type: UNSIGNED_LONG };
  }
  if (object.type.kind !== 'struct') {
    const why = object.kind === 'opaque' ? object.why : `the type that has '${name}' is not known`;
    return { kind: 'opaque', why, type: UNSIGNED_LONG };
  }
  prepareType(run, object.type);
  const found = run.memory.field(object.type.tag, name);
  if (object.kind === 'opaque') return { ...object, type: found?.type ?? UNSIGNED_LONG };
  const address = object.kind === 'cell' ? object.cell.address : object.address;
  if (!found || address === null) {
    const why = `'${name}' of struct ${object.type.tag} is not known`;
    if (!found) note(run, why, expr, scope);
    return { kind: 'opaque', why, type: UNSIGNED_LONG };
  }
  return { kind: 'memory', address: BigInt.asUintN(64, address + found.offset), type: found.type };
}

/** `pointer + index`, scaled. */
export function offsetPointer(run: Run, pointer: Value, index: Value, sign: 1n | -1n): Value {
  if (pointer.opaque !== undefined) return opaqueValue(pointer.opaque, pointer.type);
  if (index.opaque !== undefined) return opaqueValue(index.opaque, pointer.type);
  const to = pointer.type.kind === 'pointer' ? pointer.type.to : UNSIGNED_LONG;
  prepareType(run, to);
  const size = run.memory.sizeOf(to) || 1n;
  const count =
    index.type.kind === 'int' && index.type.signed ? BigInt.asIntN(index.type.bits, index.bits) : index.bits;
  return { type: pointer.type, bits: intValue(pointer.bits + sign * count * size).bits };
}
