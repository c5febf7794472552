/** Order and lifetime: what TLBs may still hold, other page tables, dirty cache lines, tables freed too early. */
import { describe, expect, test } from 'vitest';
import { createMachine } from '../../engine/src/create.ts';
import type { Machine } from '../../engine/src/machine.ts';

const BASE = 0xffff888000000000n;
const SIZE = 1n << 40n;
const MIB2 = 1n << 21n;

const mapped = (): Machine => {
  const machine = createMachine({ pagingLevels: 4, ramBytes: 4n << 30n, keyIds: 2 });
  machine.map(BASE, BASE + 8n * MIB2, '2M', ['rw', 'nx']);
  machine.flushTlb('all');
  return machine;
};

describe('TLB', () => {
  test('a page made read-only can be written through a stale translation until it is flushed', () => {
    const machine = mapped();
    machine.protect(BASE, BASE + MIB2, [], ['rw']);
    expect(machine.staleTranslations()).toEqual([
      {
        keyId: 0,
        start: BASE,
        end: BASE + MIB2,
        page: '2M',
        before: { pfn: 0n, flags: ['nx', 'rw'] },
        after: { pfn: 0n, flags: ['nx'] },
        cpus: 'all',
        harmful: true,
      },
    ]);
    machine.flushTlb({ start: BASE + 0x1000n, end: BASE + MIB2 });
    expect(machine.staleTranslations().map(({ start, end }) => [start, end])).toEqual([[BASE, BASE + 0x1000n]]);
    machine.flushTlb('all');
    expect(machine.staleTranslations()).toEqual([]);
  });

  test('__flush_tlb_all() on this CPU leaves the others what they had', () => {
    const machine = mapped();
    machine.protect(BASE, BASE + MIB2, [], ['rw']);
    machine.flushTlb('all', { local: true });
    machine.protect(BASE + MIB2, BASE + 2n * MIB2, [], ['rw']);
    expect(machine.staleTranslations().map(({ start, cpus }) => [start, cpus])).toEqual([
      [BASE + MIB2, 'all'],
      [BASE, 'others'],
    ]);
    machine.flushTlb({ start: BASE, end: BASE + MIB2 });
    expect(machine.staleTranslations().map(({ start }) => start)).toEqual([BASE + MIB2]);
    machine.flushTlb('all');
    expect(machine.staleTranslations()).toEqual([]);
  });

  test('more rights are a fault at most; an unmapped page is still reached', () => {
    const machine = mapped();
    machine.protect(BASE, BASE + MIB2, [], ['nx']);
    machine.unmap(BASE + MIB2, BASE + 2n * MIB2);
    expect(machine.staleTranslations().map(({ harmful, after }) => [harmful, after === null])).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  test('sync_direct_mapping() ends in flush_tlb_all(): before it the KeyIDs are stale too', () => {
    const machine = mapped();
    machine.enable();
    machine.protect(BASE, BASE + MIB2, [], ['rw']);
    machine.sync(BASE, BASE + MIB2);
    const count = machine.events.length;
    expect(machine.events.slice(-2).map((event) => event.kind)).toEqual(['sync', 'tlb-flush']);
    expect(machine.staleTranslations()).toEqual([]);
    expect(
      new Set(
        machine
          .at(count - 1)
          .staleTranslations()
          .map((stale) => stale.keyId),
      ),
    ).toEqual(new Set([0, 1, 2]));
  });

  test('inside a sync, KeyIDs are done one after another', () => {
    const machine = mapped();
    machine.enable();
    machine.protect(BASE, BASE + MIB2, [], ['rw']);
    machine.sync(BASE, BASE + MIB2);
    const inside = machine.duringSync(machine.events.length - 1, 1);
    expect(inside.coherence().map((stale) => stale.keyId)).toEqual([2]);
    expect(machine.duringSync(machine.events.length - 1, 0).coherence()).toHaveLength(2);
  });
});

test('the posted walk frees a table while the entry still points to it', () => {
  const machine = mapped();
  machine.protect(BASE, BASE + 0x1000n, [], ['rw']);
  machine.enable();
  machine.unmap(BASE, BASE + MIB2);
  machine.sync(BASE, BASE + MIB2);
  const freed = machine.events.flatMap((event) =>
    event.kind === 'table-free' ? [[event.keyId, event.level, event.fault]] : [],
  );
  expect(freed).toEqual([
    [0, 'pte', undefined],
    [1, 'pte', 'hooked'],
    [2, 'pte', 'hooked'],
  ]);
});

describe('top-level entries in other page tables', () => {
  test('enable creates some that nobody else gets before sync_global_pgds()', () => {
    const machine = mapped();
    expect(machine.missingTopLevel()).toEqual([]);
    machine.enable();
    const entry = (keyId: bigint) => ({ start: BASE + keyId * SIZE, end: BASE + keyId * SIZE + (1n << 39n) });
    expect(machine.missingTopLevel()).toEqual([entry(1n), entry(2n)]);
    machine.syncGlobalPgds(BASE + SIZE, BASE + SIZE + 0x1000n);
    expect(machine.missingTopLevel()).toEqual([entry(2n)]);
  });

  test('one that is freed dangles in the others, also after a new one took its place', () => {
    const machine = mapped();
    machine.enable();
    machine.syncGlobalPgds(BASE, BASE + 3n * SIZE);
    machine.unmap(BASE, BASE + 8n * MIB2);
    expect(machine.danglingTopLevel()).toEqual([{ start: BASE, end: BASE + (1n << 39n) }]);
    machine.map(BASE, BASE + MIB2, '2M', ['rw']);
    expect(machine.missingTopLevel()).toEqual([]);
    expect(machine.danglingTopLevel()).toHaveLength(1);
  });

  test('five levels: one entry serves all KeyIDs of 1 TiB', () => {
    const machine = createMachine({ pagingLevels: 5, ramBytes: 1n << 30n, keyIds: 3 });
    const base = machine.layout.pageOffset;
    machine.map(base, base + (1n << 30n), '1G', ['rw']);
    machine.enable();
    expect(machine.missingTopLevel()).toEqual([]);
  });
});

describe('cache lines', () => {
  test('write-back to uncached leaves lines of KeyID-0, and after the sync of every KeyID', () => {
    const machine = mapped();
    machine.enable();
    machine.protect(BASE, BASE + MIB2, ['pcd'], []);
    expect(machine.dirtyLines()).toEqual([{ keyId: 0, start: BASE, end: BASE + MIB2 }]);
    machine.sync(BASE, BASE + MIB2);
    machine.flushCache({ start: BASE, end: BASE + MIB2 });
    expect(machine.dirtyLines().map((line) => line.keyId)).toEqual([1, 2]);
    machine.flushCache('all');
    expect(machine.dirtyLines()).toEqual([]);
  });

  test('a change of rights leaves none', () => {
    const machine = mapped();
    machine.protect(BASE, BASE + MIB2, [], ['rw']);
    expect(machine.dirtyLines()).toEqual([]);
  });
});

test('outside the direct mappings there is one more tree: vmalloc and kernel text', () => {
  const machine = mapped();
  const vmalloc = 0xffffc90000000000n;
  const text = 0xffffffff80000000n;
  machine.map(vmalloc, vmalloc + 0x1000n, '4K', ['rw'], 0x1234n);
  machine.map(text, text + MIB2, '2M', ['rw'], 0x200n);
  expect(machine.lookup(vmalloc + 0x10n)).toEqual({ start: vmalloc, page: '4K', pfn: 0x1234n, flags: ['rw'] });
  expect(machine.lookup(text + 0x1000n)).toEqual({ start: text, page: '2M', pfn: 0x200n, flags: ['rw'] });
  machine.protect(text, text + 0x1000n, [], ['rw']);
  expect(machine.lookup(text)).toEqual({ start: text, page: '4K', pfn: 0x200n, flags: [] });
  expect(machine.events.at(-1)).toMatchObject({ kind: 'write', keyId: null });
  expect(machine.lookup(0x0000_8000_0000_0000n)).toBeNull();
});

describe('sync of ranges that are none of its own', () => {
  test('vmalloc: the entries are copied to whatever lies one direct mapping further', () => {
    const machine = mapped();
    machine.enable();
    const vmalloc = 0xffffc90000000000n;
    machine.map(vmalloc, vmalloc + 0x1000n, '4K', ['rw'], 0x1234n);
    expect(machine.sync(vmalloc, vmalloc + 0x1000n)).toBe(0);
    expect(machine.lookup(vmalloc + 2n * SIZE)).toMatchObject({ pfn: 0x1234n, keyId: 2 });
    expect(machine.coherence()).toEqual([]);
  });

  test("another KeyID's mapping: KeyID bits of both are OR-ed", () => {
    const machine = createMachine({ pagingLevels: 4, ramBytes: 4n << 30n, keyIds: 3 });
    machine.map(BASE, BASE + MIB2, '2M', ['rw']);
    machine.enable();
    machine.unmap(BASE + 3n * SIZE, BASE + 3n * SIZE + MIB2);
    machine.sync(BASE + SIZE, BASE + SIZE + MIB2);
    // KeyID 2's loop reads KeyID-1's entry and writes KeyID-3's place with 1 | 2 = 3; KeyID 1's wrote 1 | 1 into KeyID-2's.
    expect(machine.lookup(BASE + 3n * SIZE)?.keyId).toBeUndefined();
    expect(machine.lookup(BASE + 2n * SIZE)?.keyId).toBe(1);
    expect(machine.coherence().map(({ keyId, kind }) => `${keyId} ${kind}`)).toEqual(['2 stale']);
  });

  test('reversed and unaligned: said, not crashed', () => {
    const machine = mapped();
    machine.enable();
    machine.protect(BASE, BASE + 0x3000n, [], ['rw']);
    expect(machine.sync(BASE + MIB2, BASE)).toBe(0);
    expect(machine.events.some((event) => event.kind === 'bug')).toBe(true);
    expect(machine.sync(BASE + 0x800n, BASE + 0x2800n)).toBe(0);
    expect(machine.lookup(BASE + SIZE + 0x1000n)?.flags).toEqual(['nx']);
    expect(machine.lookup(BASE + SIZE)).toBeNull();
    expect(machine.sync(0x1000n, 0xffffffffffffffffn)).toBe(0);
  });
});
