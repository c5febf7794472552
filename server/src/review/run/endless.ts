/** Code under review that does not come to its end. */
import type { Run, Spot, SyncCall, TraceStep } from './run.ts';

/** As many times over, and as many steps at least, a run has to repeat itself. */
const ROUNDS = 8;
const STEPS = 48;
const LONGEST_ROUND = 256;

/**
 * One round of a run that was broken off where it did the same with the same values over and over: nothing that it looks
 * at will ever change. Null for one that ended, or only takes long.
 */
function roundOf({ fault, trace, assumed, loops }: Run): readonly TraceStep[] | null {
  if (fault?.kind !== 'limit' || assumed.length + loops.length > 0) return null;
  // The very last step was broken off.
  const whole = trace.slice(0, -1);
  for (let round = 1; round <= LONGEST_ROUND; round++) if (repeats(whole, round)) return whole.slice(-round);
  return null;
}

export const isEndless = (run: Run): boolean => roundOf(run) !== null;

function repeats(trace: readonly TraceStep[], round: number): boolean {
  const steps = Math.max(STEPS, ROUNDS * round);
  if (trace.length < steps + round) return false;
  for (let back = 1; back <= steps; back++)
    if (!isSame(trace[trace.length - back], trace[trace.length - back - round])) return false;
  return true;
}

const isSame = (a: TraceStep | undefined, b: TraceStep | undefined) =>
  a !== undefined &&
  b !== undefined &&
  a.stmt === b.stmt &&
  a.label === b.label &&
  a.values.length === b.values.length &&
  a.values.every(({ name, value }, index) => name === b.values[index]?.name && value === b.values[index]?.value);

/** Where the code goes round for ever: the first of the lines that it goes over; null: it does not. */
export function endlessSpot(run: Run): Spot | null {
  const spots = (roundOf(run) ?? []).flatMap(({ spot }) => spot ?? []);
  const here = spots.filter((spot) => spot.text === spots[0]?.text && spot.function === spots[0]?.function);
  return here.sort((a, b) => a.span.start - b.span.start)[0] ?? null;
}

/** The sync that a run without end calls in each round; null: it calls none. */
export function endlessSync(run: Run): SyncCall | null {
  const [before, last] = run.syncs.slice(-2);
  return before && last && last.expr === before.expr && isEndless(run) ? last : null;
}
