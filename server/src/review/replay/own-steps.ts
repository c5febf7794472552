/** The recorded steps of the patch's own sync: folded by KeyID, statement by statement inside. */
import { lanesOf } from '../../../../engine/src/lanes.ts';
import type { Machine } from '../../../../engine/src/machine.ts';
import type { ReplayStep } from '../../../../engine/src/replay.ts';
import type { Fact } from '../implementation/judge.ts';
import type { Action, EntryPlace, OwnStep, Recording } from '../implementation/recording.ts';
import { spotKey } from '../run/by-site.ts';
import { count, hex } from '../run/print.ts';
import { max, min } from '../run/ranges.ts';
import type { Run } from '../run/run.ts';
import { eventSteps } from './events.ts';
import type { SourceIndex } from './source.ts';

/** Of a longer stretch its first and its last statements are shown, and those around faults; of the others it is said how many they are. */
const FIRST = 300;
const LAST = 60;
const AROUND = 20;
const MOST_MARKS = 8;
/** KeyIDs behind so many statements are shown by what was written for them alone. */
const MOST_STATEMENTS = 3000;

const NOTHING = { source: null, depth: 0, range: null, lanes: [], values: [] } as const;

export function ownSteps(
  run: Run,
  { steps, unkept }: Recording,
  facts: readonly Fact[],
  source: SourceIndex,
): readonly ReplayStep[] {
  const stretches = stretchesOf(steps);
  let shown = 0;
  const told = stretches.flatMap((stretch, index) => {
    const isWhole = shown < MOST_STATEMENTS;
    shown += Math.min(stretch.steps.length, FIRST + LAST);
    const inside = isWhole ? insideOf(run, stretch, facts, source) : [];
    if (stretch.keyId === null) return inside;
    const isLast = !stretches.slice(index + 1).some(({ keyId }) => keyId === stretch.keyId);
    return withHead(run.machine, stretch, stretch.keyId, inside, isLast);
  });
  if (unkept === 0) return told;
  const label = `${count(unkept, 'statement')} more`;
  return [...told, { ...NOTHING, kind: 'model', label, detail: `${label} ran behind these and were not kept` }];
}

interface Stretch {
  readonly keyId: number | null;
  readonly steps: readonly OwnStep[];
}

/** Statements that touch no KeyID's entries belong to the next that do; those behind the last of them to none. */
function stretchesOf(steps: readonly OwnStep[]): readonly Stretch[] {
  const stretches: { keyId: number | null; steps: OwnStep[] }[] = [];
  let waiting: OwnStep[] = [];
  for (const step of steps) {
    waiting.push(step);
    if (step.keyId === null) continue;
    const last = stretches.at(-1);
    if (last?.keyId === step.keyId) last.steps.push(...waiting);
    else stretches.push({ keyId: step.keyId, steps: waiting });
    waiting = [];
  }
  return waiting.length > 0 ? [...stretches, { keyId: null, steps: waiting }] : stretches;
}

function insideOf(run: Run, { keyId, steps }: Stretch, facts: readonly Fact[], source: SourceIndex): ReplayStep[] {
  const depth = keyId === null ? 0 : 1;
  const marks = marksIn(steps, facts);
  const isShown = (at: number) =>
    at < FIRST || at >= steps.length - LAST || marks.some((mark) => Math.abs(mark - at) <= AROUND);
  const shown: ReplayStep[] = [];
  for (let at = 0; at < steps.length; at++) {
    const step = steps[at];
    if (step && isShown(at)) shown.push(...stepsFor(run, step, depth, source));
    else {
      const from = at;
      while (at + 1 < steps.length && !isShown(at + 1)) at++;
      const label = `${count(at + 1 - from, 'statement')} left out`;
      const writes = writesIn(steps.slice(from, at + 1)).length;
      const detail = `${label} here, which write ${count(writes, 'entry', 'entries')}`;
      shown.push({ ...NOTHING, depth, kind: 'model', label, detail });
    }
  }
  return shown;
}

/** Where what the faults are laid to comes first, and where the page tables were mistreated or memory ran out. */
function marksIn(steps: readonly OwnStep[], facts: readonly Fact[]): readonly number[] {
  const laid = facts.map(({ spot }) => steps.findIndex((step) => spotKey(step.spot) === spotKey(spot)));
  const odd = steps.flatMap(({ actions }, at) => (actions.some(isOdd) ? [at] : []));
  return [...laid.filter((at) => at >= 0), ...odd].slice(0, MOST_MARKS);
}

const isOdd = (action: Action) =>
  (action.kind === 'free' && action.fault !== null) || (action.kind === 'allocate' && action.failed);

