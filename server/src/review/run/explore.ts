/** Runs a scenario every way it can go: each branch on an opaque value both ways, within a bound. */
import type { Run } from './run.ts';

export interface Exploration {
  readonly runs: readonly Run[];
  /** True if the bound was reached before every way was tried. */
  readonly cut: boolean;
}

const MAX_RUNS = 16;

export function explore(runWith: (decisions: readonly boolean[]) => Run): Exploration {
  const runs: Run[] = [];
  const open: (readonly boolean[])[] = [[]];
  while (open.length > 0 && runs.length < MAX_RUNS) {
    const decisions = open.pop() ?? [];
    const run = runWith(decisions);
    runs.push(run);
    const taken = run.assumed.map((branch) => branch.taken);
    for (let i = taken.length - 1; i >= decisions.length; i--) open.push([...taken.slice(0, i), !taken[i]]);
  }
  return { runs, cut: open.length > 0 };
}
