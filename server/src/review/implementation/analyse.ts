/** Runs the patch's own sync through the tests, and each of its allocations through a failure. */
import type { MacroParser } from '../../c/evaluate/types.ts';
import type { Program } from '../program.ts';
import type { Evidence } from '../report.ts';
import { codeOf } from '../run/code.ts';
import { type Keeper, type Kept, keeperOf, sameAnswers } from '../run/kept.ts';
import { movedRun } from '../run/moved.ts';
import type { Run } from '../run/run.ts';
import { evidenceOf } from './evidence.ts';
import {
  type Execution,
  executeImplementation,
  followImplementation,
  type ImplementationOptions,
  ownSyncsOf,
} from './execute.ts';
import { type Fact, judge, movedFact } from './judge.ts';
import { failureTests, testsFor } from './tests.ts';

export interface ImplementationRun {
  /** What it takes to run it again. */
  readonly options: ImplementationOptions;
  readonly run: Run;
  readonly facts: readonly Fact[];
  readonly evidence: Pick<Evidence, 'changed' | 'synced'>;
  /** Page-table pages that it, and that the reference sync of the same range, asked for. */
  readonly allocations: number;
  readonly referenceAllocations: number;
}

export interface Implementations {
  readonly runs: readonly ImplementationRun[];
  readonly kept: Kept<ImplementationRun>;
}

/** Pauses before each run. */
export function* runImplementations(
  program: Program,
  parse: MacroParser,
  sources: readonly Kept<ImplementationRun>[],
): Generator<void, Implementations> {
  const keeper = keeperFor(program, sources);
  const runs: ImplementationRun[] = [];
  for (const sync of program.ownSyncs.values()) {
    const convention = program.syncs.find(({ name }) => name === sync.name);
    if (!convention) continue;
    const takesRange = sync.evaluable.parameters.length >= 2 && convention.arguments !== 'none';
    runs.push(...(yield* runsOf(keeper, { program, sync, convention, parse }, takesRange)));
  }
  return { runs, kept: keeper.kept };
}

function* runsOf(
  keeper: Keeper<ImplementationRun>,
  options: Omit<ImplementationOptions, 'test' | 'failure'>,
  takesRange: boolean,
): Generator<void, readonly ImplementationRun[]> {
  const runs: ImplementationRun[] = [];
  for (const test of testsFor(takesRange)) {
    yield;
    const done = recall(keeper, { ...options, test, failure: null });
    runs.push(done);
    // What does not come to its end once does so again, and each time takes as long.
    if (done.run.fault?.kind === 'limit') return runs;
  }
  for (const { test, most } of failureTests(takesRange)) {
    for (let failure = 1; failure <= most; failure++) {
      yield;
      const done = recall(keeper, { ...options, test, failure });
      if (done.allocations < failure) break;
      runs.push(done);
      // One run more would tell that there is nothing left to fail, and cost as much as all the others.
      if (failure >= done.referenceAllocations) break;
    }
  }
  return runs;
}

function recall(keeper: Keeper<ImplementationRun>, options: ImplementationOptions): ImplementationRun {
  const { sync, test, failure } = options;
  return keeper.recall(`${sync.name} ${test.id} ${failure}`, () => {
    const execution = executeImplementation(options);
    const { run, journal, referenceAllocations } = execution;
    const facts = factsOf(execution, options);
    const evidence = evidenceOf(execution);
    return { options, run, facts, evidence, allocations: journal.allocations, referenceAllocations };
  });
}

/** What is wrong is looked at once more, with each assignment written down that leads to an entry. */
function factsOf(execution: Execution, options: ImplementationOptions): readonly Fact[] {
  const facts = judge(execution);
  return facts.some(({ rule }) => rule === 'faulty-sync') ? judge(followImplementation(options)) : facts;
}

function keeperFor(program: Program, sources: readonly Kept<ImplementationRun>[]): Keeper<ImplementationRun> {
  const code = codeOf({ program, side: 'new', first: ownSyncsOf(program) });
  return keeperOf<ImplementationRun>({
    sources,
    program,
    code,
    same({ options, run }, before, moves) {
      // The judge looks at how the sync is written, too.
      const [was, is] = [options.sync.shown, program.ownSyncs.get(options.sync.name)?.shown];
      const shown = is && moves.same(was.source, is.source, { before: was.text, now: is.text });
      return shown === true && sameAnswers(run.asked, before, code, moves);
    },
    moved(done, moves) {
      const sync = program.ownSyncs.get(done.options.sync.name);
      const run = movedRun(done.run, moves);
      const facts = done.facts.flatMap((fact) => movedFact(fact, moves) ?? []);
      if (!sync || !run || facts.length < done.facts.length) return null;
      return { ...done, options: { ...done.options, program, sync }, run, facts };
    },
  });
}