function stepsFor(run: Run, { spot, values, actions }: OwnStep, depth: number, source: SourceIndex): ReplayStep[] {
  const line = source.indexOf(spot);
  const statement: ReplayStep = {
    ...NOTHING,
    depth,
    kind: 'statement',
    label: spot.function,
    detail: `${spot.function}(): ${source.textOf(spot).replace(/ \{.*/, ' {')}`,
    source: line,
    values: values.flatMap(({ name, value, span }) => {
      const at = source.indexOf({ ...spot, span });
      return at === null ? [] : [{ source: at, name, value }];
    }),
  };
  return [statement, ...actions.flatMap((action) => actionSteps(run, action, depth, line))];
}

function actionSteps(run: Run, action: Action, depth: number, source: number | null): readonly ReplayStep[] {
  const at = { ...NOTHING, depth, source };
  switch (action.kind) {
    case 'event':
      return eventSteps(run, action.index, source).map((step) => ({ ...step, depth }));
    case 'allocate':
      return action.failed
        ? [{ ...at, kind: 'fault', label: '-ENOMEM', detail: 'the allocation of a page-table page fails' }]
        : [{ ...at, kind: 'table', label: 'allocate table', detail: 'a page-table page is allocated' }];
    case 'free': {
      const early =
        action.fault &&
        { hooked: 'while an entry still points to it', unflushed: 'before the TLB flush that retires it' }[
          action.fault
        ];
      const detail = `a page-table page is freed${early ? ` ${early}` : ''}`;
      return [{ ...at, kind: early ? 'fault' : 'table', label: early ? 'freed too early' : 'free table', detail }];
    }
    case 'write':
      return [
        { ...at, kind: 'write', ...written(action.place, action.after), range: rangeOf(run.machine, action.place) },
      ];
  }
}

const PAGE: Readonly<Record<string, '4K' | '2M' | '1G'>> = { 12: '4K', 21: '2M', 30: '1G' };

function written(place: EntryPlace | null, after: bigint): { readonly label: string; readonly detail: string } {
  const page = place && PAGE[String(place.shift)];
  const isLeaf = page === '4K' || (after & 0x80n) !== 0n;
  const what = after === 0n ? 'is cleared' : `becomes ${hex(after)}`;
  if (!place) return { label: 'write entry', detail: `an entry of a table that nothing points to yet ${what}` };
  const kind = after === 0n ? 'entry' : isLeaf && page ? `${page} entry` : 'table entry';
  const whose = place.keyId === null ? '' : `KeyID ${place.keyId}: `;
  return {
    label: after === 0n ? 'clear entry' : isLeaf && page ? `write ${page}` : 'hook table',
    detail: `${whose}the ${kind} for ${hex(place.address)} ${what}`,
  };
}

/** What an entry translates, as addresses of KeyID-0's mapping. */
function rangeOf({ layout }: Machine, place: EntryPlace | null): ReplayStep['range'] {
  if (place?.keyId === undefined || place.keyId === null) return null;
  const start = place.address - BigInt(place.keyId) * layout.directMappingSize;
  return [hex(start), hex(start + (1n << place.shift))];
}

const writesIn = (steps: readonly OwnStep[]) =>
  steps.flatMap(({ actions }) => actions.filter((action) => action.kind === 'write'));

/** The step that opens: how much it holds. What the KeyID's mapping has become stands where its last statement does. */
function withHead(
  machine: Machine,
  { steps }: Stretch,
  keyId: number,
  inside: readonly ReplayStep[],
  isLast: boolean,
): readonly ReplayStep[] {
  const writes = writesIn(steps);
  const places = writes.flatMap(({ place }) => (place?.keyId === keyId ? [place] : []));
  const shift = BigInt(keyId) * machine.layout.directMappingSize;
  const starts = places.map(({ address }) => address - shift);
  const ends = places.map((place) => place.address - shift + (1n << place.shift));
  const [first, ...more] = starts;
  const window = first === undefined ? null : { start: more.reduce(min, first), end: ends.reduce(max, first) };
  const lanes = window && isLast ? lanesOf(machine, [window]) : [];
  const became = lanes
    .filter(({ keyIds: [from, to] }) => from <= keyId && keyId <= to)
    .map((lane) => ({ ...lane, keyIds: [keyId, keyId] as const }));
  const notShown = inside.length === 0 ? ', not shown one by one' : '';
  const head: ReplayStep = {
    ...NOTHING,
    kind: 'sync-keyid',
    label: `sync KeyID ${keyId}`,
    detail: `KeyID ${keyId}: ${count(writes.length, 'entry', 'entries')} written in ${count(steps.length, 'statement')}${notShown}`,
    range: window && [hex(window.start), hex(window.end)],
    lanes: inside.length === 0 ? became : [],
  };
  return [head, ...inside.slice(0, -1), ...inside.slice(-1).map((step) => ({ ...step, lanes: became }))];
}
