/** Runs the patch's own sync through the tests, and each of its allocations through a failure. */
import type { MacroParser } from '../../c/evaluate/types.ts';
import type { Program } from '../program.ts';
import { executeImplementation, type ImplementationRun } from './execute.ts';
import { failureTest, testsFor } from './tests.ts';

export function runImplementations(program: Program, parse: MacroParser): readonly ImplementationRun[] {
  return [...program.ownSyncs.values()].flatMap((sync) => {
    const convention = program.syncs.find(({ name }) => name === sync.name);
    if (!convention) return [];
    const takesRange = sync.evaluable.parameters.length >= 2 && convention.arguments !== 'none';
    const options = { program, sync, convention, parse };
    const runs = testsFor(takesRange).map((test) => executeImplementation({ ...options, test, failure: null }));
    const failing = failureTest(takesRange);
    const failures: ImplementationRun[] = [];
    if (failing) {
      for (let failure = 1; failure <= MOST_FAILURES; failure++) {
        const done = executeImplementation({ ...options, test: failing, failure });
        if (done.journal.allocations < failure) break;
        failures.push(done);
        // One run more would tell that there is nothing left to fail, and cost as much as all the others.
        if (failure >= done.referenceAllocations) break;
      }
    }
    return [...runs, ...failures];
  });
}

const MOST_FAILURES = 16;
