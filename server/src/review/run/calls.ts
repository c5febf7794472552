/** Which calls a run makes, and when they are over. */
import { scenarios } from '../../../../engine/src/kernel/scenarios/index.ts';
import type { Machine } from '../../../../engine/src/machine.ts';
import type { Hooks } from '../../c/evaluate/types.ts';

export interface Calls {
  /** The patch's functions that have returned, with the number of the machine's events by then. */
  readonly left: ReadonlyMap<string, number>;
  /** Requests that another function made, as events of the machine: one that a scenario could begin with, and not one inside it. */
  readonly requests: readonly { readonly from: number; readonly to: number }[];
  readonly hooks: Pick<Hooks, 'entered' | 'left'>;
}

const entries: ReadonlySet<string> = new Set(scenarios.map(({ entry }) => entry));

export function followCalls(machine: Machine): Calls {
  const left = new Map<string, number>();
  const requests: { from: number; to: number }[] = [];
  let request: { readonly depth: number; readonly from: number } | null = null;
  let depth = 0;
  return {
    left,
    requests,
    hooks: {
      entered(fn) {
        if (depth++ > 0 && request === null && entries.has(fn.name)) request = { depth, from: machine.events.length };
      },
      left(fn) {
        if (request?.depth === depth) {
          requests.push({ from: request.from, to: machine.events.length });
          request = null;
        }
        depth--;
        if (fn.source !== null) left.set(fn.name, machine.events.length);
      },
    },
  };
}
