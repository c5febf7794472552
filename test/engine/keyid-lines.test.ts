/** Cache lines by KeyID: a page written through one KeyID's mapping and used through another's, held against sets of pages. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMachine } from '../../engine/src/create.ts';
import { eventText } from '../../engine/src/event-text.ts';
import type { Machine } from '../../engine/src/machine.ts';

const BASE = 0xffff888000000000n;
const SIZE = 1n << 40n;
const PAGE = 0x1000n;
const KEYIDS = 3;
const PAGES = 1024;
const VMALLOC = 0xffffc90000000000n;
/** The frame of vmalloc's page i. */
const scattered = (page: number): number => (page * 7) % 8;

const ready = (): Machine => {
  const machine = createMachine({ pagingLevels: 4, ramBytes: 4n << 30n, keyIds: KEYIDS });
  machine.map(BASE, BASE + BigInt(PAGES) * PAGE, '2M', ['rw', 'nx']);
  for (let page = 0; page < 8; page++) {
    const at = VMALLOC + BigInt(page) * PAGE;
    machine.map(at, at + PAGE, '4K', ['rw', 'nx'], BigInt(scattered(page)));
  }
  machine.enable();
  return machine;
};

const of = (keyId: number, page = 0): bigint => BASE + BigInt(keyId) * SIZE + BigInt(page) * PAGE;
const conflictsIn = (machine: Machine) => machine.events.filter((event) => event.kind === 'cache-conflict');

describe('lines of two KeyIDs', () => {
  test('a page is freed by KeyID-1 and used through KeyID-0: lines of KeyID-1 have to be flushed in between', () => {
    const machine = ready();
    machine.access(of(1, 4), of(1, 8), 'write');
    expect(machine.writtenLines()).toEqual([{ keyId: 1, start: of(1, 4), end: of(1, 8) }]);
    const flushed = machine.fork();
    flushed.flushCache({ start: of(1, 4), end: of(1, 8) });
    flushed.access(of(0, 4), of(0, 8), 'write');
    expect(conflictsIn(flushed)).toEqual([]);

    // The lines of KeyID-0's alias are others: flushing those reaches nothing.
    machine.flushCache({ start: of(0, 4), end: of(0, 8) });
    machine.access(of(0, 6), of(0, 12), 'read');
    expect(conflictsIn(machine)).toEqual([
      { kind: 'cache-conflict', access: 'read', keyId: 0, written: 1, start: of(0, 6), end: of(0, 8) },
    ]);
    expect(machine.events.slice(-2).map(eventText)).toEqual([
      'read memory KeyID 0 [0xffff888000006000, 0xffff88800000c000)',
      'unflushed lines of KeyID 1 under a read KeyID 0 [0xffff888000006000, 0xffff888000008000)',
    ]);
  });

  test('what one KeyID writes and reads again is coherent; reads leave nothing behind', () => {
    const machine = ready();
    machine.access(of(2), of(2, 2), 'write');
    machine.access(of(2), of(2, 2), 'read');
    machine.access(of(1, 4), of(1, 5), 'read');
    machine.access(of(0, 4), of(0, 5), 'write');
    expect(conflictsIn(machine)).toEqual([]);
  });

  test('wbinvd reaches the lines of every KeyID', () => {
    const machine = ready();
    for (const keyId of [0, 1, 2, 3]) machine.access(of(keyId), of(keyId, 1), 'write');
    expect(conflictsIn(machine)).toHaveLength(6);
    machine.flushCache('all');
    expect(machine.writtenLines()).toEqual([]);
  });

  test('vmalloc is one more way to the pages as KeyID-0', () => {
    const machine = ready();
    machine.access(VMALLOC + PAGE, VMALLOC + 2n * PAGE, 'write');
    machine.access(of(1, 7), of(1, 8), 'read');
    expect(conflictsIn(machine)).toMatchObject([{ keyId: 1, written: 0, start: of(1, 7), end: of(1, 8) }]);
    machine.flushCache({ start: of(0, 7), end: of(0, 8) });
    expect(machine.writtenLines()).toEqual([]);
  });

  test('an uncached mapping leaves no lines, and still meets those of others', () => {
    const machine = ready();
    machine.protect(of(0), of(0, 1), ['pcd'], []);
    machine.access(of(0), of(0, 1), 'write');
    expect(machine.writtenLines()).toEqual([]);
    machine.access(of(1), of(1, 1), 'write');
    machine.access(of(0), of(0, 1), 'write');
    expect(conflictsIn(machine)).toHaveLength(1);
  });
});

type Space = number | 'vmalloc';
type Op =
  | { op: 'read' | 'write' | 'flush'; space: Space; page: number; pages: number }
  | { op: 'uncache' | 'cache' | 'unmap'; page: number; pages: number }
  | { op: 'sync' }
  | { op: 'wbinvd' };

