/** The state of one run, shared by everything that evaluates. */
import { type CType, pointerTo, type Value, VOID } from '../../../../engine/src/kernel/ctype.ts';
import { type Memory, MemoryFault } from '../../../../engine/src/kernel/memory.ts';
import type { Kernel } from '../../../../engine/src/kernel/model.ts';
import type { Primitive } from '../../../../engine/src/kernel/primitives.ts';
import type { Declarator, Expr, Macro, Span, Stmt } from '../ast.ts';
import { EvaluationFault, LimitReached } from './errors.ts';
import type { LoopHead } from './iterator.ts';
import type { Cell, Scope } from './scope.ts';
import type {
  Builtin,
  BuiltinTable,
  EvaluableFunction,
  EvaluatorOptions,
  GivenBack,
  Hooks,
  SyncResultUse,
} from './types.ts';

/** The candidates for a call, in the order in which they go; what is not there is undefined. */
export interface Callee {
  readonly fn: EvaluableFunction | null;
  readonly first: Builtin | undefined;
  readonly primitive: Primitive | undefined;
  readonly builtin: Builtin | undefined;
}

export interface Run {
  readonly options: EvaluatorOptions;
  readonly memory: Memory;
  readonly hooks: Hooks;
  readonly kernel: Kernel;
  /** Go before the engine's primitives. */
  readonly first: BuiltinTable;
  readonly builtins: BuiltinTable;
  readonly globals: Map<string, Cell>;
  /** Names that the code was asked for and has no variable of. */
  readonly notGlobal: Set<string>;
  readonly statics: Map<Declarator, Cell>;
  /** Structs of the patch that memory knows already. */
  readonly structs: Set<string>;
  readonly functionNames: string[];
  /** Sync results that were joined into one value (`ret |= sync()`): members by the joined value's id. */
  readonly joined: Map<number, readonly number[]>;
  readonly parsedMacros: Map<Macro, Expr | Stmt | null>;
  /** Heads of iterator loops, read. */
  readonly iterators: Map<Expr, Omit<LoopHead, 'scope'> | null>;
  /** Who answers to a name, of those that have been called. */
  readonly callees: Map<string, Callee>;
  statements: number;
  /** Which stretch of statements it is, and the machine's events before it. */
  stretch: { readonly number: number; readonly events: number };
  depth: number;
}

export function calleeOf(run: Run, name: string): Callee {
  const known = run.callees.get(name);
  if (known) return known;
  const callee: Callee = {
    fn: run.options.code.function(name),
    first: own(run.first.functions, name),
    primitive: own(run.options.primitives, name),
    builtin: own(run.builtins.functions, name),
  };
  run.callees.set(name, callee);
  return callee;
}

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** Counts one statement or loop round. */
export function spend(run: Run, span: Span, scope: Scope): void {
  if (++run.statements > run.options.limits.statements && !getsOn(run)) {
    throw new LimitReached('statements', placeOf(span, scope), scope.activation.fn);
  }
}

/** A request of many pages takes long, too: as long as the machine changes, the count begins anew. */
function getsOn(run: Run): boolean {
  const { limits, machine } = run.options;
  const events = limits.stretches === undefined ? 0 : machine.events.length;
  if (events <= run.stretch.events || run.stretch.number >= (limits.stretches ?? 0)) return false;
  run.stretch = { number: run.stretch.number + 1, events };
  run.statements = 0;
  return true;
}

/** Where an expression stands in the image: inside a macro's body, the place where the macro is used. */
export const placeOf = (span: Span, scope: Scope): Span => scope.use ?? span;

/** What a caught error becomes: memory faults get the place they happened at, those of the kernel's own the call that led there. */
export function located(error: unknown, span: Span | null, fn: EvaluableFunction | null): unknown {
  if (error instanceof EvaluationFault && !error.span && span) return new EvaluationFault(error.fault, span, fn);
  return error instanceof MemoryFault ? new EvaluationFault(error, span, fn) : error;
}

export function note(run: Run, text: string, span: Span, scope: Scope): void {
  run.hooks.note?.(text, placeOf(span, scope), scope.activation.fn);
}

/** Tells what became of a sync's result, if the value is one. */
export function sawSync(run: Run, value: Value, seen: SyncResultUse, to?: GivenBack): void {
  if (value.syncResult === undefined) return;
  const members = run.joined.get(value.syncResult);
  if (!members) run.hooks.syncResult?.(value.syncResult, seen, to);
  else for (const id of members) run.hooks.syncResult?.(id, seen, to);
}

/** The result of an operation on two values, which carries the sync results of both. */
export function joinSync(run: Run, result: Value, left: Value, right: Value): Value {
  const a = left.syncResult;
  const b = right.syncResult;
  if (a === undefined && b === undefined) return result;
  if (a === undefined || b === undefined || a === b) return { ...result, syncResult: a ?? b ?? 0 };
  const members = new Set([...(run.joined.get(a) ?? [a]), ...(run.joined.get(b) ?? [b])]);
  // Ids of joined values are negative: those of hooks are not.
  const id = -1 - run.joined.size;
  run.joined.set(id, [...members]);
  return { ...result, syncResult: id };
}

/** Functions whose address is taken get one each, in the kernel's text. */
const FUNCTIONS = 0xffffffff81e00000n;

export function functionPointer(run: Run, name: string): Value {
  let index = run.functionNames.indexOf(name);
  if (index < 0) index = run.functionNames.push(name) - 1;
  return { type: pointerTo(VOID), bits: FUNCTIONS + BigInt(index) * 16n };
}

export function functionAt(run: Run, address: bigint): string | null {
  const index = address - FUNCTIONS;
  if (index < 0n || index % 16n !== 0n || index >= 1n << 20n) return null;
  return run.functionNames[Number(index / 16n)] ?? null;
}

/** Makes sure that memory knows the structs of the patch that a type names. */
export function prepareType(run: Run, type: CType): void {
  if (type.kind === 'array') prepareType(run, type.of);
  if (type.kind === 'pointer') prepareType(run, type.to);
  if (type.kind !== 'struct' || run.structs.has(type.tag)) return;
  run.structs.add(type.tag);
  const source = run.options.code.struct(type.tag);
  if (!source) return;
  for (const field of source.fields) prepareType(run, field.type);
  run.memory.define(type.tag, source.fields);
}
