/**
 * A run of the patch's own sync as a replay: through its walkers, KeyID by KeyID, to the statements that the faults are laid
 * to. Entry by entry such a run is thousands of steps that a review never looks at: it is run again to be shown.
 */
import type { ReplayStep } from '../../../../engine/src/replay.ts';
import { replayImplementation } from '../implementation/execute.ts';
import type { Fact } from '../implementation/judge.ts';
import type { Context } from '../rule.ts';
import type { Run, Spot, TraceStep } from '../run/run.ts';
import { ownSteps } from './own-steps.ts';
import type { SourceIndex } from './source.ts';

export interface ImplementationShown {
  /** With the statements that matter as its trace, for the source column. */
  readonly run: Run;
  readonly verdict: { readonly ok: boolean; readonly sentence: string };
  steps(source: SourceIndex): readonly ReplayStep[];
}

/** Of several runs of a test (one for each allocation that fails) the first that shows a fault; null: there is no such test. */
export function shownImplementation(context: Context, test: string): ImplementationShown | null {
  const runs = context.implementations.filter(({ run }) => run.scenario.id === test);
  const shown = runs.find(({ facts }) => facts.length > 0) ?? runs[0];
  if (!shown) return null;
  const { facts } = shown;
  const { run, recording } = replayImplementation(shown.options);
  const spots = [...facts, ...recording.steps].map(({ spot }) => spot);
  return {
    run: { ...run, trace: distinct(spots).map(traced) },
    verdict: facts[0]
      ? { ok: false, sentence: facts[0].message }
      : { ok: true, sentence: `the sync leaves every KeyID's mapping equal to KeyID-0's` },
    steps: (source) => [
      ...ownSteps(run, recording, facts, source),
      ...told(facts).map((fact) => faultStep(fact, source)),
    ],
  };
}

const distinct = (spots: readonly Spot[]): readonly Spot[] => [
  ...new Map(spots.map((spot) => [`${spot.text.path} ${spot.function} ${spot.span.start}`, spot])).values(),
];

/** The same for each KeyID is one fault. */
const told = (facts: readonly Fact[]): readonly Fact[] => [
  ...new Map(facts.map((fact) => [`${fact.spot.function} ${fact.spot.span.start} ${fact.message}`, fact])).values(),
];

const traced = (spot: Spot): TraceStep => ({
  kind: 'patch',
  label: '',
  stmt: null,
  spot,
  function: spot.function,
  depth: null,
  events: 0,
  values: [],
});

const NOTHING = { source: null, depth: 0, range: null, lanes: [], values: [] } as const;

const LABEL: Record<Fact['rule'], string> = {
  'faulty-sync': 'wrong entry',
  'early-table-free': 'freed too early',
  'unpropagated-top-level': 'top level missing',
  'sync-in-atomic': 'may sleep here',
};

const faultStep = ({ rule, spot, message }: Fact, source: SourceIndex): ReplayStep => ({
  ...NOTHING,
  kind: 'fault',
  label: LABEL[rule],
  detail: message,
  source: source.indexOf(spot),
});
