/**
 * A second opinion on what is laid to a call of the sync. The reference does no more than it is asked for; a sync that
 * the patch brings may round its range out, or rebuild a split page whole, and then a narrow call is right. So the run
 * is made once more with that sync, and of what lies at its calls only what shows again is kept. What is new in the
 * second run is the implementation's own fault, which its tests show.
 */
import type { Range } from '../../../../engine/src/address.ts';
import type { Event } from '../../../../engine/src/event.ts';
import type { Machine, Stale } from '../../../../engine/src/machine.ts';
import type { MacroParser } from '../../c/evaluate/types.ts';
import type { Program } from '../program.ts';
import type { Trial } from '../rule.ts';
import { spotKey } from '../run/by-site.ts';
import type { Cause } from '../run/causes.ts';
import { type Asked, codeOf, withAsked } from '../run/code.ts';
import { execute } from '../run/execute.ts';
import { type Keeper, type Kept, keeperOf, sameAnswers } from '../run/kept.ts';
import { canonicalOf, intersect, max, overlaps, subtract, union } from '../run/ranges.ts';
import type { Run, SyncCall } from '../run/run.ts';
import { isForeign } from '../run/space.ts';
import { ownSyncsOf } from './execute.ts';
import { ownCalls } from './own-calls.ts';

/** The second run, as far as anybody asks. */
export interface Opinion {
  /** Null: the run did not end, or rests on what is not known; the reference's opinion stands. */
  readonly stale: readonly Stale[] | null;
  /** What of it a sync has written behind the last change: it came by, and copied wrongly. */
  readonly miscopied: readonly Stale[];
  /** Calls that touched no other tables than those of the KeyIDs' own mappings. */
  readonly inside: ReadonlySet<number>;
  readonly asked: Asked;
}

export interface Cleared {
  /** Canonical ranges that the patch's own sync does not leave stale. */
  readonly ranges: readonly Range[];
  /** Calls with a range outside of KeyID-0's mapping from which it keeps its hands off. */
  readonly calls: ReadonlySet<number>;
}

export interface OpinionsInput {
  readonly program: Program;
  readonly trials: readonly Trial[];
  readonly parse: MacroParser;
  readonly sources: readonly Kept<Opinion>[];
}

export interface Opinions {
  readonly trials: readonly Trial[];
  readonly kept: Kept<Opinion>;
}

/** A sync whose runs tell nothing so many times is not asked any more. */
const MOST_UNKNOWN = 3;

/** So many times in which it fills the hole beside a narrow range are enough. */
const ENOUGH = 3;

/** A request of so many calls may not come to its end with a sync that does more than it is asked for. */
const MANY = 512;

/** Pauses before each run. There is none where nothing is laid to a call, or the patch brings no sync. */
export function* secondOpinions(input: OpinionsInput): Generator<void, Opinions> {
  const keeper = keeperFor(input);
  const confirmed = new Set<string>();
  const acquitted = new Map<string, number>();
  const heard = new Map<Trial, Trial>();
  let unknown = 0;
  for (const trial of input.program.ownSyncs.size === 0 ? [] : input.trials) {
    const { run } = trial;
    const suspects = run.fault ? [] : suspectsOf(trial);
    const isOpen = suspects.some(
      ({ key, isHole }) => !confirmed.has(key) && !(isHole && (acquitted.get(key) ?? 0) >= ENOUGH),
    );
    if (!isOpen || unknown >= MOST_UNKNOWN) continue;
    yield;
    const opinion = keeper.recall(`${run.scenario.id} ${run.assumed.map(({ taken }) => Number(taken)).join('')}`, () =>
      opinionOn(run, suspects, input),
    );
    if (opinion.stale === null) {
      unknown++;
      continue;
    }
    const told = withCleared(trial, clearedBy(trial, opinion, opinion.stale));
    const left = new Set(suspectsOf(told).map(({ key }) => key));
    for (const { key } of suspects) {
      if (left.has(key)) confirmed.add(key);
      else acquitted.set(key, (acquitted.get(key) ?? 0) + 1);
    }
    heard.set(trial, told);
  }
  // What a sync makes of a split page depends on the size of the page, and on nothing else of a scenario: of the runs
  // that were not made, or took too long, those that were made tell. Of requests of many calls they tell all.
  const likeOthers = (trial: Trial) => {
    const { run } = trial;
    const isKnown = ({ key, isHole }: Suspect) =>
      acquitted.has(key) && !confirmed.has(key) && (isHole || run.syncs.length > MANY);
    const known = acquitted.size === 0 || run.fault ? [] : suspectsOf(trial).filter(isKnown);
    const strays = known.filter(({ ranges }) => ranges.length === 0);
    return withCleared(trial, {
      ranges: union(known.flatMap(({ ranges }) => ranges)),
      calls: new Set(strays.flatMap(({ calls }) => calls.map(({ id }) => id))),
    });
  };
  return { trials: input.trials.map((trial) => heard.get(trial) ?? likeOthers(trial)), kept: keeper.kept };
}

