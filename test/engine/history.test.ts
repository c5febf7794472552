/** Looking back and forking: every moment stays what it was. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMachine } from '../../engine/src/create.ts';
import { lanesOf } from '../../engine/src/lanes.ts';
import type { Machine } from '../../engine/src/machine.ts';
import { simulatedRuns } from '../../engine/src/simulate.ts';
import { type Op, ops, opText, TIB } from './random-run.ts';

const KEYIDS = 3;
const BASE = 0xffff888000000000n;
const MIB2 = 1n << 21n;

const apply = (machine: Machine, op: Op): void => {
  const at = (offset: bigint): bigint => BASE + offset;
  const fail = 'fail' in op && op.fail > 0 ? { failAllocation: op.fail } : {};
  if (op.op === 'map') machine.map(at(op.start), at(op.start + op.length), op.page, op.flags);
  else if (op.op === 'protect') machine.protect(at(op.start), at(op.start + op.length), op.set, op.clear);
  else if (op.op === 'unmap') machine.unmap(at(op.start), at(op.start + op.length));
  else if (op.op === 'collapse') machine.collapse(at(op.start), op.page);
  else if (op.op === 'split') machine.split(at(op.start));
  else if (op.op === 'write') machine.writeLeaf(at(op.start), op.flags);
  else if (op.op === 'enable') machine.enable(fail);
  else if (op.op === 'sync') machine.sync(at(op.start), at(op.start + op.length), fail);
  else machine.sync(at(0n), at(TIB), fail);
};

const snapshot = (machine: Machine): unknown => [
  Array.from({ length: KEYIDS + 1 }, (_, keyId) => simulatedRuns(machine, keyId)),
  machine.enabled,
  machine.cost,
  machine.coherence(),
  machine.staleTranslations(),
  machine.dirtyLines(),
  machine.missingTopLevel(),
];

test('at() gives every moment back, and a fork goes its own way', () => {
  const run = fc.check(
    fc.property(ops(TIB), ops(TIB), (first, second) => {
      const machine = createMachine({ pagingLevels: 4, ramBytes: TIB, keyIds: KEYIDS });
      const seen: { count: number; state: unknown }[] = [];
      for (const op of first) {
        apply(machine, op);
        seen.push({ count: machine.events.length, state: snapshot(machine) });
      }
      const events = [...machine.events];
      const fork = machine.fork();
      for (const op of second) apply(fork, op);
      const again = machine.fork();
      for (const op of second) apply(again, op);
      expect(again.events).toEqual(fork.events);
      expect(snapshot(again)).toEqual(snapshot(fork));
      expect(machine.events).toEqual(events);
      for (const { count, state } of seen) {
        expect(snapshot(machine.at(count))).toEqual(state);
        expect(snapshot(fork.at(count))).toEqual(state);
        expect(fork.at(count).events).toEqual(events.slice(0, count));
      }
    }),
    { numRuns: 60 * Number(process.env.ENGINE_RUNS ?? 1) },
  );
  if (run.failed) {
    const [first = [], second = []] = run.counterexample ?? [];
    const text = [...first.map(opText), 'fork', ...second.map(opText)].join('\n  ');
    throw new Error(
      `seed ${run.seed}\n  ${text}\n${run.errorInstance instanceof Error ? run.errorInstance.message : ''}`,
    );
  }
});

describe('lanes of a replay', () => {
  const machine = createMachine({ pagingLevels: 4, ramBytes: TIB, keyIds: KEYIDS });
  machine.map(BASE, BASE + 2n * MIB2, '2M', ['rw', 'nx']);
  machine.enable();
  const window = { start: BASE, end: BASE + 2n * MIB2 };
  const run = (start: string, end: string, page: string, pfn: string, flags: string[]) => ({
    start,
    end,
    page,
    pfn,
    flags,
  });

  test('KeyID-0 stands alone, the others together where they look alike', () => {
    const runs = [run('0x0', '0x400000', '2M', '0x0', ['nx', 'rw'])];
    expect(lanesOf(machine, [window])).toEqual([
      { keyIds: [0, 0], start: '0x0', end: '0x400000', runs },
      { keyIds: [1, 3], start: '0x0', end: '0x400000', runs },
    ]);
  });

  test('a failed sync leaves three groups; a window cuts what reaches over it', () => {
    const fork = machine.fork();
    fork.protect(BASE, BASE + 0x1000n, [], ['rw']);
    fork.sync(BASE, BASE + MIB2, { failAllocation: 2 });
    const lanes = lanesOf(fork, [{ start: BASE, end: BASE + 0x2000n }]);
    const split = [run('0x0', '0x1000', '4K', '0x0', ['nx']), run('0x1000', '0x2000', '4K', '0x1', ['nx', 'rw'])];
    expect(lanes.map(({ keyIds, runs }) => [keyIds, runs])).toEqual([
      [[0, 0], split],
      [[1, 1], split],
      [[2, 2], []],
      [[3, 3], [run('0x0', '0x2000', '2M', '0x0', ['nx', 'rw'])]],
    ]);
  });
});
