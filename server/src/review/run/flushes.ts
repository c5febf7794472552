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
  return (['cache', 'tlb'] as const).flatMap((kind): Skipped[] => {
    const due = flushes(model, kind);
    const done = flushes(run, kind);
    const first = due.find(({ flush }) => !isServed(flush, kind, model, run, done));
    if (!first) return [];
    const ranges = first.flush.range === 'all' ? ('all' as const) : subtract(rangesOf(due), rangesOf(done));
    return [{ kind, ranges, function: functionAt(model, first.event), event: first.event }];
  });
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

function isServed(flush: Flush, kind: Skipped['kind'], model: Run, run: Run, done: readonly Placed[]): boolean {
  // A TLB flush serves if it comes after the last change that it retires.
  const after = kind === 'tlb' ? done.filter(({ event }) => event > lastChange(run, flush)) : done;
  if (kind === 'tlb' && lastChange(model, flush) < 0) return true;
  if (after.some((other) => other.flush.range === 'all')) return true;
  return flush.range !== 'all' && subtract([flush.range], rangesOf(after)).length === 0;
}

const lastChange = (run: Run, flush: Flush) =>
  run.machine.events.findLastIndex(
    (event, index) =>
      index >= run.begin &&
      event.kind === 'write' &&
      event.before !== null &&
      (event.keyId === 0 || event.keyId === null) &&
      (flush.range === 'all' || overlaps(event, flush.range)),
  );

const changesSame = (a: Run, b: Run) => {
  const left = changedRanges(a);
  const right = changedRanges(b);
  return subtract(left, right).length === 0 && union(left).length === union(right).length;
};

const functionAt = (run: Run, event: number) => run.trace.findLast((step) => step.events <= event)?.function ?? '';
