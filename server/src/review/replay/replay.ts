/** A run as the document that the panel, the terminal and the HTML report draw. */

import { lanesOf } from '../../../../engine/src/lanes.ts';
import type { LaneChange, Replay, ReplayStep } from '../../../../engine/src/replay.ts';
import { sizeText } from '../../../../engine/src/size-text.ts';
import type { Context, Failure, Trial } from '../rule.ts';
import { type Skipped, skippedFlushes, skippedOnFailure } from '../run/flushes.ts';
import { hex, staleKeyIds } from '../run/print.ts';
import { bytesIn, canonicalMapping, canonicalOf } from '../run/ranges.ts';
import { type Run, runId } from '../run/run.ts';
import { verdictOf } from '../scenario-results.ts';
import { eventSteps } from './events.ts';
import { shownImplementation } from './implementation.ts';
import { marksOf } from './marks.ts';
import { type SourceIndex, sourceOf } from './source.ts';

/** The replay of a scenario; of several ways through it the first that ends badly. */
export function replayOf(context: Context, scenario: string, variant: 'patched' | 'unpatched'): Replay | null {
  const failing = context.failures.find(({ run }) => runId(run) === scenario);
  if (failing) return variant === 'patched' ? failureReplay(context, failing) : null;
  const trials = context.trials.filter((trial) => trial.run.scenario.id === scenario);
  const trial = trials.find((candidate) => !verdictOf(candidate).ok) ?? trials[0];
  if (!trial) return variant === 'patched' ? implementationReplay(context, scenario) : null;
  if (variant === 'patched') return documentOf(trial.run, variant, context, verdictOf(trial), flowOf(trial, trial.run));
  const run = trial.before ?? trial.model;
  const flow = flowOf({ run, model: trial.model, before: null, causes: [], cleared: null }, run);
  return documentOf(run, variant, context, withoutPatch(run), flow);
}

/** A run in which an allocation of the sync fails, or MKTME is off. */
const failureReplay = (context: Context, failure: Failure): Replay =>
  documentOf(failure.run, 'patched', context, failureVerdict(failure.run), (source) =>
    stepsOf(failure.run, source, missingSteps(skippedOnFailure(failure, failure.trial), failure.run)),
  );

function failureVerdict(run: Run): Replay['verdict'] {
  if (run.setting === 'mktme-off')
    return {
      ok: false,
      sentence: 'MKTME is off, the sync does nothing, and a flush that is left to it does not happen',
    };
  const before = run.setting ? 'a sync before has failed, and ' : '';
  const sentence = `${before}allocation ${run.failure} of the sync fails: ${staleKeyIds(run.stale)} keep the old mapping of ${sizeText(bytesIn(canonicalOf(run.machine, run.stale)))}`;
  return run.stale.length === 0
    ? { ok: true, sentence: 'the failed sync leaves nothing stale' }
    : { ok: false, sentence };
}

/** What the patch's own sync leaves behind in one of its tests. */
function implementationReplay(context: Context, test: string): Replay | null {
  const shown = shownImplementation(context, test);
  return shown && documentOf(shown.run, 'patched', context, shown.verdict, shown.steps);
}

function documentOf(
  run: Run,
  variant: Replay['variant'],
  context: Context,
  verdict: Replay['verdict'],
  steps: (source: SourceIndex) => readonly ReplayStep[],
): Replay {
  const { layout } = run.machine;
  const source = sourceOf(run, context);
  return {
    schema: 1,
    scenario: { id: run.scenario.id, title: run.scenario.title, call: run.scenario.call },
    variant,
    verdict,
    machine: {
      pagingLevels: layout.pagingLevels,
      pageOffset: hex(layout.pageOffset),
      directMappingSize: hex(layout.directMappingSize),
      ramBytes: hex(layout.ramBytes),
      keyIds: layout.keyIds,
    },
    source: source.lines,
    initial: lanesOf(run.machine.at(run.begin), [canonicalMapping(layout)]),
    steps: [...steps(source), ...endOf(run, source)],
    marks: marksOf(run),
    cost: {
      visited: run.syncs.reduce((sum, call) => sum + call.visited, 0),
      needed: run.syncs.reduce((sum, call) => sum + call.needed, 0),
    },
  };
}