const stretch = {
  page: fc.oneof(fc.nat(12), fc.integer({ min: 508, max: 516 })),
  pages: fc.integer({ min: 1, max: 6 }),
};
const ops: fc.Arbitrary<Op[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        op: fc.constantFrom('read' as const, 'write' as const, 'write' as const, 'flush' as const),
        space: fc.oneof(
          { weight: 5, arbitrary: fc.nat(KEYIDS) },
          { weight: 1, arbitrary: fc.constant('vmalloc' as const) },
        ),
        ...stretch,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        op: fc.constantFrom('uncache' as const, 'cache' as const, 'unmap' as const),
        ...stretch,
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom({ op: 'sync' as const }, { op: 'wbinvd' as const }) },
  ),
  { minLength: 3, maxLength: 20 },
);

/** Which pages of which KeyID are mapped and cached, and which lines are dirty: sets, page by page. */
class Naive {
  readonly mapped = Array.from({ length: KEYIDS + 1 }, () => new Map<number, boolean>());
  dirty = new Set<string>();
  readonly conflicts: string[] = [];

  constructor() {
    for (const keyId of this.mapped) for (let page = 0; page < PAGES; page++) keyId.set(page, true);
  }

  /** The frames behind pages of a space, with the KeyID they are reached under. */
  #frames(space: Space, page: number, pages: number): { keyId: number; frame: number; cached: boolean }[] {
    const numbers = Array.from({ length: pages }, (_, i) => page + i);
    if (space === 'vmalloc')
      return numbers.filter((at) => at < 8).map((at) => ({ keyId: 0, frame: scattered(at), cached: true }));
    return numbers.flatMap((frame) => {
      const cached = this.mapped[space]?.get(frame);
      return cached === undefined ? [] : [{ keyId: space, frame, cached }];
    });
  }

  run(op: Op): void {
    switch (op.op) {
      case 'read':
      case 'write':
        for (const { keyId, frame, cached } of this.#frames(op.space, op.page, op.pages)) {
          for (let other = 0; other <= KEYIDS; other++) {
            if (other !== keyId && this.dirty.has(`${other} ${frame}`))
              this.conflicts.push(`${op.op} ${keyId} meets ${other}`);
          }
          if (op.op === 'write' && cached) this.dirty.add(`${keyId} ${frame}`);
        }
        return;
      case 'flush':
        for (const { keyId, frame } of this.#frames(op.space, op.page, op.pages))
          this.dirty.delete(`${keyId} ${frame}`);
        return;
      case 'wbinvd':
        this.dirty = new Set();
        return;
      case 'sync':
        for (let keyId = 1; keyId <= KEYIDS; keyId++) this.mapped[keyId] = new Map(this.mapped[0]);
        return;
      default:
        for (let page = op.page; page < op.page + op.pages; page++) {
          if (op.op === 'unmap') this.mapped[0]?.delete(page);
          else if (this.mapped[0]?.has(page)) this.mapped[0].set(page, op.op === 'cache');
        }
    }
  }
}

const runOnMachine = (machine: Machine, op: Op): void => {
  if (op.op === 'wbinvd') machine.flushCache('all');
  else if (op.op === 'sync') machine.sync(BASE, BASE + SIZE);
  else {
    const first = 'space' in op && op.space === 'vmalloc' ? VMALLOC : of('space' in op ? Number(op.space) : 0);
    const start = first + BigInt(op.page) * PAGE;
    const end = start + BigInt(op.pages) * PAGE;
    if (op.op === 'read' || op.op === 'write') machine.access(start, end, op.op);
    else if (op.op === 'flush') machine.flushCache({ start, end });
    else if (op.op === 'unmap') machine.unmap(start, end);
    else machine.protect(start, end, op.op === 'uncache' ? ['pcd'] : [], op.op === 'cache' ? ['pcd'] : []);
  }
};

/** Page by page, as the naive sets have them. */
const pagesOf = (machine: Machine): string[] =>
  conflictsIn(machine).flatMap(({ access, keyId, written, start, end }) =>
    Array.from({ length: Number((end - start) / PAGE) }, () => `${access} ${keyId} meets ${written}`),
  );
const linesOf = (machine: Machine): string[] =>
  machine.writtenLines().flatMap(({ keyId, start, end }) => {
    const first = Number((start - of(keyId)) / PAGE);
    return Array.from({ length: Number((end - start) / PAGE) }, (_, i) => `${keyId} ${first + i}`);
  });

test('random reads, writes, flushes and changes of the mappings', () => {
  fc.assert(
    fc.property(ops, (sequence) => {
      const machine = ready();
      const naive = new Naive();
      for (const op of sequence) {
        runOnMachine(machine, op);
        naive.run(op);
        expect(linesOf(machine).sort()).toEqual([...naive.dirty].sort());
        expect(pagesOf(machine).sort()).toEqual([...naive.conflicts].sort());
      }
    }),
    { numRuns: 200 },
  );
});
