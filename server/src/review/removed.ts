/** Calls of a sync that the patch takes away. */
import { syncCalls } from './hooks.ts';
import type { Context, Trial } from './rule.ts';
import { spotKey } from './run/by-site.ts';
import type { Spot } from './run/run.ts';
import { isChanged } from './text.ts';

const known = new WeakMap<Context['pre'], readonly Spot[]>();

const removedSyncs = ({ pre }: Context): readonly Spot[] => {
  const found =
    known.get(pre) ??
    syncCalls(pre)
      .filter((call) => isChanged(call.spot.text, call.expr))
      .map((call) => call.spot);
  known.set(pre, found);
  return found;
};

/** The call that the patch takes away, where the code before the patch left no KeyID's mapping behind in this run's scenario. */
export function lostSync(context: Context, trial: Trial): Spot | null {
  const removed = removedSyncs(context).filter((spot) => mayPass(context, trial, spot));
  const [first] = removed;
  if (!first || trial.before?.stale.length !== 0) return null;
  const ran = new Set(trial.before.syncs.flatMap(({ spot }) => spot ?? []).map(spotKey));
  return removed.find((spot) => ran.has(spotKey(spot))) ?? first;
}

/** False if a scenario of the kernel's never enters the function that a call stands in: no need then to run it. */
function mayPass({ pre }: Context, { run: { scenario } }: Trial, { function: name }: Spot): boolean {
  return scenario.entry === name || scenario.reaches.includes(name) || pre.functions.get(name)?.modelled !== true;
}
