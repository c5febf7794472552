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
  /** Null: nothing is remembered. */
  readonly last: Kept<T> | null;
  readonly program: Program;
  readonly code: Code;
  /** True if all that a run depends on reads the same in the code of last time and in that of now. */
  same(run: T, before: Code, moves: Moves): boolean;
  /** Null: it speaks of a place of which the moves do not tell. */
  moved(run: T, moves: Moves): T | null;
}

export function keeperOf<T>({ last, program, code, same, moved }: KeeperInput<T>): Keeper<T> {
  const runs = new Map<string, T>();
  const moves = last && movesBetween(last.program, program);
  const takenOver = (name: string): T | null => {
    const run = last?.runs.get(name);
    return run && moves && same(run, last.code, moves) ? moved(run, moves) : null;
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
