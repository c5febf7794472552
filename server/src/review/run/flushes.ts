/** Flushes that the kernel does today and a run did not. */
import type { Address, Range } from '../../../../engine/src/address.ts';
import type { Event } from '../../../../engine/src/event.ts';
import { changedRanges } from './causes.ts';
import { functionsAt } from './flow.ts';
import { overlaps, subtract, union } from './ranges.ts';
import type { Run } from './run.ts';

export interface Skipped {
  readonly kind: 'cache' | 'tlb';
  readonly ranges: readonly Range[] | 'all';
  /** The kernel functions that are under way when it happens today, innermost first; `function`: that one, which does it. */
  readonly within: readonly string[];
  readonly function: string;
  /** Index of the event in the model's run. */
  readonly event: number;
  /** Lines written under one KeyID, and the page used under another. */
  readonly keyIds?: { readonly written: number; readonly used: number };
}

type Flush = Extract<Event, { kind: 'tlb-flush' | 'cache-flush' }>;

/** A run and, made only where it is asked for, the kernel's own run of the same scenario. */
export interface Compared {
  readonly run: Run;
  readonly model: Run;
}

const known = new WeakMap<Run, readonly Skipped[]>();

/** What the kernel's own run flushes and `run` does not, for runs that change the same pages. */
export function skippedFlushes(compared: Compared): readonly Skipped[] {
  const { run } = compared;
  const found =
    known.get(run) ?? (run.fault || run.lostIn.size > 0 || owesNothing(run) ? [] : compare(compared.model, run));
  known.set(run, found);
  return found;
}

/**
 * True if a run leaves to its syncs a flush of the TLB that the kernel does itself today: while MKTME is off, nobody may do
 * it. A run whose changes are all flushed by others is not held against the kernel's own.
 */
export function leansOnSync(compared: Compared): boolean {
  const { run } = compared;
  const bySync = (at: number) => run.syncs.some(({ from, to }) => at >= from && at < to);
  const own = flushes(run, 'tlb').filter(({ event }) => !bySync(event));
  if (run.fault || retirements(run).every((change) => covers(after(own, change.event), change))) return false;
  return changesSame(compared.model, run) && skippedTlb(compared.model, run, own).length > 0;
}

/** What a run skips because its sync fails or does nothing: where it did all it has to, the run flushed. */
export function skippedOnFailure(failing: Compared, plain: Compared): readonly Skipped[] {
  const always = new Set(skippedFlushes(plain).map(({ kind }) => kind));
  return skippedFlushes(failing).filter(({ kind }) => !always.has(kind));
}

function compare(model: Run, run: Run): readonly Skipped[] {
  if (model.fault || !changesSame(model, run)) return [];
  const cache = usesMemory(run) ? skippedLines(model, run) : skippedCache(model, run);
  return [...cache, ...skippedTlb(model, run, flushes(run, 'tlb'))];
}

/**
 * True if a run flushed the TLB behind each of its changes, and no cache flush can be due: it leaves all memory write-back,
 * and nothing failed on the way. No need then to know what the kernel does today.
 */
function owesNothing(run: Run): boolean {
  const { facts, scenario } = run;
  if (facts.failPage !== null || scenario.failAllocation !== undefined) return false;
  const changes = retirements(run);
  if (changes.length === 0) return false;
  const { events } = run.machine;
  for (let at = run.begin; at < events.length; at++) if (isUncached(events[at])) return false;
  const done = flushes(run, 'tlb');
  return changes.every((change) => covers(after(done, change.event), change));
}

const isUncached = (event: Event | undefined) =>
  event?.kind === 'write' && (event.after?.flags.some((flag) => flag === 'pcd' || flag === 'pwt') ?? false);

type Conflict = Extract<Event, { kind: 'cache-conflict' }>;

const eventsOf = ({ machine, begin }: Run) => machine.events.slice(begin);
const usesMemory = (run: Run) => eventsOf(run).some(({ kind }) => kind === 'access');
const conflictsIn = (run: Run) => eventsOf(run).filter((event): event is Conflict => event.kind === 'cache-conflict');