type AtCall = Extract<Cause, { kind: 'foreign-range' | 'hole' | 'narrow' }>;

const isAtCall = (cause: Cause): cause is AtCall =>
  cause.kind === 'foreign-range' || cause.kind === 'hole' || cause.kind === 'narrow';

/** What the reference holds against a call. */
interface Suspect {
  /** By place, kind, and the size of the page that was split. Once the patch's own sync shows it, too, it is a finding. */
  readonly key: string;
  readonly isHole: boolean;
  readonly ranges: readonly Range[];
  /** The calls that could bring it about: of those in a split page the first finds a huge page, the last is blamed. */
  readonly calls: readonly SyncCall[];
}

function suspectsOf({ run, causes, cleared }: Trial): readonly Suspect[] {
  const at = ({ spot }: SyncCall) => (spot ? spotKey(spot) : '');
  const foreign = run.syncs.filter((call) => isForeign(call, run.machine.layout));
  const blamed = causes.filter(isAtCall).map((cause): Suspect => {
    const { kind, call, ranges } = cause;
    if (kind !== 'hole') return { key: `${at(call)} ${kind}`, isHole: false, ranges, calls: [call, ...foreign] };
    const { huge } = cause;
    const first = run.syncs.find((sync) => overlaps(sync, huge));
    // A call across pages of several sizes is like no other.
    const size = [huge, ...ranges].reduce((most, { start, end }) => max(most, end - start), 0n);
    return {
      key: `${at(call)} hole ${size}`,
      isHole: true,
      ranges,
      calls: first ? [first, call] : [call],
    };
  });
  const strayed = foreign.filter(({ id }) => !cleared?.calls.has(id));
  return [
    ...blamed,
    ...strayed.map((call) => ({ key: `${at(call)} stray`, isHole: false, ranges: [], calls: [call] })),
  ];
}

function opinionOn(
  { scenario, machine, assumed }: Run,
  suspects: readonly Suspect[],
  { program, parse }: OpinionsInput,
): Opinion {
  const syncs = ownSyncsOf(program);
  const calls = new Set(suspects.flatMap((suspect) => suspect.calls.map(({ id }) => id)));
  const { code, asked } = withAsked(codeOf({ program, side: 'new', first: syncs }));
  const run = execute({
    scenario,
    program,
    side: 'new',
    keyIds: machine.layout.keyIds,
    parse,
    decisions: assumed.map(({ taken }) => taken),
    failure: null,
    syncing: (own, facts) => ownCalls({ code, syncs: new Set(syncs.keys()), calls, machine: own, facts, parse }),
  });
  // Each evaluator has variables of its own: what one leaves in them the other would not see.
  const isShared = [...asked.variables].some((name) => run.asked.variables.has(name) && code.variable(name) !== null);
  const tells = !run.fault && !isShared && run.syncs.every((call) => !touched(run, call).has(0));
  return {
    stale: tells ? run.stale : null,
    miscopied: tells ? run.stale.flatMap((each) => miscopied(run, each)) : [],
    inside: new Set(run.syncs.filter((call) => !touched(run, call).has(null)).map(({ id }) => id)),
    asked: {
      functions: new Set([...asked.functions, ...run.asked.functions]),
      macros: new Set([...asked.macros, ...run.asked.macros]),
      variables: new Set([...asked.variables, ...run.asked.variables]),
      structs: new Set([...asked.structs, ...run.asked.structs]),
    },
  };
}

