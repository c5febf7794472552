/**
 * A run of the patch's own sync as a replay: what each KeyID's mapping became, and the statements that the faults are laid
 * to. Entry by entry such a run is thousands of steps that say little, so its statements are not kept.
 */
import { lanesOf } from '../../../../engine/src/lanes.ts';
import type { ReplayStep } from '../../../../engine/src/replay.ts';
import { type Execution, executeImplementation } from '../implementation/execute.ts';
import type { Fact } from '../implementation/judge.ts';
import type { Context } from '../rule.ts';
import { count, hex } from '../run/print.ts';
import { max, min } from '../run/ranges.ts';
import type { Run, Spot, TraceStep } from '../run/run.ts';
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
  const done = executeImplementation(shown.options);
  const { writers, frees } = done.journal;
  const spots = [...facts.map(({ spot }) => spot), ...writers.values(), ...frees.flatMap(({ spot }) => spot ?? [])];
  return {
    run: { ...done.run, trace: distinct(spots).map(traced) },
    verdict: facts[0]
      ? { ok: false, sentence: facts[0].message }
      : { ok: true, sentence: `the sync leaves every KeyID's mapping equal to KeyID-0's` },
    steps: (source) => [...rounds(done), ...told(facts).map((fact) => faultStep(fact, source))],
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
  events: 0,
  values: [],
});

const NOTHING = { source: null, depth: 0, range: null, lanes: [], values: [] } as const;

/** One step a KeyID, with all that the sync has written for it. */
function rounds({ run }: Execution): readonly ReplayStep[] {
  const { machine } = run;
  const { directMappingSize } = machine.layout;
  const written = new Map<number, { readonly entries: number; readonly start: bigint; readonly end: bigint }>();
  for (const event of machine.events.slice(run.begin)) {
    if (event.kind !== 'write' || event.keyId === null) continue;
    const shift = BigInt(event.keyId) * directMappingSize;
    const known = written.get(event.keyId);
    const [start, end] = [event.start - shift, event.end - shift];
    written.set(event.keyId, {
      entries: (known?.entries ?? 0) + 1,
      start: min(start, known?.start ?? start),
      end: max(end, known?.end ?? end),
    });
  }
  return [...written]
    .sort(([a], [b]) => a - b)
    .map(([keyId, { entries, start, end }]) => ({
      ...NOTHING,
      kind: 'sync-keyid',
      label: `sync KeyID ${keyId}`,
      detail: `KeyID ${keyId}: ${count(entries, 'entry', 'entries')} written`,
      range: [hex(start), hex(end)],
      lanes: lanesOf(machine, [{ start, end }])
        .filter(({ keyIds: [first, last] }) => first <= keyId && keyId <= last)
        .map((lane) => ({ ...lane, keyIds: [keyId, keyId] as const })),
    }));
}

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
