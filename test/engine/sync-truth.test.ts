/**
 * What sync_direct_mapping() and its walkers do (first posting of 2019, with the range of the follow-up), one behaviour a test,
 * written down from the facts and named after the function that has it.
 */
import { describe, expect, test } from 'vitest';
import { type SimulationResult, simulate } from '../../engine/src/simulate.ts';

const KIB4 = 0x1000;
const MIB2 = 0x200000;
const GIB = 0x40000000;
const TIB = 2 ** 40;

interface Levels {
  readonly levels: 4 | 5;
  readonly keyIds?: number;
  readonly tib?: number;
}
type Step = Readonly<Record<string, unknown>>;

const at =
  (levels: 4 | 5) =>
  (offset: number): string =>
    `0x${((levels === 5 ? 0xff11000000000000n : 0xffff888000000000n) + BigInt(offset)).toString(16)}`;

/** The steps of a scenario, addresses as offsets from PAGE_OFFSET. */
const stepsOf = (levels: 4 | 5) => {
  const address = at(levels);
  const range = (start: number, bytes: number) => ({ start: address(start), end: address(start + bytes) });
  return {
    map: (start: number, bytes: number, page: '4K' | '2M' | '1G', ...flags: string[]): Step => ({
      op: 'map',
      ...range(start, bytes),
      page,
      flags,
    }),
    clear: (start: number, bytes: number, ...clear: string[]): Step => ({
      op: 'protect',
      ...range(start, bytes),
      clear,
    }),
    unmap: (start: number, bytes: number): Step => ({ op: 'unmap', ...range(start, bytes) }),
    collapse: (start: number, page: '2M' | '1G'): Step => ({ op: 'collapse', start: address(start), page }),
    enable: { op: 'enable' } as Step,
    sync: (start: number, bytes: number, failAllocation?: number): Step => ({
      op: 'sync',
      ...range(start, bytes),
      ...(failAllocation === undefined ? {} : { failAllocation }),
    }),
  };
};

const run = ({ levels, keyIds = 1, tib = 1 }: Levels, steps: readonly Step[]): SimulationResult => {
  const machine = {
    pagingLevels: levels,
    ramBytes: '0x100000000',
    keyIds,
    directMappingSize: `0x${(BigInt(tib) << 40n).toString(16)}`,
  };
  const outcome = simulate({ machine, steps });
  if ('error' in outcome) throw new Error(outcome.error);
  return outcome.result;
};

/** What the last sync cost: all steps against all but the last. */
const costOfLast = (on: Levels, steps: readonly Step[]) => {
  const before = run(on, steps.slice(0, -1)).cost;
  const { cost } = run(on, steps);
  return {
    entriesVisited: cost.entriesVisited - before.entriesVisited,
    tablesAllocated: cost.tablesAllocated - before.tablesAllocated,
    tablesFreed: cost.tablesFreed - before.tablesFreed,
    tlbFlushes: cost.tlbFlushes - before.tlbFlushes,
  };
};

const FOUR: Levels = { levels: 4 };
const { map, clear, unmap, collapse, enable, sync } = stepsOf(4);
const stale = ({ stale: list }: SimulationResult) =>
  list.map(({ keyId, start, end, kind }) => `${keyId} ${kind} ${Number(BigInt(end) - BigInt(start)) / KIB4}`);
const pagesOf = (result: SimulationResult, keyId: number) =>
  result.keyIds[keyId]?.runs.map(({ start, end, page }) => `${Number(BigInt(end) - BigInt(start)) / KIB4} ${page}`);

describe('sync_direct_mapping()', () => {
  test('does nothing before MKTME is enabled', () => {
    const result = run(FOUR, [map(0, GIB, '1G'), sync(0, GIB)]);
    expect(result.results).toEqual([0]);
    expect(result.cost).toEqual({ entriesVisited: 0, tablesAllocated: 0, tablesFreed: 0, tlbFlushes: 0 });
  });

  test('takes the KeyIDs in order, stops at the first error, and flushes the TLB once all the same', () => {
    const on: Levels = { levels: 4, keyIds: 3 };
    const steps = [map(0, MIB2, '2M', 'rw'), enable, clear(0, KIB4, 'rw'), sync(0, MIB2, 2)];
    const result = run(on, steps);
    expect(result.results).toEqual([0, -12]);
    expect(stale(result)).toEqual(['2 hole 512', '3 stale 1']);
    expect(costOfLast(on, steps).tlbFlushes).toBe(1);
  });
});

describe('sync_direct_mapping_keyid()', () => {
  test('no source and no destination: the entry is looked at, and nothing else', () => {
    expect(costOfLast(FOUR, [enable, sync(GIB, GIB)])).toMatchObject({ entriesVisited: 1, tablesAllocated: 0 });
    expect(costOfLast({ levels: 5, tib: 256 }, [stepsOf(5).enable, stepsOf(5).sync(0, GIB)])).toMatchObject({
      entriesVisited: 1,
    });
  });

  test('a failure under one top-level entry leaves the next unvisited', () => {
    const steps = [map(0, GIB, '1G'), map(TIB / 2, GIB, '1G'), { ...enable, failAllocation: 1 }];
    expect(run(FOUR, steps).cost.entriesVisited).toBe(1);
  });
});

