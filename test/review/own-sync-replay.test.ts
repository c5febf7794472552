/** The replay of the patch's own sync: through its walkers statement by statement, folded by KeyID, and honest where it is cut. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Replay, ReplayStep } from '../../engine/src/replay.ts';
import { loadParser } from '../../server/src/c/parse/parser.ts';
import { review } from '../../server/src/review/review.ts';
import { HOOKS } from '../seeded/hooks/index.ts';
import { faultyChange, patchOf } from '../seeded/seeded.ts';

/** The replay of the first finding of a rule in a faulty variant of the sync that the seeded hooks bring. */
function replayOf(parser: Awaited<ReturnType<typeof loadParser>>, fault: string, rule: string): Replay | null {
  const hook = HOOKS.find(({ name }) => name === 'the sync itself');
  const seeded = hook?.faults.find(({ name }) => name === fault);
  if (!hook || !seeded) throw new Error(`no fault ${fault}`);
  const report = review(patchOf(faultyChange(hook, seeded)), { file: 'x', parser });
  const index = report.patches.findIndex(({ findings }) => findings.some((finding) => finding.rule === rule));
  const scenario = report.patches[index]?.findings.find((finding) => finding.rule === rule)?.scenario;
  return scenario ? report.replay(index, scenario, 'patched') : null;
}

describe('a sync that fills a part of a split page only', () => {
  let replay: Replay | null = null;
  beforeAll(async () => {
    replay = replayOf(await loadParser(), 'only the range of a split page filled', 'faulty-sync');
  }, 120_000);
  const steps = (): readonly ReplayStep[] => replay?.steps ?? [];

  test('folds by KeyID, and opens on the statements of its walkers', () => {
    const heads = steps().filter(({ kind }) => kind === 'sync-keyid');
    expect(heads.length).toBeGreaterThan(0);
    expect(heads.every(({ depth }) => depth === 0)).toBe(true);
    const inside = steps().filter(({ depth }) => depth === 1);
    expect(new Set(inside.filter(({ kind }) => kind === 'statement').map(({ label }) => label)).size).toBeGreaterThan(
      2,
    );
    expect(inside.some(({ kind, label }) => kind === 'write' && label.startsWith('write '))).toBe(true);
    expect(inside.some(({ kind }) => kind === 'table')).toBe(true);
  });

  test('statements stand on their lines, with the values that they set', () => {
    const statements = steps().filter(({ kind }) => kind === 'statement');
    expect(statements.every(({ source }) => source !== null)).toBe(true);
    const set = statements.flatMap(({ values }) => values);
    expect(set.length).toBeGreaterThan(0);
    expect(set.every(({ source, name }) => replay?.source[source]?.text.includes(name.split(/\W/)[0] ?? ''))).toBe(
      true,
    );
  });

  test('the flush stands behind the writes, and what each mapping became at the end of its KeyID', () => {
    const last = steps().findLastIndex(({ kind }) => kind === 'write');
    expect(steps().findLastIndex(({ kind }) => kind === 'tlb-flush')).toBeGreaterThan(last);
    const shown = steps().flatMap(({ lanes }) => lanes.map(({ keyIds }) => keyIds[0]));
    expect(new Set(shown).size).toBe(replay?.machine.keyIds);
  });

  test('what is left out is said', () => {
    expect(steps().length).toBeLessThan(5000);
    const total = steps().flatMap(({ kind, detail }) =>
      kind === 'sync-keyid' ? [Number(/in (\d+) statement/.exec(detail)?.[1])] : [],
    );
    const left = steps().flatMap(({ label }) => Number(/^(\d+) statements? left out/.exec(label)?.[1] ?? 0));
    const inside = steps().filter(({ kind, depth }) => kind === 'statement' && depth === 1);
    const sum = (list: readonly number[]) => list.reduce((all, one) => all + one, 0);
    expect(sum(left) + inside.length).toBe(sum(total));
  });
});
