/** Which calls were under way at a moment of a run, told from the depths of the statements around it. */
import type { Run, TraceStep } from './run.ts';

type Statement = TraceStep & { readonly depth: number };

const known = new WeakMap<Run, readonly Statement[]>();

function statementsOf(run: Run): readonly Statement[] {
  const found = known.get(run) ?? run.trace.filter((step): step is Statement => step.depth !== null);
  known.set(run, found);
  return found;
}

/** Index of the statement that made an event of the machine. */
const makerOf = (statements: readonly Statement[], event: number) =>
  statements.findLastIndex(({ events }) => events <= event);

/** The functions that were under way when an event happened, innermost first. */
export function functionsAt(run: Run, event: number): readonly string[] {
  const statements = statementsOf(run);
  const names: string[] = [];
  let depth = Number.POSITIVE_INFINITY;
  for (let i = makerOf(statements, event); i >= 0; i--) {
    const step = statements[i];
    if (!step || step.depth >= depth) continue;
    names.push(step.function);
    depth = step.depth;
  }
  return names;
}

/** Those, and the functions that ran afterwards. */
export function functionsSince(run: Run, event: number): ReadonlySet<string> {
  const statements = statementsOf(run);
  const after = statements.slice(makerOf(statements, event) + 1);
  return new Set([...functionsAt(run, event), ...after.map((step) => step.function)]);
}

/** The functions in one call of which both events happened, innermost last. */
export function functionsAround(run: Run, first: number, last: number): readonly string[] {
  const statements = statementsOf(run);
  const from = makerOf(statements, first);
  const between = statements.slice(Math.max(from, 0), makerOf(statements, last) + 1);
  const shallowest = Math.min(...between.map(({ depth }) => depth));
  const innermost = new Set(between.filter(({ depth }) => depth === shallowest).map((step) => step.function));
  // One statement of the caller may have called two functions, and then neither holds both events.
  let depth = innermost.size === 1 ? shallowest + 1 : shallowest;
  const names: string[] = [];
  for (let i = from; i >= 0 && depth > 0; i--) {
    const step = statements[i];
    if (!step || step.depth >= depth) continue;
    names.push(step.function);
    depth = step.depth;
  }
  return names.reverse();
}

/** The function whose own statement made an event. */
export function functionMaking(run: Run, event: number): string | undefined {
  const statements = statementsOf(run);
  return statements[makerOf(statements, event)]?.function;
}
