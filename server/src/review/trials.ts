/** Which scenarios say something about a patch, and their runs. */

import type { Scenario } from '../../../engine/src/kernel/scenario.ts';
import { scenarios as catalogue } from '../../../engine/src/kernel/scenarios/index.ts';
import type { MacroParser } from '../c/evaluate/types.ts';
import { createFailures } from './failures.ts';
import type { Program } from './program.ts';
import type { Failure, Trial } from './rule.ts';
import { type Cause, causesOf } from './run/causes.ts';
import { codeOf } from './run/code.ts';
import { execute } from './run/execute.ts';
import { explore } from './run/explore.ts';
import { type Keeper, type KeeperInput, type Kept, keeperOf, sameAnswers } from './run/kept.ts';
import { movedRun } from './run/moved.ts';
import type { Run, Setting } from './run/run.ts';

export interface TrialsInput {
  readonly post: Program;
  readonly pre: Program;
  /** True if the code before the patch reaches a sync of its own. */
  readonly preHooked: boolean;
  readonly keyIds: number;
  readonly pagingLevels: readonly (4 | 5)[];
  readonly parse: MacroParser;
  readonly skipScenarios: readonly string[];
  /** What is remembered; the first that reads the same is taken over. */
  readonly sources: readonly KeptTrials[];
}

/** The runs of both sides, for the next review. */
export interface KeptTrials {
  readonly post: Kept<Run>;
  readonly pre: Kept<Run>;
}

export interface Trials {
  readonly trials: readonly Trial[];
  readonly failures: readonly Failure[];
  /** Scenarios whose ways were too many to try all. */
  readonly cut: readonly Scenario[];
  /** Scenarios that do not reach anything the patch shows: the kernel's own flow stands for them. */
  readonly untouched: readonly Scenario[];
  readonly kept: KeptTrials;
}

/** Runs of the kernel without any patch; they depend on nothing but the scenario. */
const models = new Map<string, Run>();

/** Pauses before each scenario. */
export function* runTrials(input: TrialsInput): Generator<void, Trials> {
  const { post, pre, keyIds, parse } = input;
  const keepers = {
    new: keeperFor(
      post,
      input.sources.map((kept) => kept.post),
    ),
    old: keeperFor(
      pre,
      input.sources.map((kept) => kept.pre),
    ),
  };
  const applicable = catalogue.filter(
    ({ id, versions, pagingLevels }) =>
      versions.includes(post.version) &&
      input.pagingLevels.includes(pagingLevels) &&
      !isSkipped(id, input.skipScenarios),
  );
  const trials: Trial[] = [];
  const failing = createFailures(post);
  const cut: Scenario[] = [];
  const untouched: Scenario[] = [];

  let endless = 0;
  for (const scenario of applicable) {
    const model = () => modelRun(input, scenario);
    if (!reaches(scenario, post) && !reaches(scenario, pre)) {
      untouched.push(scenario);
      trials.push(trialOf(model(), causesOf(model()), model, () => null));
      continue;
    }
    if (endless >= MOST_ENDLESS) {
      cut.push(scenario);
      continue;
    }
    yield;
    const run =
      (program: Program, failure: number | null, setting?: Setting) =>
      (decisions: readonly boolean[]): Run =>
        keepers[program.side].recall(
          `${scenario.id} ${setting ?? ''} ${failure} ${decisions.map(Number).join('')}`,
          () =>
            execute({
              scenario,
              program,
              side: program.side,
              keyIds,
              parse,
              decisions,
              failure,
              ...(setting && { setting }),
            }),
        );
    const { runs: all, cut: wasCut } = explore(run(post, null));
    const runs = scenario.isVast ? all.filter(({ fault }) => fault?.kind !== 'limit') : all;
    if (wasCut || runs.length < all.length) cut.push(scenario);
    const before = once(() => (input.preHooked && reaches(scenario, pre) ? run(pre, null)([]) : null));
    for (const each of runs) {
      if (each.fault?.kind === 'limit') endless++;
      const trial = trialOf(each, causesOf(each), model, before);
      trials.push(trial);
      failing.add(trial, (failure, setting) => run(post, failure, setting)(waysOf(each)));
    }
  }
  return { trials, failures: failing.all(), cut, untouched, kept: { post: keepers.new.kept, pre: keepers.old.kept } };
}

const waysOf = ({ assumed }: Run) => assumed.map((branch) => branch.taken);

function keeperFor(program: Program, sources: readonly Kept<Run>[]): Keeper<Run> {
  const code = codeOf({ program, side: program.side });
  const same: KeeperInput<Run>['same'] = ({ asked }, before, moves) => sameAnswers(asked, before, code, moves);
  return keeperOf({ sources, program, code, same, moved: movedRun });
}

const isSkipped = (id: string, skipped: readonly string[]) =>
  skipped.some((name) => id === name || id.startsWith(`${name}/`));

/** Code that does not come to its end in so many runs is not run any further. */
const MOST_ENDLESS = 3;

const trialOf = (run: Run, causes: readonly Cause[], model: () => Run, before: () => Run | null): Trial => ({
  run,
  causes,
  cleared: null,
  get model() {
    return model();
  },
  get before() {
    return before();
  },
});

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const reaches = (scenario: Scenario, program: Program) =>
  program.functions.has(scenario.entry) || scenario.reaches.some((name) => program.functions.has(name));

function modelRun({ post, keyIds, parse }: TrialsInput, scenario: Scenario): Run {
  const key = `${post.version}/${keyIds}/${scenario.id}`;
  const known = models.get(key);
  if (known) return known;
  const run = execute({ scenario, program: post, side: 'model', keyIds, parse, decisions: [], failure: null });
  models.set(key, run);
  return run;
}
