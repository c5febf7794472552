/** How a run can end other than with a value. */
import type { MemoryFault } from '../../../../engine/src/kernel/memory.ts';
import type { Span, Stmt } from '../ast.ts';
import type { EvaluableFunction } from './types.ts';

/** A memory fault, with the expression that ran into it. `span` and `fn` are null where no code of a hunk stands there. */
export class EvaluationFault extends Error {
  readonly fault: MemoryFault;
  readonly span: Span | null;
  readonly fn: EvaluableFunction | null;
  constructor(fault: MemoryFault, span: Span | null, fn: EvaluableFunction | null) {
    super(fault.message);
    this.fault = fault;
    this.span = span;
    this.fn = fn;
  }
}

/** A BUG_ON() whose condition holds, or BUG(). */
export class BugOn extends Error {
  readonly span: Span | null;
  readonly fn: EvaluableFunction | null;
  constructor(message: string, span: Span | null, fn: EvaluableFunction | null) {
    super(message);
    this.span = span;
    this.fn = fn;
  }
}

/** The run was ended because it went on for too long or too deep. */
export class LimitReached extends Error {
  readonly limit: 'statements' | 'depth';
  readonly span: Span | null;
  readonly fn: EvaluableFunction | null;
  /** Of the loops that were running, the one that had gone round most often. */
  busiest: { readonly loop: Stmt; readonly fn: EvaluableFunction; readonly rounds: number } | null = null;
  constructor(limit: 'statements' | 'depth', span: Span | null, fn: EvaluableFunction | null) {
    const where = fn ? ` in ${fn.name}()` : '';
    super(limit === 'statements' ? `too many statements${where}` : `calls nested too deep${where}`);
    this.limit = limit;
    this.span = span;
    this.fn = fn;
  }
}