/** Where memory is used, it is not asked which flush happened but whether lines of another KeyID were met. A call that nobody knows may have flushed them. */
function skippedLines(model: Run, run: Run): readonly Skipped[] {
  const left = conflictsIn(run);
  const [first] = left;
  const [due] = flushes(model, 'cache');
  if (!first || !due || conflictsIn(model).length > 0 || run.unknownCalls.length > 0) return [];
  return [
    {
      kind: 'cache',
      ranges: union(left.map(({ start, end }) => ({ start, end }))),
      ...placeOf(model, due.event),
      keyIds: { written: first.written, used: first.keyId },
    },
  ];
}

function skippedCache(model: Run, run: Run): readonly Skipped[] {
  const due = flushes(model, 'cache');
  const done = flushes(run, 'cache');
  const first = due.find(({ flush }) => !covers(done, flush.range));
  if (!first) return [];
  const ranges = first.flush.range === 'all' ? ('all' as const) : subtract(rangesOf(due), rangesOf(done));
  return [{ kind: 'cache', ranges, ...placeOf(model, first.event) }];
}

/** Of the TLB each changed range counts: flushed behind its last change in the kernel's run, and not in this one. */
function skippedTlb(model: Run, run: Run, done: readonly Placed[]): readonly Skipped[] {
  const due = flushes(model, 'tlb');
  const retired = retirements(run);
  const missing = retirements(model).flatMap((change) => {
    const flush = due.find(
      ({ event, flush: { range } }) => event > change.event && (range === 'all' || overlaps(range, change)),
    );
    if (!flush || !covers(after(due, change.event), change)) return [];
    const own = retired.find((other) => other.start === change.start && other.end === change.end);
    const changed = (own ?? retired.findLast((other) => overlaps(other, change)))?.event ?? run.begin;
    return covers(after(done, changed), change) ? [] : [{ flush, range: { start: change.start, end: change.end } }];
  });
  const [first] = missing;
  if (!first) return [];
  const { event } = first.flush;
  return [{ kind: 'tlb', ranges: union(missing.map(({ range }) => range)), ...placeOf(model, event) }];
}

interface Retired extends Range {
  readonly event: number;
}

interface Placed {
  readonly flush: Flush;
  readonly event: number;
}

const after = (list: readonly Placed[], at: number) => list.filter(({ event }) => event > at);

function flushes(run: Run, kind: Skipped['kind']): readonly Placed[] {
  return run.machine.events.flatMap((event, index) =>
    index >= run.begin && event.kind === `${kind}-flush` ? [{ flush: event as Flush, event: index }] : [],
  );
}

const rangesOf = (placed: readonly Placed[]) =>
  placed.flatMap(({ flush }) => (flush.range === 'all' ? [] : [flush.range]));

function covers(placed: readonly Placed[], range: Range | 'all'): boolean {
  if (placed.some(({ flush }) => flush.range === 'all')) return true;
  return range !== 'all' && subtract([range], rangesOf(placed)).length === 0;
}

/** Ranges whose old translation a TLB may hold, each with the last event that changed it. */
function retirements(run: Run): readonly Retired[] {
  const last: Retired[] = [];
  const places = new Map<Address, number[]>();
  const { events } = run.machine;
  for (let at = run.begin; at < events.length; at++) {
    const event = events[at];
    if (event?.kind !== 'write' || event.before === null || (event.keyId !== 0 && event.keyId !== null)) continue;
    const { start, end } = event;
    const there = places.get(start) ?? [];
    const place = there.find((index) => last[index]?.end === end);
    if (place === undefined) places.set(start, [...there, last.push({ start, end, event: at }) - 1]);
    else last[place] = { start, end, event: at };
  }
  return last;
}

const changesSame = (a: Run, b: Run) => {
  const left = changedRanges(a);
  const right = changedRanges(b);
  return subtract(left, right).length === 0 && union(left).length === union(right).length;
};

function placeOf(model: Run, event: number): Pick<Skipped, 'within' | 'function' | 'event'> {
  const within = functionsAt(model, event);
  return { within, function: within[0] ?? '', event };
}
