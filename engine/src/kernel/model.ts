/**
 * The kernel's flow around a hunk: each modelled function is an ordered list of named steps. A hunk stands for the
 * steps whose marks it shows; the rest runs from here. Steps know the kernel's names for parameters and locals, and
 * nothing of patches.
 */
import type { Machine } from '../machine.ts';
import type { CType, Value } from './ctype.ts';
import type { Memory } from './memory.ts';

/** What the machine and the configuration of a scenario say, beside the page tables. */
export interface Facts {
  /** X86_FEATURE_CLFLUSH. Without it a due cache flush is wbinvd everywhere. */
  readonly clflush: boolean;
  /** The n-th page (0-based) of a request fails in __change_page_attr() with -EINVAL; null: none. */
  readonly failPage: number | null;
  /** debug_pagealloc_enabled(): the direct mapping is all 4K pages, and CPA takes no cpa_lock. Absent: off. */
  readonly debugPagealloc?: boolean;
}

/** The running kernel as steps see it. One per run. */
export interface Kernel {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly facts: Facts;
  /** Calls a kernel function by name: what the patch shows of it if it shows it, else its model. */
  call(name: string, ...args: (Value | bigint)[]): Value;
  /** Says in the run's log that a named piece of the kernel's work happened or began (for the replay). */
  note(text: string): void;
  /** Spinlocks and disabled interrupts: depth of atomic sections, for sync-in-atomic. */
  enterAtomic(what: string): void;
  leaveAtomic(what: string): void;
}

/** Parameters and locals of one call of a modelled function, by the kernel's names. */
export interface Frame {
  readonly kernel: Kernel;
  get(name: string): bigint;
  set(name: string, bits: bigint): void;
  /** Address of a local (for locals that are structs, or passed by address). */
  addressOf(name: string): bigint;
}

/** How a step ends: on to the next, or a jump. `return` carries the value, if any. */
export type Outcome = undefined | { readonly return: bigint | null } | { readonly goto: string } | 'break' | 'continue';

export interface Step {
  readonly kind: 'step';
  /** The step's name, shown in the replay: 'clflush the pages'. */
  readonly name: string;
  /**
   * How a hunk shows this step: each mark is a pattern of C in which a kernel local or parameter is written `$name`
   * and `_` matches anything: `cpa_flush_all(_)`, `sync_global_pgds($vaddr_start, $vaddr_end - 1)`, `!$cache`. Any one that matches
   * somewhere inside a statement marks it, and binds the names, however the hunk spells them.
   */
  readonly marks: readonly string[];
  /** True for a `return` without condition. */
  readonly ends?: true;
  run(frame: Frame): Outcome | undefined;
}

export interface Loop {
  readonly kind: 'loop';
  readonly name: string;
  readonly marks: readonly string[];
  /** Tested before each round. */
  while(frame: Frame): boolean;
  readonly body: readonly Node[];
}

/** A block under a condition, where the kernel has several steps inside (else it is one step). */
export interface Branch {
  readonly kind: 'branch';
  readonly name: string;
  readonly marks: readonly string[];
  when(frame: Frame): boolean;
  readonly body: readonly Node[];
}

export interface Label {
  readonly kind: 'label';
  readonly name: string;
}

export type Node = Step | Loop | Branch | Label;

export interface Local {
  readonly name: string;
  readonly type: CType;
  /** Initial bits; absent: not initialised. */
  readonly init?: (frame: Frame) => bigint;
  /** The kernel sets it, and no step does: code that reads it gets a value of which nothing is known. */
  readonly unmodelled?: true;
}

/** Which kernels a model describes. v5.2 differs from v5.1 in the hot-plug functions only: they take `init`. */
export type Version = 'v4.18' | 'v5.1' | 'v5.2' | 'v6.1';

export interface KernelFunction {
  readonly name: string;
  readonly path: readonly string[];
  /** The kernel versions in which the function has this shape. */
  readonly versions: readonly Version[];
  readonly returns: CType;
  readonly parameters: readonly { readonly name: string; readonly type: CType }[];
  readonly locals: readonly Local[];
  readonly body: readonly Node[];
}
