/** Which runs are made once more with a sync that fails, or does nothing. */
import type { Program } from './program.ts';
import type { Failure, Trial } from './rule.ts';
import { callsBySite, type SiteCalls, spotKey } from './run/by-site.ts';
import { leansOnSync } from './run/flushes.ts';
import { touches } from './run/missed.ts';
import type { Run, Setting } from './run/run.ts';

const MOST_FAILURES = 12;
/** What two requests have shown of a call, a third shows again. */
const ENOUGH = 2;

/** Runs a trial once more: with an allocation of its syncs that fails, or on another machine. */
type Again = (failure: number | null, setting?: Setting) => Run;

interface Unfailing {
  readonly trial: Trial;
  readonly sites: readonly string[];
  readonly again: Again;
}

export interface Failures {
  add(trial: Trial, again: Again): void;
  all(): readonly Failure[];
}

/** Collects the failures of a patch's trials, at each call of a sync as many as tell something new. */
export function createFailures(post: Program): Failures {
  const failures: Failure[] = [];
  const failedAt = new Map<string, number>();
  const neverFailed: Unfailing[] = [];
  /** Where the syncs stand of runs that have been made again with MKTME off. */
  const offAt = new Set<string>();
  return {
    add(trial, again) {
      if (trial.run.syncs.length === 0) return;
      const sites = sitesOf(trial.run, post);
      if (sites.some((key) => !offAt.has(key)) && post.ownSyncs.size === 0 && leansOnSync(trial)) {
        failures.push(failureOf(again(null, 'mktme-off'), trial));
        for (const key of sites) offAt.add(key);
      }
      if (sites.every((key) => (failedAt.get(key) ?? 0) >= ENOUGH)) return;
      const failing = firstAllocations(trial.run).slice(0, MOST_FAILURES);
      for (const n of failing) failures.push(failureOf(again(n), trial));
      if (failing.length > 0) for (const key of sites) failedAt.set(key, (failedAt.get(key) ?? 0) + 1);
      else neverFailed.push({ trial, sites, again });
    },
    all: () => [...failures, ...failuresAfter(neverFailed, failedAt)],
  };
}

/** The calls of syncs that a run came by; a function that syncs for several others gives each of them its result. */
function sitesOf(run: Run, post: Program): readonly string[] {
  const through = [...run.entered]
    .filter((name) => touches(post, name))
    .sort()
    .join(' ');
  return callsBySite([run]).map(({ spot, calls }) => `${spotKey(spot)} ${flushesCacheBehind(calls)} ${through}`);
}

/** A sync that fails before the cache has been flushed can skip that flush: no other request shows it. */
const flushesCacheBehind = (calls: SiteCalls['calls']) =>
  calls.some(({ run, call }) => run.machine.events.slice(call.to).some(({ kind }) => kind === 'cache-flush'));

/** Failures at calls whose syncs allocate in no scenario, because all that they need is there: unless one before has failed. */
function failuresAfter(runs: readonly Unfailing[], failedAt: ReadonlyMap<string, number>): readonly Failure[] {
  const done = new Set(failedAt.keys());
  return runs.flatMap(({ trial, sites, again }) => {
    if (sites.every((key) => done.has(key))) return [];
    const failing = firstAllocations(again(null, 'after-failure')).slice(0, MOST_FAILURES);
    if (failing.length > 0) for (const key of sites) done.add(key);
    return failing.map((n) => failureOf(again(n, 'after-failure'), trial));
  });
}

const failureOf = (run: Run, trial: Trial): Failure => ({
  run,
  trial,
  get model() {
    return trial.model;
  },
});

/**
 * For each sync of a run that allocates, the ordinal of its first allocation among those of all: to the code that called
 * it, a sync fails alike whichever of its allocations does.
 */
function firstAllocations(run: Run): readonly number[] {
  const firsts: number[] = [];
  let before = 0;
  for (const call of run.syncs) {
    const allocated = run.machine.events.slice(call.from, call.to).filter(({ kind }) => kind === 'table-alloc').length;
    if (allocated > 0) firsts.push(before + 1);
    before += allocated;
  }
  return firsts;
}
