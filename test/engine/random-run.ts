/** Random scenarios, and running one on the engine and on the naive tables at once. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { createMachine, spacesOf } from '../../engine/src/create.ts';
import { type Flag, type Machine, MachineBug } from '../../engine/src/machine.ts';
import { simulatedRuns } from '../../engine/src/simulate.ts';
import {
  type NaiveMachine,
  naiveCollapse,
  naiveFind,
  naiveMap,
  naiveProtect,
  naiveSplit,
  naiveUnmap,
  naiveWrite,
  newNaive,
} from './oracle.ts';
import { NaiveBug, naiveSync } from './oracle-sync.ts';
import { naiveRuns, naiveStale } from './oracle-view.ts';

type Page = '4K' | '2M' | '1G';
const bytes = { '4K': 1n << 12n, '2M': 1n << 21n, '1G': 1n << 30n } as const;

/** Offsets from PAGE_OFFSET in bytes. */
export type Op =
  | { op: 'map'; page: Page; start: bigint; length: bigint; flags: Flag[] }
  | { op: 'protect'; start: bigint; length: bigint; set: Flag[]; clear: Flag[] }
  | { op: 'unmap'; start: bigint; length: bigint }
  | { op: 'collapse'; page: '2M' | '1G'; start: bigint }
  | { op: 'split'; start: bigint }
  | { op: 'write'; start: bigint; flags: Flag[] | null }
  | { op: 'enable'; fail: number }
  | { op: 'sync'; start: bigint; length: bigint; fail: number }
  | { op: 'sync all'; fail: number };

export interface Setting {
  readonly levels: 4 | 5;
  readonly keyIds: number;
  readonly tib: bigint;
}

export const TIB = 1n << 40n;

/** Places where tables begin and end. */
const anchors = (size: bigint): bigint[] =>
  [
    0n,
    1n << 21n,
    1n << 30n,
    (1n << 30n) - (1n << 21n),
    1n << 39n,
    (1n << 39n) - (1n << 30n),
    size - (2n << 30n),
    1n << 48n,
    (1n << 48n) - (1n << 30n),
  ].filter((offset) => offset < size);

const flags = fc.constantFrom<Flag[][]>(['rw'], ['nx', 'rw'], ['nx'], []).map((list) => [...list] as Flag[]);
const unit = fc.constantFrom<Page[]>('4K', '2M', '1G');

const place = (size: bigint) =>
  fc
    .record({ anchor: fc.constantFrom(...anchors(size)), unit, steps: fc.nat(3) })
    .map((at) => at.anchor + bytes[at.unit] * BigInt(at.steps))
    .filter((offset) => offset < size);

const stretch = (size: bigint) =>
  fc.record({ start: place(size), unit, steps: fc.integer({ min: 1, max: 4 }) }).map(({ start, unit: page, steps }) => {
    const length = bytes[page] * BigInt(steps);
    return { start, length: start + length > size ? size - start : length };
  });

const mapOp = (size: bigint): fc.Arbitrary<Op> =>
  fc.record({ range: stretch(size), page: unit, flags }).map(({ range, page, flags: list }) => {
    const start = range.start - (range.start % bytes[page]);
    const length = range.length - (range.length % bytes[page]) || bytes[page];
    // 4K pages by the gigabyte are what the engine is for, not the oracle.
    const bounded = page === '4K' && length > 4n << 20n ? 4n << 20n : length;
    return { op: 'map' as const, page, start, length: start + bounded > size ? size - start : bounded, flags: list };
  });