describe('sync_direct_mapping_p4d()', () => {
  const five = stepsOf(5);

  test('with five levels the table of 512 entries is shared by mappings that lie under one pgd entry', () => {
    const result = run({ levels: 5, keyIds: 3 }, [five.map(0, GIB, '1G'), five.enable]);
    expect(result.stale).toEqual([]);
    // A pud table each, and no p4d table.
    expect(result.cost.tablesAllocated).toBe(3);
  });

  test('a destination that runs into the next pgd entry has its second table allocated there', () => {
    // KeyID-1 lies under one pgd entry, KeyID-2 from 192 to 288 TiB.
    const on: Levels = { levels: 5, keyIds: 2, tib: 96 };
    const steps = [five.map(63 * TIB, GIB, '1G'), five.map(64 * TIB, GIB, '1G'), five.enable];
    const result = run(on, steps);
    expect(result.stale).toEqual([]);
    expect(result.events).toContain('allocate p4d table KeyID 2 0xff12000000000000');
  });

  test('NULL for the second table ends the walk: what follows stays unmapped', () => {
    const on: Levels = { levels: 5, keyIds: 2, tib: 96 };
    const steps = [five.map(63 * TIB, GIB, '1G'), five.map(64 * TIB, GIB, '1G')];
    const failing = run(on, [...steps, { op: 'enable', failAllocation: 4 }]);
    expect(failing.results).toEqual([-12]);
    expect(stale(failing)).toEqual([`2 hole ${GIB / KIB4}`]);
  });
});

describe('sync_direct_mapping_pud() and _pmd()', () => {
  test('a leaf with no source is cleared, however little of it the range covers', () => {
    const result = run(FOUR, [map(0, 2 * GIB, '1G'), enable, unmap(0, GIB), sync(KIB4, KIB4)]);
    expect(result.stale).toEqual([]);
  });

  test('a leaf is copied whole, with new flags, and nothing is allocated', () => {
    const steps = [map(0, 2 * MIB2, '2M', 'rw'), enable, clear(0, MIB2, 'rw'), sync(KIB4, KIB4)];
    expect(run(FOUR, steps).stale).toEqual([]);
    expect(costOfLast(FOUR, steps)).toEqual({ entriesVisited: 3, tablesAllocated: 0, tablesFreed: 0, tlbFlushes: 1 });
  });

  test('a table that gives way to a leaf: its one page is freed, and tables below it are not', () => {
    const steps = [map(0, MIB2, '4K'), map(MIB2, GIB - MIB2, '2M'), enable, collapse(0, '1G'), sync(0, KIB4)];
    expect(run(FOUR, steps).stale).toEqual([]);
    expect(costOfLast(FOUR, steps)).toMatchObject({ entriesVisited: 2, tablesFreed: 1 });
  });

  test('a leaf that gives way to a table is cleared first: outside the range the KeyID has nothing left', () => {
    const result = run(FOUR, [map(0, GIB, '1G', 'rw'), enable, clear(0, KIB4, 'rw'), sync(0, KIB4)]);
    expect(pagesOf(result, 1)).toEqual(['1 4K']);
    expect(stale(result)).toEqual([`1 hole ${GIB / KIB4 - 1}`]);
    const wide = run(FOUR, [map(0, GIB, '1G', 'rw'), enable, clear(0, KIB4, 'rw'), sync(0, GIB)]);
    expect(wide.stale).toEqual([]);
  });

  test('the leaf is gone also when the table cannot be allocated', () => {
    const result = run(FOUR, [map(0, MIB2, '2M', 'rw'), enable, clear(0, KIB4, 'rw'), sync(0, MIB2, 1)]);
    expect(result.results).toEqual([0, -12]);
    expect(stale(result)).toEqual(['1 hole 512']);
  });

  test('a table that could not be filled to the end is hooked all the same', () => {
    const steps = [map(0, MIB2, '2M'), map(MIB2, MIB2, '4K'), { ...enable, failAllocation: 3 }];
    const result = run(FOUR, steps);
    expect(result.results).toEqual([-12]);
    expect(pagesOf(result, 1)).toEqual(['512 2M']);
  });

  test('remove_pmd: the table is freed only where the range is the whole GiB', () => {
    const steps = [map(0, MIB2, '2M'), map(GIB, GIB, '1G'), enable, unmap(0, MIB2)];
    expect(costOfLast(FOUR, [...steps, sync(0, MIB2)])).toMatchObject({ tablesFreed: 0 });
    expect(costOfLast(FOUR, [...steps, sync(0, GIB)])).toMatchObject({ tablesFreed: 1 });
  });

  test('remove_pud: only where it is the whole of 512 GiB', () => {
    const steps = [map(0, GIB, '1G'), enable, unmap(0, GIB)];
    expect(costOfLast(FOUR, [...steps, sync(0, GIB)])).toMatchObject({ entriesVisited: 2, tablesFreed: 0 });
    expect(costOfLast(FOUR, [...steps, sync(0, TIB / 2)])).toMatchObject({ entriesVisited: 513, tablesFreed: 1 });
  });
});

describe('sync_direct_mapping_pte()', () => {
  test('entries with no source are cleared', () => {
    const result = run(FOUR, [map(0, MIB2, '4K'), enable, unmap(0, 3 * KIB4), sync(0, KIB4)]);
    expect(stale(result)).toEqual(['1 extra 2']);
  });

  test('remove_pte asks for page alignment only: any range frees the table, and takes its other entries along', () => {
    const steps = [map(0, 3 * KIB4, '4K'), map(MIB2, MIB2, '2M'), enable, unmap(0, 3 * KIB4), sync(0, KIB4)];
    expect(costOfLast(FOUR, steps)).toEqual({ entriesVisited: 4, tablesAllocated: 0, tablesFreed: 1, tlbFlushes: 1 });
    expect(run(FOUR, steps).stale).toEqual([]);
    expect(run(FOUR, steps).events).toContain('free pte table KeyID 1 0xffff898000000000 while hooked');
  });
});
