/** Flushes that the kernel does today and a run did not. */
import type { Range } from '../../../../engine/src/address.ts';
import type { Event } from '../../../../engine/src/event.ts';
import { changedRanges } from './causes.ts';
import { overlaps, subtract, union } from './ranges.ts';
import type { Run } from './run.ts';

export interface Skipped {
  readonly kind: 'cache' | 'tlb';
  readonly ranges: readonly Range[] | 'all';
  /** The kernel function that does it today. */
  readonly function: string;
  /** Index of the event in the model's run. */
  readonly event: number;
}

type Flush = Extract<Event, { kind: 'tlb-flush' | 'cache-flush' }>;

/** What `model` flushes and `run` does not, for runs that change the same pages. */
export function skippedFlushes(model: Run, run: Run): readonly Skipped[] {
  if (run.fault || model.fault || !changesSame(model, run)) return [];
  return [...skippedCache(model, run), ...skippedTlb(model, run)];
}

function skippedCache(model: Run, run: Run): readonly Skipped[] {
  const due = flushes(model, 'cache');
  const done = flushes(run, 'cache');
  const first = due.find(({ flush }) => !covers(done, flush.range));
  if (!first) return [];
  const ranges = first.flush.range === 'all' ? ('all' as const) : subtract(rangesOf(due), rangesOf(done));
  return [{ kind: 'cache', ranges, function: functionAt(model, first.event), event: first.event }];
}

/** Of the TLB each changed range counts: flushed behind its last change in the kernel's run, and not in this one. */
function skippedTlb(model: Run, run: Run): readonly Skipped[] {
  const due = flushes(model, 'tlb');
  const done = flushes(run, 'tlb');
  const retired = retirements(run);
  const missing = retirements(model).flatMap((change) => {
    const flush = due.find(
      ({ event, flush: { range } }) => event > change.event && (range === 'all' || overlaps(range, change)),
    );
    const after = (list: readonly Placed[], at: number) => list.filter(({ event }) => event > at);
    if (!flush || !covers(after(due, change.event), change)) return [];
    const own = retired.find((other) => other.start === change.start && other.end === change.end);
    const changed = (own ?? retired.findLast((other) => overlaps(other, change)))?.event ?? run.begin;
    return covers(after(done, changed), change) ? [] : [{ flush, range: { start: change.start, end: change.end } }];
  });
  const [first] = missing;
  if (!first) return [];
  const { event } = first.flush;
  return [{ kind: 'tlb', ranges: union(missing.map(({ range }) => range)), function: functionAt(model, event), event }];
}

interface Placed {
  readonly flush: Flush;
  readonly event: number;
}

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
function retirements(run: Run): readonly (Range & { readonly event: number })[] {
  const last = new Map<string, Range & { readonly event: number }>();
  run.machine.events.forEach((event, index) => {
    if (index < run.begin || event.kind !== 'write' || event.before === null) return;
    if (event.keyId !== 0 && event.keyId !== null) return;
    last.set(`${event.start}-${event.end}`, { start: event.start, end: event.end, event: index });
  });
  return [...last.values()];
}

const changesSame = (a: Run, b: Run) => {
  const left = changedRanges(a);
  const right = changedRanges(b);
  return subtract(left, right).length === 0 && union(left).length === union(right).length;
};

const functionAt = (run: Run, event: number) => run.trace.findLast((step) => step.events <= event)?.function ?? '';