export const ops = (size: bigint): fc.Arbitrary<Op[]> => {
  const fail = fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 12 }) },
  );
  const range = stretch(size);
  const op: fc.Arbitrary<Op> = fc.oneof(
    { weight: 4, arbitrary: mapOp(size) },
    {
      weight: 3,
      arbitrary: fc
        .record({ op: fc.constant('protect' as const), set: flags, clear: flags })
        .chain((o) => range.map((r) => ({ ...o, ...r }))),
    },
    { weight: 3, arbitrary: range.map((r) => ({ op: 'unmap' as const, ...r })) },
    {
      weight: 1,
      arbitrary: fc
        .record({
          op: fc.constant('collapse' as const),
          page: fc.constantFrom<('2M' | '1G')[]>('2M', '1G'),
          start: place(size),
        })
        .map((o) => ({ ...o, start: o.start - (o.start % bytes[o.page]) })),
    },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('split' as const), start: place(size) }) },
    {
      weight: 1,
      arbitrary: fc.record({ op: fc.constant('write' as const), start: place(size), flags: fc.option(flags) }),
    },
    { weight: 1, arbitrary: fail.map((n) => ({ op: 'enable' as const, fail: n })) },
    { weight: 4, arbitrary: fc.tuple(range, fail).map(([r, n]) => ({ op: 'sync' as const, ...r, fail: n })) },
    { weight: 2, arbitrary: fail.map((n) => ({ op: 'sync all' as const, fail: n })) },
  );
  return fc.array(op, { minLength: 2, maxLength: 14 });
};

/** What both say of an operation: the value returned, or that it hit the BUG_ON. */
type Said = number | boolean | 'bug' | null;

const apply = (machine: Machine, naive: NaiveMachine, op: Op): { engine: Said; oracle: Said } => {
  const { base, size } = naive;
  const at = (offset: bigint): bigint => base + offset;
  switch (op.op) {
    case 'map': {
      if (anyMapped(naive, at(op.start), at(op.start + op.length))) return { engine: null, oracle: null };
      naiveMap(naive, at(op.start), at(op.start + op.length), op.page, op.flags);
      machine.map(at(op.start), at(op.start + op.length), op.page, op.flags);
      return { engine: null, oracle: null };
    }
    case 'protect':
      naiveProtect(naive, at(op.start), at(op.start + op.length), op.set, op.clear);
      machine.protect(at(op.start), at(op.start + op.length), op.set, op.clear);
      return { engine: null, oracle: null };
    case 'unmap':
      naiveUnmap(naive, at(op.start), at(op.start + op.length));
      machine.unmap(at(op.start), at(op.start + op.length));
      return { engine: null, oracle: null };
    case 'collapse':
      naiveCollapse(naive, at(op.start), op.page);
      machine.collapse(at(op.start), op.page);
      return { engine: null, oracle: null };
    case 'split':
      return { engine: machine.split(at(op.start)), oracle: naiveSplit(naive, at(op.start)) };
    case 'write':
      return { engine: machine.writeLeaf(at(op.start), op.flags), oracle: naiveWrite(naive, at(op.start), op.flags) };
    case 'enable':
      naive.enabled = true;
      return both(
        () => machine.enable(op.fail === 0 ? {} : { failAllocation: op.fail }),
        () => naiveSync(naive, base, base + size, op.fail),
      );
    default: {
      const [start, length] = op.op === 'sync' ? [op.start, op.length] : [0n, size];
      return both(
        () => machine.sync(at(start), at(start + length), op.fail === 0 ? {} : { failAllocation: op.fail }),
        () => naiveSync(naive, at(start), at(start + length), op.fail),
      );
    }
  }
};

const both = (engine: () => number, oracle: () => number): { engine: Said; oracle: Said } => {
  const guarded = (run: () => number, bug: typeof MachineBug | typeof NaiveBug): Said => {
    try {
      return run();
    } catch (error) {
      if (error instanceof bug) return 'bug';
      throw error;
    }
  };
  return { engine: guarded(engine, MachineBug), oracle: guarded(oracle, NaiveBug) };
};

const anyMapped = (naive: NaiveMachine, start: bigint, end: bigint): boolean => {
  for (let at = start; at < end; at += bytes['4K']) if (naiveFind(naive, at) !== null) return true;
  return false;
};