/** The KeyIDs in whose mappings a call changed something; null: outside of them all. */
const touched = ({ machine }: Run, { from, to }: SyncCall): ReadonlySet<number | null> =>
  new Set(machine.events.slice(from, to).flatMap((event) => ('keyId' in event ? [event.keyId] : [])));

function miscopied({ machine, begin }: Run, stale: Stale): readonly Stale[] {
  if (stale.kind === 'hole') return [];
  const canonical = canonicalOf(machine, [stale]);
  const { events } = machine;
  const written = (event: Event, keyId: number): event is Written => event.kind === 'write' && event.keyId === keyId;
  const changed = events.findLastIndex(
    (event) => written(event, 0) && canonical.some((range) => overlaps(range, event)),
  );
  const since = events.slice(Math.max(begin, changed + 1));
  const copied = since.filter((event) => written(event, stale.keyId));
  return intersect([stale], union(copied)).map((range) => ({ ...stale, ...range }));
}

type Written = Extract<Event, { kind: 'write' }>;

function clearedBy({ run, causes }: Trial, { inside, miscopied }: Opinion, stale: readonly Stale[]): Cleared {
  // Nobody has changed what lies in a hole: if it is there and differs, the sync has copied it wrongly.
  const lost = leftByAll(
    run,
    stale.filter(({ kind }) => kind === 'hole'),
  );
  const left = leftByAll(
    run,
    stale.flatMap((each) => {
      const wrong = miscopied.filter(({ keyId }) => keyId === each.keyId);
      return subtract([each], wrong).map((range) => ({ ...each, ...range }));
    }),
  );
  const blamed = causes.filter(isAtCall);
  const foreign = run.syncs.filter((call) => isForeign(call, run.machine.layout));
  const isWorse = stale.some(
    (each) =>
      subtract(
        [each],
        run.stale.filter(({ keyId }) => keyId === each.keyId),
      ).length > 0,
  );
  return {
    ranges: union(blamed.flatMap(({ kind, ranges }) => subtract(ranges, kind === 'hole' ? lost : left))),
    calls: new Set(foreign.map(({ id }) => id).filter((id) => inside.has(id) && !isWorse)),
  };
}

function withCleared(trial: Trial, cleared: Cleared): Trial {
  const { ranges, calls } = cleared;
  if (ranges.length === 0 && calls.size === 0) return trial;
  const { run } = trial;
  return {
    run: { ...run, stale: run.stale.flatMap((each) => without(each, ranges, run.machine)) },
    causes: trial.causes.flatMap((cause): Cause[] => {
      const left = isAtCall(cause) ? subtract(cause.ranges, ranges) : cause.ranges;
      return left.length > 0 ? [{ ...cause, ranges: left }] : [];
    }),
    cleared,
    get model() {
      return trial.model;
    },
    get before() {
      return trial.before;
    },
  };
}

/** A call that leaves something out does so for each KeyID; what is stale for some only is the sync's own mistake. */
function leftByAll({ machine, stale: reference }: Run, stale: readonly Stale[]): readonly Range[] {
  const of = (keyId: number) =>
    canonicalOf(
      machine,
      stale.filter((each) => each.keyId === keyId),
    );
  const [first, ...others] = new Set(reference.map(({ keyId }) => keyId));
  if (first === undefined) return [];
  return others.reduce((left, keyId) => intersect(left, of(keyId)), of(first));
}

/** What of a stretch lies in no canonical range of these. */
function without(stale: Stale, ranges: readonly Range[], { layout }: Machine): readonly Stale[] {
  const shift = BigInt(stale.keyId) * layout.directMappingSize;
  const moved = ranges.map(({ start, end }) => ({ start: start + shift, end: end + shift }));
  return subtract([stale], moved).map((range) => ({ ...stale, ...range }));
}

function keeperFor({ program, sources }: OpinionsInput): Keeper<Opinion> {
  const code = codeOf({ program, side: 'new', first: ownSyncsOf(program) });
  return keeperOf<Opinion>({
    sources,
    program,
    code,
    same: ({ asked }, before, moves) => sameAnswers(asked, before, code, moves),
    // It speaks of no place.
    moved: (opinion) => opinion,
  });
}
