/** Calls of the sync done by the patch's own, on the page tables of the machine whose run makes them. */
import { tableFramesOf } from '../../../../engine/src/frames.ts';
import { createMemory } from '../../../../engine/src/kernel/memory.ts';
import type { Facts } from '../../../../engine/src/kernel/model.ts';
import { primitives } from '../../../../engine/src/kernel/primitives.ts';
import { type Machine, MachineBug } from '../../../../engine/src/machine.ts';
import { createEvaluator } from '../../c/evaluate/evaluator.ts';
import type { Code, MacroParser } from '../../c/evaluate/types.ts';
import type { CarryOut } from '../run/call-sync.ts';
import { WALK_LIMITS } from '../run/limits.ts';
import { keepJournal } from './journal.ts';

export interface OwnCallsInput {
  readonly code: Code;
  /** Names of the patch's own syncs. */
  readonly syncs: ReadonlySet<string>;
  /** The calls in question, by their order; the others are left to the reference. */
  readonly calls: ReadonlySet<number>;
  readonly machine: Machine;
  readonly facts: Facts;
  readonly parse: MacroParser;
}

/** What hangs on a value that nobody knows ends the run: it would be a guess. */
const notKnown = (): never => {
  throw new MachineBug("what the patch's own sync does is not known");
};

/** Between two calls the run goes on with the machine itself, so each ends with a commit. */
export function ownCalls({ code, syncs, calls, machine, facts, parse }: OwnCallsInput): CarryOut {
  const frames = tableFramesOf(machine);
  const at = { spot: null };
  const { access } = keepJournal({ frames, at, isAtomic: () => false, failed: () => {} });
  const evaluator = createEvaluator({
    code,
    machine,
    memory: createMemory(),
    facts,
    primitives,
    parse,
    limits: WALK_LIMITS,
    tables: access,
    hooks: { branch: notKnown },
  });
  return (id, name, args) => {
    if (!calls.has(id) || !syncs.has(name)) return null;
    const result = evaluator.call(name, args);
    frames.commit();
    if (result.type.kind === 'void') return 0;
    return result.opaque === undefined ? Number(BigInt.asIntN(32, result.bits)) : notKnown();
  };
}