/** Everything the two can be compared by. */
const compare = (machine: Machine, naive: NaiveMachine): void => {
  for (let keyId = 0; keyId <= naive.keyIds; keyId++) {
    expect(simulatedRuns(machine, keyId), `runs of KeyID ${keyId}`).toEqual(naiveRuns(naive, keyId));
  }
  const stale = Array.from({ length: naive.keyIds }, (_, i) =>
    naiveStale(naive, i + 1).map((s) => ({ keyId: i + 1, ...s })),
  );
  expect(machine.coherence(), 'stale').toEqual(stale.flat());
  const { entriesVisited, tablesAllocated, tablesFreed, tlbFlushes } = machine.cost;
  expect({ entriesVisited, tablesAllocated, tablesFreed, tlbFlushes }, 'cost').toEqual({
    entriesVisited: naive.visits,
    tablesAllocated: naive.allocations,
    tablesFreed: naive.frees,
    tlbFlushes: naive.flushes,
  });
};

/** Runs a sequence on both and compares after each operation. */
export const checkRun = (setting: Setting, sequence: readonly Op[]): void => {
  const size = setting.tib * TIB;
  const naive = newNaive(setting.levels, setting.keyIds, size);
  const machine = createMachine({
    pagingLevels: setting.levels,
    ramBytes: TIB,
    keyIds: setting.keyIds,
    directMappingSize: size,
  });
  for (const op of sequence) {
    const canonical = spacesOf(machine).spaces.canonical;
    const toVisit = entriesToVisit(machine, op);
    const { engine, oracle } = apply(machine, naive, op);
    expect(engine, `result of ${op.op}`).toBe(oracle);
    compare(machine, naive);
    if (oracle === 'bug') return;
    if (naive.enabled && oracle !== null && op.op.startsWith('sync')) {
      expect(costsByKeyId(machine), 'cost by KeyID').toEqual(naive.byKeyId);
      if (oracle === 0) expect(toVisit, 'entriesToVisit()').toBe(naive.byKeyId[0]?.[0]);
    }
    if (op.op !== 'enable' && op.op !== 'sync' && op.op !== 'sync all') continue;
    if (!isRegular(setting)) continue;
    expect(spacesOf(machine).spaces.canonical === canonical, 'a sync leaves KeyID-0 alone').toBe(true);
    if (op.op !== 'sync' && naive.enabled && oracle === 0) {
      expect(machine.coherence(), 'all KeyIDs equal KeyID-0').toEqual([]);
    }
  }
};

/** What the last sync event says of each KeyID: visits, allocations, frees. */
const costsByKeyId = (machine: Machine): number[][] => {
  const event = machine.events.findLast((each) => each.kind === 'sync');
  if (event?.kind !== 'sync') return [];
  return (event.byKeyId ?? []).flatMap(({ keyIds: [from, to], entriesVisited, tablesAllocated, tablesFreed }) =>
    Array.from({ length: to - from + 1 }, () => [entriesVisited, tablesAllocated, tablesFreed]),
  );
};

const entriesToVisit = (machine: Machine, op: Op): number => {
  const { pageOffset, directMappingSize } = machine.layout;
  if (op.op === 'sync') return machine.entriesToVisit(pageOffset + op.start, pageOffset + op.start + op.length);
  return machine.entriesToVisit(pageOffset, pageOffset + directMappingSize);
};

/**
 * A canonical mapping that spans pgd entries of five levels with copies shifted against them leads the posted walk into other
 * mappings, KeyID-0's among them: there the two have to go astray alike, and nothing more can be asked.
 */
const isRegular = ({ levels, tib }: Setting): boolean => levels === 4 || tib <= 256n || tib % 256n === 0n;

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** An operation as a person reads it: offsets from PAGE_OFFSET. */
export const opText = (op: Op): string => {
  const range =
    'length' in op ? ` +${hex(op.start)} length ${hex(op.length)}` : 'start' in op ? ` +${hex(op.start)}` : '';
  switch (op.op) {
    case 'map':
      return `map ${op.page}${range} [${op.flags.join(' ')}]`;
    case 'protect':
      return `protect${range} set [${op.set.join(' ')}] clear [${op.clear.join(' ')}]`;
    case 'collapse':
      return `collapse ${op.page}${range}`;
    case 'write':
      return `write${range} ${op.flags === null ? 'none' : `[${op.flags.join(' ')}]`}`;
    case 'unmap':
    case 'split':
      return op.op + range;
    default:
      return `${op.op}${range}${op.fail === 0 ? '' : `, allocation ${op.fail} fails`}`;
  }
};
