/** Runs of the last review, taken over where the code that they asked for reads the same: they would end the same. */
import type { Code } from '../../c/evaluate/types.ts';
import type { Program } from '../program.ts';
import type { Asked } from './code.ts';
import { type Moves, movesBetween } from './moves.ts';

export interface Kept<T> {
  readonly program: Program;
  readonly code: Code;
  readonly runs: ReadonlyMap<string, T>;
}

export interface Keeper<T> {
  /** The last review's run of this name, told of where its code stands now; or a new one. */
  recall(name: string, make: () => T): T;
  /** For the next review. */
  readonly kept: Kept<T>;
}

export interface KeeperInput<T> {
  /** What is remembered; the first that reads the same is taken over. */
  readonly sources: readonly Kept<T>[];
  readonly program: Program;
  readonly code: Code;
  /** True if all that a run depends on reads the same in the code of last time and in that of now. */
  same(run: T, before: Code, moves: Moves): boolean;
  /** Null: it speaks of a place of which the moves do not tell. */
  moved(run: T, moves: Moves): T | null;
}

export function keeperOf<T>({ sources, program, code, same, moved }: KeeperInput<T>): Keeper<T> {
  const runs = new Map<string, T>();
  const known = sources.map((source) => ({ source, moves: movesBetween(source.program, program) }));
  const takenOver = (name: string): T | null => {
    for (const { source, moves } of known) {
      const run = source.runs.get(name);
      const taken = run !== undefined && same(run, source.code, moves) ? moved(run, moves) : null;
      if (taken !== null) return taken;
    }
    return null;
  };
  return {
    recall(name, make) {
      const run = takenOver(name) ?? make();
      runs.set(name, run);
      return run;
    },
    kept: { program, code, runs },
  };
}

/** True if the answers to all that a run asked for read the same. */
export const sameAnswers = (
  { functions, macros, variables, structs }: Asked,
  before: Code,
  now: Code,
  moves: Moves,
): boolean =>
  [...functions].every((name) => moves.same(before.function(name), now.function(name))) &&
  [...macros].every((name) => moves.same(before.macro(name), now.macro(name))) &&
  [...variables].every((name) => moves.same(before.variable(name), now.variable(name))) &&
  [...structs].every((tag) => moves.same(before.struct(tag), now.struct(tag)));
