/** What the evaluator takes and gives: plain types, no behaviour. */
import type { CType, Value } from '../../../../engine/src/kernel/ctype.ts';
import type { Memory } from '../../../../engine/src/kernel/memory.ts';
import type { Facts, Kernel, Local } from '../../../../engine/src/kernel/model.ts';
import type { Primitive } from '../../../../engine/src/kernel/primitives.ts';
import type { Machine } from '../../../../engine/src/machine.ts';
import type { Expr, Macro, Parameter, Span, Stmt, StructSource } from '../ast.ts';
import type { TableFrames } from './builtins/table-frames.ts';

/** The code of a run: what the patch shows, and models turned into functions. */
export interface Code {
  function(name: string): EvaluableFunction | null;
  macro(name: string): Macro | null;
  struct(tag: string): StructSource | null;
  /** What makes a variable at file level. */
  variable(name: string): Stmt | null;
}

export interface EvaluableFunction {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly returns: CType;
  /** Locals that stand outside what the hunk shows. */
  readonly locals: readonly Local[];
  readonly body: readonly Stmt[];
  /** How the hunk spells the kernel's names: hunk name to model name. Both name one variable. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Handed back to hooks: which text the spans are in. */
  readonly source: unknown;
}

/**
 * What became of a sync's result. 'stored': it left the function's locals (memory, an unknown call). 'dropped': a function
 * gave it back, and its caller did not take it.
 */
export type SyncResultUse = 'tested' | 'warned' | 'returned' | 'stored' | 'dropped';

/** The call by which a function got a sync's result from another. */
export interface GivenBack {
  /** Null: a step of the kernel's own. */
  readonly call: Span | null;
  readonly fn: EvaluableFunction;
}

/** What the caller is told, and what it decides. All spans are in the text of `fn.source`. */
export interface Hooks {
  /**
   * Before a statement runs; loops each time their test is due, `again` for all rounds but the first. `depth`: of calls.
   */
  statement?(stmt: Stmt, fn: EvaluableFunction, depth: number, again?: boolean): void;
  /** A function of the patch, or a model, was called; and it is back. */
  entered?(fn: EvaluableFunction): void;
  /** `value`: what it gave back; null: a fault ended it. */
  left?(fn: EvaluableFunction, value: Value | null): void;
  /** After a variable or a field was assigned; `name` as C writes it (`start`, `cpa->numpages`). */
  assigned?(name: string, value: Value, span: Span, fn: EvaluableFunction): void;
  /** Which way a branch on an opaque value goes. */
  branch(test: Expr, value: Value, fn: EvaluableFunction): boolean;
  /** First in line for every call that takes values; undefined: not intercepted. */
  call?(name: string, args: readonly Value[], expr: Expr | null, fn: EvaluableFunction | null): Value | undefined;
  /** True for function names that `call` answers even where the patch has a macro of that name. */
  intercepts?(name: string): boolean;
  unknownCall?(name: string, args: readonly Value[], expr: Expr | null, fn: EvaluableFunction | null): void;
  /** `id` is the one a Value was given as `syncResult`; `to`: the call that a function gave it back to. */
  syncResult?(id: number, seen: SyncResultUse, to?: GivenBack): void;
  /** Undefined behaviour that does not end the run (a shift by too much, a division by zero). */
  undefinedBehaviour?(what: string, span: Span, fn: EvaluableFunction | null): void;
  /** Anything else worth a line in the run's log; from the kernel's models without a place. */
  note?(text: string, span: Span | null, fn: EvaluableFunction | null): void;
  /** A jump led to a place that nobody shows: the function ends there, and its code would not. */
  lost?(fn: EvaluableFunction): void;
  /** The lock at an address was taken or given up. */
  lock?(lock: Value | undefined, taken: boolean): void;
  /** An atomic section began or ended; `depth` is what holds now. */
  atomic?(depth: number, what: string, entered: boolean): void;
}

/** Functions of the kernel that the engine implements. */
export type PrimitiveTable = Readonly<Record<string, Primitive>>;

export interface Limits {
  /** Statements and loop rounds of one run, or of one stretch of it where `stretches` are given. */
  readonly statements: number;
  /** How many such stretches a run may go through that gets on: each has changed or flushed something. */
  readonly stretches?: number;
  /** Calls inside each other. */
  readonly depth: number;
}

/** Reads the body of a macro of the patch; null if it is not one expression (or statement). */
export interface MacroParser {
  expression(text: string): Expr | null;
  statement(text: string): Stmt | null;
}

export interface EvaluatorOptions {
  readonly code: Code;
  readonly machine: Machine;
  readonly memory: Memory;
  readonly facts: Facts;
  readonly hooks: Hooks;
  readonly primitives: PrimitiveTable;
  readonly limits: Limits;
  /** Absent: calls of the patch's macros are unknown calls. */
  readonly parse?: MacroParser;
  /** Page tables as memory, for code that walks and edits them itself; such code then uses them, not the primitives. */
  readonly tables?: TableFrames;
  /** Functions and constants that go before the engine's and the field's own. */
  readonly extraBuiltins?: BuiltinTable;
}

export interface Evaluator {
  /** What steps of models receive. */
  readonly kernel: Kernel;
  /**
   * Calls a function by name. Throws EvaluationFault, BugOn, LimitReached, and whatever hooks and primitives throw
   * (MachineBug).
   */
  call(name: string, args: readonly (Value | bigint)[]): Value;
  /** The atomic sections that hold now, outermost first. */
  atomic(): readonly string[];
}

/** Where a call or an access stands. Both are null for calls that come from models. */
export interface Place {
  readonly span: Span | null;
  readonly fn: EvaluableFunction | null;
}

/** What built-ins see of the run. */
export interface BuiltinContext {
  readonly kernel: Kernel;
  readonly machine: Machine;
  readonly memory: Memory;
  readonly facts: Facts;
  readonly hooks: Hooks;
  readonly at: Place;
  /** The expression of each argument, as written; empty for calls that come from models. */
  readonly argExprs: readonly Expr[];
  /** The truth of a value; opaque ones go to the branch hook. */
  truth(value: Value): boolean;
  /** Calls whatever function a pointer value points to; null if that is unknown. */
  callPointer(pointer: Value, args: readonly Value[]): Value | null;
}

/** A function of the field. */
export interface Builtin {
  run(context: BuiltinContext, args: readonly Value[]): Value | bigint | undefined;
  /** What its arguments' sync results count as; default: nothing is known of them ('stored'). */
  readonly sees?: SyncResultUse | 'nothing';
  /** Wants opaque arguments itself; otherwise a call with one gives an opaque result without running. */
  readonly opaque?: true;
}

export interface BuiltinTable {
  readonly functions: Readonly<Record<string, Builtin>>;
  readonly constants: Readonly<Record<string, (context: Pick<BuiltinContext, 'machine' | 'memory'>) => Value | bigint>>;
}
