import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMachine } from '../../engine/src/create.ts';
import { machineOf, type TableFrames, tableFramesOf } from '../../engine/src/frames.ts';
import type { Machine } from '../../engine/src/machine.ts';
import { simulatedRuns } from '../../engine/src/simulate.ts';
import { syncThroughFrames } from './frame-walk.ts';
import { type Op, ops, opText, TIB } from './random-run.ts';

const MIB2 = 1n << 21n;
const BASE = 0xffff888000000000n;

const machineFor = (levels: 4 | 5, keyIds = 2): Machine =>
  createMachine({ pagingLevels: levels, ramBytes: TIB, keyIds, directMappingSize: TIB });

/** Pointer to the entry of `level` for an address, walking from the pgd page. */
const walk = (frames: TableFrames, levels: 4 | 5, address: bigint, level: number): bigint => {
  let table = frames.pgd;
  for (let at = levels - 1; ; at--) {
    const slot = table + ((address >> (12n + 9n * BigInt(at))) & 511n) * 8n;
    if (at === level) return slot;
    table = frames.load(slot) & ((1n << 46n) - 0x1000n);
  }
};

const apply = (machine: Machine, op: Op): void => {
  const at = (offset: bigint): bigint => machine.layout.pageOffset + offset;
  if (op.op === 'map') machine.map(at(op.start), at(op.start + op.length), op.page, op.flags);
  else if (op.op === 'protect') machine.protect(at(op.start), at(op.start + op.length), op.set, op.clear);
  else if (op.op === 'unmap') machine.unmap(at(op.start), at(op.start + op.length));
  else if (op.op === 'collapse') machine.collapse(at(op.start), op.page);
  else if (op.op === 'sync') machine.sync(at(op.start), at(op.start + op.length));
  else if (op.op === 'enable') machine.enable();
};

describe('page tables as 64-bit entries', () => {
  test('entries are what x86-64 has: flags, PSE, pfn, KeyID bits, tables reachable through __va()', () => {
    const machine = machineFor(4);
    machine.map(BASE, BASE + 2n * MIB2, '2M', ['rw', 'nx', 'global']);
    machine.protect(BASE, BASE + 0x1000n, ['pcd'], ['rw']);
    machine.enable();
    const frames = tableFramesOf(machine);
    const huge = walk(frames, 4, BASE + MIB2, 1);
    expect(frames.load(huge)).toBe(0x8000000000200183n);
    expect(frames.load(walk(frames, 4, BASE + 2n * TIB + MIB2, 1))).toBe(0x8000000000200183n | (2n << 46n));
    expect(frames.load(walk(frames, 4, BASE, 0))).toBe(0x8000000000000111n);
    expect(frames.load(walk(frames, 4, BASE, 1)) & 0xfffn).toBe(0x67n);
    expect(frames.load(walk(frames, 4, BASE + (1n << 30n), 2))).toBe(0n);
    expect(huge).toBeLessThan(machine.layout.ramBytes);
    expect(frames.contains(huge)).toBe(true);
    expect(frames.contains(0n)).toBe(false);
  });

  test('a store reaches the machine with commit(), its events and its TLB state', () => {
    const machine = machineFor(4);
    machine.map(BASE, BASE + MIB2, '4K', ['rw']);
    machine.enable();
    const frames = tableFramesOf(machine);
    const slot = walk(frames, 4, BASE + TIB + 0x1000n, 0);
    frames.store(slot, frames.load(slot) & ~2n);
    expect(machine.coherence()).toEqual([]);
    frames.commit();
    expect(machine.coherence()).toEqual([
      { keyId: 1, start: BASE + TIB + 0x1000n, end: BASE + TIB + 0x2000n, kind: 'stale' },
    ]);
    expect(machine.staleTranslations().map((stale) => stale.keyId)).toEqual([1]);
    expect(machine.events.at(-1)).toMatchObject({ kind: 'write', keyId: 1, page: '4K' });
  });

  test('wrong KeyID bits are stale, though pfn and flags are right', () => {
    const machine = machineFor(4);
    machine.map(BASE, BASE + MIB2, '4K', ['rw']);
    machine.enable();
    const frames = tableFramesOf(machine);
    const slot = walk(frames, 4, BASE + TIB, 0);
    frames.store(slot, frames.load(slot) ^ (3n << 46n));
    expect(machineOf(frames).coherence()).toEqual([
      { keyId: 1, start: BASE + TIB, end: BASE + TIB + 0x1000n, kind: 'stale' },
    ]);
    expect(machine.lookup(BASE + TIB)?.keyId).toBe(2);
  });

  test("KeyID-N's entry pointing to KeyID-0's own table is a mapping with the wrong key", () => {
    const machine = machineFor(4);
    machine.map(BASE, BASE + MIB2, '4K', ['rw']);
    machine.enable();
    const frames = tableFramesOf(machine);
    frames.store(walk(frames, 4, BASE + TIB, 1), frames.load(walk(frames, 4, BASE, 1)));
    frames.commit();
    expect(machine.lookup(BASE + TIB + 0x5000n)).toMatchObject({ pfn: 5n, keyId: 0 });
    expect(machine.coherence()).toHaveLength(1);
  });

  test('a table freed while hooked, and one freed before the flush', () => {
    const machine = machineFor(4);
    machine.map(BASE, BASE + 3n * MIB2, '4K', ['rw']);
    machine.enable();
    const frames = tableFramesOf(machine);
    const slots = [0n, 1n, 2n].map((i) => walk(frames, 4, BASE + TIB + i * MIB2, 1));
    const tables = slots.map((slot) => frames.load(slot) & ((1n << 46n) - 0x1000n));
    const [a = 0n, b = 0n, c = 0n] = tables;
    expect(frames.freeFrame(a)).toBe('hooked');
    expect(frames.load(slots[0] ?? 0n) & ((1n << 46n) - 0x1000n)).toBe(a);
    slots.forEach((slot) => {
      frames.store(slot, 0n);
    });
    frames.freeFrame(b);
    frames.commit();
    machine.flushTlb('all');
    frames.freeFrame(c);
    frames.commit();
    const faults = machine.events.flatMap((event) =>
      event.kind === 'table-free' ? [[event.keyId, event.start - BASE - TIB, event.fault]] : [],
    );
    expect(faults).toEqual([
      [1, 0n, 'hooked'],
      [1, MIB2, 'unflushed'],
      [1, 2n * MIB2, undefined],
    ]);
    expect(frames.isFreed(c)).toBe(true);
    frames.freeFrame(c);
    frames.freeFrame(0x123000n);
    const bugs = machineOf(frames).events.flatMap((event) => (event.kind === 'bug' ? [event.message] : []));
    expect(bugs).toEqual([
      `the page 0x${c.toString(16)} is freed twice`,
      'the page 0x123000, which is no page table, is freed',
    ]);
  });

  test('what others change meanwhile is seen, at the same addresses', () => {
    const machine = machineFor(4);
    machine.map(BASE, BASE + MIB2, '4K', ['rw']);
    const frames = tableFramesOf(machine);
    const slot = walk(frames, 4, BASE + 0x3000n, 0);
    machine.protect(BASE + 0x3000n, BASE + 0x4000n, [], ['rw']);
    expect(frames.load(slot)).toBe(0x3001n);
    expect(walk(frames, 4, BASE + 0x3000n, 0)).toBe(slot);
  });
});

