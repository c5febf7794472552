/** A run of code that has moved since, told of the places where the code stands now. */
import { movedCall } from './call-sync.ts';
import type { Moves } from './moves.ts';
import type { Run, Spot, TraceStep } from './run.ts';

/** Null: the run speaks of a place of which the moves do not tell. */
export function movedRun(run: Run, moves: Moves): Run | null {
  let isLost = false;
  const found = <T>(place: T | null): T | null => {
    if (place === null) isLost = true;
    return place;
  };
  const placed = <T extends { readonly spot: Spot | null }>(item: T): T =>
    item.spot ? { ...item, spot: found(moves.spot(item.spot)) } : item;
  const step = (from: TraceStep): TraceStep => {
    const { spot, stmt, values } = from;
    if (!spot) return from;
    const moved = values.map((value) => ({
      ...value,
      span: found(moves.spot({ ...spot, span: value.span }))?.span ?? value.span,
    }));
    return { ...placed(from), stmt: stmt && moves.node(stmt), values: moved };
  };
  const moved: Run = {
    ...run,
    trace: run.trace.map(step),
    syncs: run.syncs.map((call) => found(movedCall(call, moves)) ?? call),
    fault: run.fault && placed(run.fault),
    assumed: run.assumed.map(placed),
    unknownCalls: run.unknownCalls.map(placed),
    loops: run.loops.map(placed),
  };
  return isLost ? null : moved;
}
