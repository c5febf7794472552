/** Variables of a running function. A scalar lives in its cell until somebody takes its address. */
import type { CType, Value } from '../../../../engine/src/kernel/ctype.ts';
import type { Memory } from '../../../../engine/src/kernel/memory.ts';
import type { Frame } from '../../../../engine/src/kernel/model.ts';
import type { Expr } from '../ast.ts';
import type { EvaluableFunction } from './types.ts';

export interface Cell {
  readonly name: string;
  type: CType;
  /** null: never set, or in memory. */
  value: Value | null;
  /** Set once the variable is in memory: aggregates always, scalars from `&x` on. */
  address: bigint | null;
  /** A variable that nobody declared: it takes the type of what is assigned. */
  readonly dynamic: boolean;
}

/** A parameter of a macro of the patch: evaluated anew, where the macro was used, each time its name stands. */
export interface Thunk {
  readonly thunk: Expr;
  readonly scope: Scope;
}

/** One call of a function. */
export interface Activation {
  readonly fn: EvaluableFunction;
  /** Model name to the hunk's spellings, from `fn.aliases`. */
  readonly spellings: ReadonlyMap<string, readonly string[]>;
  /** Addresses of variables, to be released when the call ends. */
  readonly addresses: bigint[];
}

export interface Scope {
  readonly names: Map<string, Cell | Thunk>;
  readonly parent: Scope | null;
  readonly activation: Activation;
  /** Inside the body of a macro: the place where the outermost macro was used. */
  readonly use: Expr | null;
  /** Names of the macros being expanded, which do not expand again. */
  readonly expanding: ReadonlySet<string> | null;
  /** The variables as a model's steps see them from here; made for the first such step. */
  frame: Frame | null;
}

export const isCell = (binding: Cell | Thunk): binding is Cell => !('thunk' in binding);

export const inner = (parent: Scope): Scope => ({
  names: new Map(),
  parent,
  activation: parent.activation,
  use: parent.use,
  expanding: parent.expanding,
  frame: null,
});

const spellingsOf = new WeakMap<ReadonlyMap<string, string>, ReadonlyMap<string, readonly string[]>>();

export function createActivation(fn: EvaluableFunction): Activation {
  let spellings = spellingsOf.get(fn.aliases);
  if (!spellings) {
    const lists = new Map<string, string[]>();
    for (const [hunkName, modelName] of fn.aliases) {
      const list = lists.get(modelName) ?? [];
      if (hunkName !== modelName) list.push(hunkName);
      lists.set(modelName, list);
    }
    spellings = lists;
    spellingsOf.set(fn.aliases, spellings);
  }
  return { fn, spellings, addresses: [] };
}

export function lookup(scope: Scope, name: string): Cell | Thunk | null {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const found = at.names.get(name);
    if (found) return found;
  }
  return null;
}

/** The cell of a variable by the kernel's name, however the hunk spells it; the innermost one. */
export function lookupModel(scope: Scope, name: string): Cell | null {
  const spellings = scope.activation.spellings.get(name);
  for (let at: Scope | null = scope; at; at = at.parent) {
    const found = at.names.get(name);
    if (found && isCell(found)) return found;
    if (!spellings) continue;
    for (const spelling of spellings) {
      const spelled = at.names.get(spelling);
      if (spelled && isCell(spelled)) return spelled;
    }
  }
  return null;
}

const isAggregate = (type: CType): boolean => type.kind === 'struct' || type.kind === 'array';

/** True if a cell that is there can hold a variable of the type. */
const fits = (cell: Cell, type: CType, memory: Memory): boolean =>
  cell.address === null ? !isAggregate(type) : memory.sizeOf(cell.type) === memory.sizeOf(type);

/** A new variable, or at a function's outermost level the one that the model knows by this name already. */
export function declare(scope: Scope, name: string, type: CType, memory: Memory): Cell {
  if (scope.parent === null) {
    const there = scope.names.get(name);
    if (there && isCell(there) && fits(there, type, memory)) {
      there.type = type;
      return there;
    }
  }
  const cell: Cell = { name, type, value: null, address: null, dynamic: false };
  if (isAggregate(type)) {
    cell.address = memory.allocate(type, name);
    scope.activation.addresses.push(cell.address);
  }
  bind(scope, name, cell);
  return cell;
}

/** Makes a cell known under a name and, at a function's outermost level, under all names it goes by. */
export function bind(scope: Scope, name: string, cell: Cell): void {
  scope.names.set(name, cell);
  const { aliases } = scope.activation.fn;
  if (scope.parent !== null || aliases.size === 0) return;
  const model = aliases.get(name) ?? name;
  if (!scope.names.has(model)) scope.names.set(model, cell);
  for (const spelling of scope.activation.spellings.get(model) ?? []) {
    if (!scope.names.has(spelling)) scope.names.set(spelling, cell);
  }
}

/** The address of a variable, which is moved to memory if it was not there. */
export function addressOf(cell: Cell, memory: Memory, addresses: bigint[]): bigint {
  if (cell.address !== null) return cell.address;
  const address = memory.allocate(cell.type, cell.name);
  addresses.push(address);
  if (cell.value) memory.store(address, cell.value);
  cell.address = address;
  cell.value = null;
  return address;
}
