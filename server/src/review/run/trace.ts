/** Writes down what a run does, statement by statement. */
import type { Value } from '../../../../engine/src/kernel/ctype.ts';
import type { Machine } from '../../../../engine/src/machine.ts';
import type { Span, Stmt } from '../../c/ast.ts';
import { printed } from './print.ts';
import type { Spot, TraceStep } from './run.ts';

/** A longer run is kept to its first steps: its replay would tell nobody more. */
const MOST_TRACED = 10_000;

export interface Recorder {
  readonly trace: readonly TraceStep[];
  statement(stmt: Stmt, name: string, spot: Spot | null, depth: number): void;
  /** A value that the statement under way has set. */
  assigned(name: string, value: Value, span: Span): void;
  note(text: string, name: string): void;
}

type Values = TraceStep['values'][number][];
const NO_VALUES: Values = [];

export function createRecorder(machine: Machine): Recorder {
  const trace: (TraceStep & { values: Values })[] = [];
  let full = false;
  const push = (step: TraceStep & { values: Values }) => {
    full = trace.length >= MOST_TRACED;
    if (!full) trace.push(step);
  };
  return {
    trace,
    statement: (stmt, name, spot, depth) =>
      push({
        kind: spot ? 'patch' : 'kernel',
        label: stmt.kind === 'model' ? stmt.node.name : '',
        stmt: spot && stmt,
        spot,
        function: name,
        depth,
        events: machine.events.length,
        values: NO_VALUES,
      }),
    assigned(name, value, span) {
      const last = trace.at(-1);
      if (full || !last?.spot) return;
      if (last.values === NO_VALUES) last.values = [];
      last.values.push({ name, value: printed(value), span });
    },
    note: (text, name) =>
      push({
        kind: 'note',
        label: text,
        stmt: null,
        spot: null,
        function: name,
        depth: null,
        events: machine.events.length,
        values: NO_VALUES,
      }),
  };
}

/** For runs that nobody plays again. */
export const NO_RECORDER: Recorder = { trace: [], statement: () => {}, assigned: () => {}, note: () => {} };