/** Statement by statement, and what did not happen. */
const flowOf = (trial: Trial, run: Run) => (source: SourceIndex) =>
  stepsOf(run, source, missingSteps(run.side === 'new' ? skippedFlushes(trial) : [], run));

const withoutPatch = (run: Run) => ({
  ok: run.stale.length === 0,
  sentence:
    run.stale.length === 0
      ? `without the patch every KeyID's mapping equals KeyID-0's`
      : 'without the patch nothing syncs this change',
});

const NO_LANES: readonly LaneChange[] = [];

function stepsOf(run: Run, source: SourceIndex, missing: ReadonlyMap<number, ReplayStep>): readonly ReplayStep[] {
  const steps: ReplayStep[] = [];
  for (const [index, traced] of run.trace.entries()) {
    const next = run.trace[index + 1]?.events ?? run.machine.events.length;
    const line = traced.spot ? source.indexOf(traced.spot) : null;
    const events: ReplayStep[] = [];
    for (let event = traced.events; event < next; event++) events.push(...eventSteps(run, event, line));
    // Of the kernel's own steps those are told that did something, by what they did.
    const isTold = traced.spot !== null || traced.kind === 'note' || (next > traced.events && events.length === 0);
    const text = traced.spot ? source.textOf(traced.spot) : traced.label;
    if (isTold)
      steps.push({
        kind: traced.spot ? 'statement' : 'model',
        label: traced.label || text || traced.function,
        detail: traced.function ? `${traced.function}(): ${text}` : text,
        source: line,
        depth: 0,
        range: null,
        lanes: NO_LANES,
        values: traced.values.flatMap(({ name, value, span }) => {
          const at = traced.spot ? source.indexOf({ ...traced.spot, span }) : null;
          return at === null ? [] : [{ source: at, name, value }];
        }),
      });
    const own = isTold ? '' : `${traced.function}(), ${traced.label}: `;
    steps.push(...events.map((step) => ({ ...step, detail: own + step.detail })));
    const absent = missing.get(index);
    if (absent) steps.push(absent);
  }
  return steps;
}

/** What today's kernel does and the run did not, behind the last step of the function where it belonged. */
function missingSteps(skipped: readonly Skipped[], run: Run): ReadonlyMap<number, ReplayStep> {
  const steps = new Map<number, ReplayStep>();
  for (const { kind, function: name, keyIds } of skipped) {
    const last = run.trace.findLastIndex((traced) => traced.function === name);
    const what = kind === 'cache' ? 'cache' : 'TLB';
    const today = `${name}() flushes the ${what} here today; this run did not`;
    steps.set(last < 0 ? run.trace.length - 1 : last, {
      kind: 'missing',
      label: `${what} flush`,
      detail: keyIds ? `the lines of KeyID ${keyIds.written} are still in the caches: nothing has flushed them` : today,
      source: null,
      depth: 0,
      range: null,
      lanes: NO_LANES,
      values: [],
    });
  }
  return steps;
}

function endOf(run: Run, source: SourceIndex): readonly ReplayStep[] {
  const { fault } = run;
  return [
    {
      kind: fault ? 'fault' : 'return',
      label: fault ? fault.detail : 'return',
      detail: fault
        ? fault.message
        : `${run.scenario.entry}() returns${run.returned === null ? '' : ` ${BigInt.asIntN(32, run.returned)}`}`,
      source: fault?.spot ? source.indexOf(fault.spot) : null,
      depth: 0,
      range: null,
      lanes: NO_LANES,
      values: [],
    },
  ];
}