const settings = [
  { levels: 4 as const, runs: 60 },
  { levels: 5 as const, runs: 30 },
];

test.each(settings)(
  '$levels-level: the posted walk through frames does what the engine says',
  ({ levels, runs }) => {
    const sequence = fc.tuple(ops(TIB), ops(TIB), fc.integer({ min: 0, max: 8 }));
    const outcome = fc.check(
      fc.property(sequence, ([before, after, fail]) => {
        const reference = machineFor(levels);
        for (const op of before) if (op.op === 'map') apply(reference, op);
        reference.enable();
        for (const op of before) apply(reference, op);
        const machine = reference.fork();
        const frames = tableFramesOf(machine);
        const { pageOffset } = machine.layout;
        const round = (start: bigint, end: bigint, failing: number): void => {
          let left = failing;
          const result = reference.sync(start, end, failing > 0 ? { failAllocation: failing } : {});
          for (let keyId = 1n; keyId <= 2n; keyId++) {
            frames.failAllocation(left > 0 ? left : null);
            const had = frames.counts.allocations;
            const done = syncThroughFrames({ frames, levels, size: TIB }, keyId, start, end);
            left -= frames.counts.allocations - had;
            frames.commit();
            if (!done) {
              expect(result).toBe(-12);
              break;
            }
          }
          machine.flushTlb('all');
          for (let keyId = 0; keyId <= 2; keyId++) {
            expect(simulatedRuns(machine, keyId), `KeyID ${keyId}`).toEqual(simulatedRuns(reference, keyId));
          }
          expect(machine.coherence()).toEqual(reference.coherence());
          expect(machine.missingTopLevel()).toEqual(reference.missingTopLevel());
          expect(machine.entriesToVisit(start, end)).toBe(reference.entriesToVisit(start, end));
        };
        for (const op of after) {
          if (op.op === 'sync') round(pageOffset + op.start, pageOffset + op.start + op.length, fail);
          else if (op.op !== 'enable') for (const each of [reference, machine]) apply(each, op);
        }
        round(pageOffset, pageOffset + TIB, 0);
        expect(machine.coherence()).toEqual([]);
      }),
      { numRuns: runs * Number(process.env.ENGINE_RUNS ?? 1) },
    );
    if (outcome.failed) {
      const [before = [], after = [], fail = 0] = outcome.counterexample?.[0] ?? [];
      const text = [...before.map(opText), 'enable', ...after.map(opText), `allocation ${fail} fails`].join('\n  ');
      throw new Error(
        `seed ${outcome.seed}\n  ${text}\n${outcome.errorInstance instanceof Error ? outcome.errorInstance.stack : ''}`,
      );
    }
  },
  120_000,
);
