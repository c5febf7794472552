import fc from 'fast-check';
import { describe, test } from 'vitest';
import { checkRun, type Op, ops, opText, type Setting, TIB } from './random-run.ts';

const settings: (Setting & { runs: number })[] = [
  { levels: 4, keyIds: 3, tib: 1n, runs: 120 },
  { levels: 4, keyIds: 12, tib: 2n, runs: 20 },
  { levels: 5, keyIds: 3, tib: 1n, runs: 50 },
  // Mappings that cross from one p4d table into the next, and that lie one to a pgd entry.
  { levels: 5, keyIds: 3, tib: 96n, runs: 40 },
  { levels: 5, keyIds: 2, tib: 256n, runs: 20 },
  // Two pgd entries each: a failure under the first leaves the second unvisited.
  { levels: 5, keyIds: 2, tib: 512n, runs: 40 },
  // A source over two pgd entries with its copies shifted against them: the posted walk goes astray, and so must we.
  { levels: 5, keyIds: 2, tib: 320n, runs: 40 },
];

describe('random scenarios: engine and naive page tables agree', () => {
  test.each(settings)(
    '$levels-level, $keyIds KeyIDs of $tib TiB',
    (setting) => {
      const run = fc.check(
        fc.property(ops(setting.tib * TIB), (sequence) => checkRun(setting, sequence)),
        { numRuns: setting.runs * Number(process.env.ENGINE_RUNS ?? 1) },
      );
      if (run.failed) throw new Error(counterexample(run.counterexample?.[0] ?? [], run.errorInstance, run.seed));
    },
    300_000,
  );
});

const counterexample = (sequence: readonly Op[], error: unknown, seed: number): string =>
  [
    `seed ${seed}`,
    ...sequence.map((op) => `  ${opText(op)}`),
    error instanceof Error ? error.message : String(error),
  ].join('\n');
