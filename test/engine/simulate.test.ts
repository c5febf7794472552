import { describe, expect, test } from 'vitest';
import { simulate } from '../../engine/src/simulate.ts';
import { simulateCommand } from '../../server/src/cli/simulate.ts';

const machine = {
  pagingLevels: 4,
  ramBytes: '0x100000000',
  keyIds: 2,
  keyIdShift: 46,
  directMappingSize: '0x10000000000',
};
const map = { op: 'map', start: '0xffff888000000000', end: '0xffff888000400000', page: '2M', flags: ['rw', 'nx'] };
const sync = { op: 'sync', start: '0xffff888000200000', end: '0xffff888000201000' };

const run = (document: unknown) => {
  const outcome = simulate(document);
  if ('error' in outcome) throw new Error(outcome.error);
  return outcome.result;
};

describe('simulate', () => {
  test('the split hole: what is printed of it', () => {
    const protect = { op: 'protect', start: sync.start, end: sync.end, clear: ['rw'] };
    const result = run({ machine, steps: [map, sync, { op: 'enable' }, protect, sync] });
    expect(result.results).toEqual([0, 0, 0]);
    expect(result.keyIds[0]?.runs).toEqual([
      { start: '0xffff888000000000', end: '0xffff888000200000', page: '2M', pfn: '0x0', flags: ['nx', 'rw'] },
      { start: '0xffff888000200000', end: '0xffff888000201000', page: '4K', pfn: '0x200', flags: ['nx'] },
      { start: '0xffff888000201000', end: '0xffff888000400000', page: '4K', pfn: '0x201', flags: ['nx', 'rw'] },
    ]);
    expect(result.keyIds[2]?.runs).toEqual([
      { start: '0xffff8a8000000000', end: '0xffff8a8000200000', page: '2M', pfn: '0x0', flags: ['nx', 'rw'] },
      { start: '0xffff8a8000200000', end: '0xffff8a8000201000', page: '4K', pfn: '0x200', flags: ['nx'] },
    ]);
    expect(result.stale).toEqual([
      { keyId: 1, start: '0xffff898000201000', end: '0xffff898000400000', kind: 'hole' },
      { keyId: 2, start: '0xffff8a8000201000', end: '0xffff8a8000400000', kind: 'hole' },
    ]);
    // enable: 2 pgd entries and one pud and one pmd table; the sync: one entry of each of four levels.
    expect(result.cost).toEqual({
      entriesVisited: 2 * (2 + 512 + 512) + 2 * 4,
      tablesAllocated: 2 * 2 + 2,
      tablesFreed: 0,
      tlbFlushes: 2,
    });
    expect(result.bug).toBeUndefined();
  });

  test('a failing allocation: -12, the leaf of the KeyID it hit is gone, the KeyIDs after it are untouched', () => {
    const protect = { op: 'protect', start: sync.start, end: sync.end, clear: ['rw'] };
    const result = run({ machine, steps: [map, { op: 'enable' }, protect, { ...sync, failAllocation: 1 }] });
    expect(result.results).toEqual([0, -12]);
    expect(result.stale.map(({ keyId, kind }) => `${keyId} ${kind}`)).toEqual(['1 hole', '2 stale']);
  });

  const bad: [string, unknown, string][] = [
    ['not an object', 7, 'scenario: is 7, not an object'],
    ['no machine', { steps: [] }, 'machine: is missing'],
    [
      'no levels',
      { machine: { ...machine, pagingLevels: 3 }, steps: [] },
      'machine.pagingLevels: 3 is not one of 4, 5',
    ],
    ['a missing size', { machine: { pagingLevels: 4, keyIds: 1 }, steps: [] }, 'machine.ramBytes: is missing'],
    ['no steps', { machine }, 'steps: is missing'],
    [
      'RAM that overlaps',
      { machine: { ...machine, ramBytes: '0x20000000000' }, steps: [] },
      'machine.directMappingSize: 0x10000000000 is less than the RAM: the direct mappings would overlap',
    ],
    [
      'too many KeyIDs',
      { machine: { ...machine, keyIds: 64 }, steps: [] },
      'machine.keyIds: 64 KeyIDs need 7 bits, bits 46 and up of an entry hold 6',
    ],
    [
      'too many mappings',
      { machine: { ...machine, keyIds: 64, keyIdShift: 40 }, steps: [] },
      'machine.keyIds: 65 direct mappings of 0x10000000000 bytes do not fit in the 0x400000000000 that 4-level paging has for them',
    ],
    [
      'an unknown op',
      { machine, steps: [{ op: 'hop' }] },
      'steps[0].op: "hop" is not one of map, protect, unmap, collapse, enable, sync',
    ],
    [
      'an unknown flag',
      { machine, steps: [{ ...map, flags: ['rx'] }] },
      'steps[0].flags[0]: "rx" is not a flag (accessed, dirty, global, nx, pcd, pwt, rw, user)',
    ],
    [
      'an unaligned map',
      { machine, steps: [{ ...map, start: '0xffff888000001000' }] },
      'steps[0].start: 0xffff888000001000 is not a multiple of 2M',
    ],
    [
      'an address outside',
      { machine, steps: [{ ...map, end: '0xffff8a0000000000' }] },
      'steps[0].end: 0xffff8a0000000000 is outside the canonical direct mapping [0xffff888000000000, 0xffff898000000000)',
    ],
    [
      'an empty range',
      { machine, steps: [{ ...sync, end: sync.start }] },
      'steps[0].end: 0xffff888000200000 is not above start 0xffff888000200000',
    ],
    [
      'maps that overlap',
      { machine, steps: [map, map] },
      'steps[1].start: overlaps what is mapped at 0xffff888000000000',
    ],
    [
      'no number',
      { machine, steps: [{ ...sync, start: 'up' }] },
      'steps[0].start: "up" is not an address or a size (\'0x...\')',
    ],
    [
      'a number longer than a line',
      { machine, steps: [{ ...sync, start: `0x${'f'.repeat(1000)}` }] },
      `steps[0].start: 0x${'f'.repeat(35)}... does not fit in 64 bits`,
    ],
    [
      'a decimal address',
      { machine, steps: [{ ...sync, start: '18446612682704945152' }] },
      'steps[0].start: "18446612682704945152" is not an address or a size (\'0x...\')',
    ],
    ['a map without flags', { machine, steps: [{ ...map, flags: undefined }] }, 'steps[0].flags: is missing'],
    ['a protect of nothing', { machine, steps: [{ ...sync, op: 'protect' }] }, 'steps[0].set: is missing'],
    [
      'no failure',
      { machine, steps: [{ ...sync, failAllocation: 0 }] },
      'steps[0].failAllocation: 0 is not a whole number from 1 up',
    ],
  ];
  test.each(bad)('refuses %s', (_, document, error) => {
    expect(simulate(document)).toEqual({ error });
  });

  test("fields beside machine and steps are the author's own; a machine without KeyIDs is laid out as others are", () => {
    const result = run({
      name: 'seed 7',
      machine: { pagingLevels: 5, ramBytes: 0x50000000000, keyIds: 0, note: 'no KeyIDs' },
      steps: [{ ...map, note: 'over a p4d entry', start: '0xff1107ffffe00000', end: '0xff11080000000000' }],
    });
    expect(result.keyIds[0]?.runs).toHaveLength(1);
  });

  test('the command: one scenario, several, and bad ones', () => {
    const good = { machine, steps: [map] };
    const deep = '['.repeat(20_000) + ']'.repeat(20_000);
    const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
    const check = (text: string, output: string, error?: string | RegExp): void => {
      const pieces = simulateCommand(text);
      let printed = '';
      let next = pieces.next();
      for (; next.done !== true; next = pieces.next()) printed += next.value;
      const status = next.value;
      expect(printed).toBe(output);
      expect(status.exitCode).toBe(error === undefined ? 0 : 2);
      if (error === undefined) expect(status.error).toBeUndefined();
      else expect(status.error).toMatch(error);
    };
    check(JSON.stringify(good), pretty(run(good)));
    check(JSON.stringify([good, good]), pretty([run(good), run(good)]));
    check('[]', pretty([]));
    check('{}', '', 'machine: is missing');
    check(JSON.stringify([good, {}]), pretty([run(good), { error: 'machine: is missing' }]), '[1].machine: is missing');
    check('{', '', /^scenario: not JSON/);
    check('\0', '', /^scenario: not JSON: \P{Cc}+$/u);
    check(`{"machine": ${deep}}`, '', 'machine: is [...], not an object');
  });
});
