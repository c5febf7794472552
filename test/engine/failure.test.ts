/** sync_direct_mapping() with a failure at EVERY allocation it makes, each against the naive walk. */
import { expect, test } from 'vitest';
import { createMachine } from '../../engine/src/create.ts';
import { checkRun, type Op, type Setting, TIB } from './random-run.ts';

const MIB2 = 1n << 21n;
const GIB = 1n << 30n;

const four: Setting = { levels: 4, keyIds: 3, tib: 1n };
const five: Setting = { levels: 5, keyIds: 3, tib: 1n };
const crossing: Setting = { levels: 5, keyIds: 3, tib: 96n };

const map = (page: '4K' | '2M' | '1G', start: bigint, length: bigint): Op => ({
  op: 'map',
  page,
  start,
  length,
  flags: ['rw', 'nx'],
});
const all: Op = { op: 'sync all', fail: 0 };

const cases: { name: string; setting: Setting; before: Op[]; failing: (n: number) => Op }[] = [
  {
    name: 'enable over 4K, 2M and 1G pages in two pgd entries',
    setting: four,
    before: [map('4K', 0n, MIB2), map('2M', MIB2, 3n * MIB2), map('1G', (1n << 39n) - GIB, 2n * GIB)],
    failing: (n) => ({ op: 'enable', fail: n }),
  },
  {
    name: 'a 1G page split down to 4K: the leaf is cleared before the table is allocated',
    setting: four,
    before: [
      map('1G', 0n, 2n * GIB),
      { op: 'enable', fail: 0 },
      { op: 'protect', start: MIB2, length: 0x1000n, set: [], clear: ['rw'] },
    ],
    failing: (n) => ({ op: 'sync', start: 0n, length: 2n * GIB, fail: n }),
  },
  {
    name: 'hot-add into a new top-level entry',
    setting: four,
    before: [map('2M', 0n, 4n * MIB2), { op: 'enable', fail: 0 }, map('4K', 1n << 39n, 8n * 0x1000n)],
    failing: (n) => ({ op: 'sync', start: 1n << 39n, length: GIB, fail: n }),
  },
  {
    name: 'five levels, one p4d table for all KeyIDs',
    setting: five,
    before: [map('2M', 0n, 4n * MIB2), map('4K', GIB, 3n * 0x1000n)],
    failing: (n) => ({ op: 'enable', fail: n }),
  },
  {
    name: 'five levels, a destination that crosses into the next pgd entry',
    setting: crossing,
    before: [map('1G', 0n, GIB), map('2M', 95n * TIB, 2n * MIB2), map('4K', 64n * TIB - 0x2000n, 0x4000n)],
    failing: (n) => ({ op: 'enable', fail: n }),
  },
  {
    name: 'five levels, two pgd entries each: what lies under the second is not visited after a failure under the first',
    setting: { levels: 5, keyIds: 2, tib: 512n },
    before: [
      map('1G', 0n, GIB),
      map('1G', 256n * TIB, GIB),
      { op: 'enable', fail: 0 },
      { op: 'protect', start: MIB2, length: 0x1000n, set: [], clear: ['rw'] },
    ],
    failing: (n) => ({ op: 'sync all', fail: n }),
  },
];

test.each(cases)('$name', ({ setting, before, failing }) => {
  const allocations = countAllocations(setting, [...before, failing(0)]);
  expect(allocations).toBeGreaterThan(3);
  for (let n = 1; n <= allocations + 1; n++) checkRun(setting, [...before, failing(n), all]);
});

/** What the last operation allocates when nothing fails. */
const countAllocations = (setting: Setting, sequence: Op[]): number => {
  const size = setting.tib * TIB;
  const machine = createMachine({
    pagingLevels: setting.levels,
    ramBytes: TIB,
    keyIds: setting.keyIds,
    directMappingSize: size,
  });
  const at = (offset: bigint): bigint => machine.layout.pageOffset + offset;
  let before = 0;
  for (const op of sequence) {
    before = machine.cost.tablesAllocated;
    if (op.op === 'map') machine.map(at(op.start), at(op.start + op.length), op.page, op.flags);
    else if (op.op === 'enable') machine.enable();
    else if (op.op === 'protect') machine.protect(at(op.start), at(op.start + op.length), op.set, op.clear);
    else if (op.op === 'sync') machine.sync(at(op.start), at(op.start + op.length));
    else if (op.op === 'sync all') machine.sync(at(0n), at(size));
  }
  return machine.cost.tablesAllocated - before;
};
