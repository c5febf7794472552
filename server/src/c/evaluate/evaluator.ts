/**
 * Runs kernel C on a simulated machine. No code, however odd, hangs or crashes it: a call ends with a value or with
 * EvaluationFault, BugOn or LimitReached.
 */
import { intValue, type Value } from '../../../../engine/src/kernel/ctype.ts';
import type { Kernel } from '../../../../engine/src/kernel/model.ts';
import { builtins, joined } from './builtins/index.ts';
import { pageTable } from './builtins/page-table.ts';
import { frameRegion } from './builtins/table-frames.ts';
import { dispatch } from './call.ts';
import { LimitReached } from './errors.ts';
import { mapHostMemory } from './host-memory.ts';
import type { Run } from './run.ts';
import type { Evaluator, EvaluatorOptions } from './types.ts';

export function createEvaluator(options: EvaluatorOptions): Evaluator {
  const { machine, memory, facts, hooks, tables, extraBuiltins } = options;
  const sections: string[] = [];
  const call = (name: string, args: readonly (Value | bigint)[]): Value => {
    const values = args.map((arg) => (typeof arg === 'bigint' ? intValue(arg) : arg));
    return dispatch(run, name, values, null, null);
  };
  const kernel: Kernel = {
    machine,
    memory,
    facts,
    call: (name, ...args) => call(name, args),
    note: (text) => hooks.note?.(text, null, null),
    enterAtomic: (what) => {
      sections.push(what);
      hooks.atomic?.(sections.length, what, true);
    },
    leaveAtomic: (what) => {
      sections.pop();
      hooks.atomic?.(sections.length, what, false);
    },
  };
  const run: Run = {
    options,
    memory,
    hooks,
    kernel,
    first: joined([...(tables ? [pageTable(tables)] : []), ...(extraBuiltins ? [extraBuiltins] : [])]),
    builtins,
    globals: new Map(),
    notGlobal: new Set(),
    statics: new Map(),
    structs: new Set(),
    functionNames: [],
    joined: new Map(),
    parsedMacros: new Map(),
    iterators: new Map(),
    callees: new Map(),
    statements: 0,
    stretch: { number: 1, events: 0 },
    depth: 0,
  };
  mapHostMemory(memory, machine.layout);
  if (tables) memory.mapRegion(frameRegion(tables, machine.layout));
  return {
    kernel,
    call: (name, args) => {
      try {
        return call(name, args);
      } catch (error) {
        // Expressions nested deeper than this program's own stack.
        if (error instanceof RangeError && /call stack/i.test(error.message))
          throw new LimitReached('depth', null, null);
        throw error;
      }
    },
    atomic: () => [...sections],
  };
}
