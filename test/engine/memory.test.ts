/** The memory of a run: what is stored comes back, and every access that C does not allow is a fault of the right kind. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CType,
  intValue,
  opaqueValue,
  pointerTo,
  structOf,
  UNSIGNED_INT,
  UNSIGNED_LONG,
} from '../../engine/src/kernel/ctype.ts';
import { createMemory, type Memory, MemoryFault } from '../../engine/src/kernel/memory.ts';

const array = (of: CType, length: number): CType => ({ kind: 'array', of, length });
const BYTE: CType = { kind: 'int', bits: 8, signed: false };

/** What an access ends with: its value in hex, or the fault's kind and text. */
function access(act: () => { readonly bits: bigint; readonly opaque?: string } | undefined): string {
  try {
    const value = act();
    return value?.opaque ?? value?.bits.toString(16) ?? 'done';
  } catch (error) {
    if (error instanceof MemoryFault) return `${error.kind}: ${error.message}`;
    throw error;
  }
}

describe('faults', () => {
  const check = (
    name: string,
    act: (memory: Memory) => ReturnType<Memory['load']> | undefined,
    outcome: string,
  ): void => {
    test(name, () => expect(access(() => act(createMemory()))).toBe(outcome));
  };
  const start = (memory: Memory): bigint => memory.allocate(UNSIGNED_LONG, 'start');
  const list = (memory: Memory): bigint => memory.allocate(array(UNSIGNED_LONG, 4), 'addrs', { zero: true });

  check('NULL', (memory) => memory.load(0n, UNSIGNED_LONG), 'null-dereference: NULL is read through');
  check(
    'a field behind NULL',
    (memory) => memory.load(24n, UNSIGNED_INT),
    'null-dereference: NULL is read through, 24 bytes behind it',
  );
  check(
    'a store through NULL',
    (memory) => {
      memory.store(8n, intValue(1n));
      return undefined;
    },
    'null-dereference: NULL is written through, 8 bytes behind it',
  );
  check(
    'never written',
    (memory) => memory.load(start(memory), UNSIGNED_LONG),
    "uninitialised: 'start' is read where nothing has set it",
  );
  check(
    'one past an array',
    (memory) => memory.load(list(memory) + 32n, UNSIGNED_LONG),
    "out-of-bounds: 'addrs[4]' is outside the 4 elements of 'addrs'",
  );
  check(
    'far past an array',
    (memory) => memory.load(list(memory) + 8n * 300n, UNSIGNED_LONG),
    "out-of-bounds: 'addrs[300]' is outside the 4 elements of 'addrs'",
  );
  check('the last element', (memory) => memory.load(list(memory) + 24n, UNSIGNED_LONG), '0');
  check(
    'half outside',
    (memory) => memory.load(start(memory) + 4n, UNSIGNED_LONG),
    "out-of-bounds: byte 4 of 'start' is outside its 8 bytes",
  );
  check(
    'released',
    (memory) => {
      const address = start(memory);
      memory.store(address, intValue(1n));
      memory.release(address);
      return memory.load(address, UNSIGNED_LONG);
    },
    "freed: 'start' is used after its life has ended",
  );
  check(
    'nothing there',
    (memory) => memory.load(0x7000_0000n, UNSIGNED_LONG),
    'unmapped: no object of this run is at 0x70000000',
  );
  check(
    'a long array beyond its end',
    (memory) => memory.load(memory.allocate(array(UNSIGNED_LONG, 1 << 20), 'long') + (8n << 20n), UNSIGNED_LONG),
    "out-of-bounds: 'long[1048576]' is outside the 1048576 elements of 'long'",
  );
});

test('neighbours never meet, however small', () => {
  const memory = createMemory();
  const first = memory.allocate(BYTE, 'a');
  const second = memory.allocate(BYTE, 'b');
  expect(second - first).toBeGreaterThanOrEqual(4096n);
  expect(first).toBe(0xffffc90000100000n);
});

test('opaque values are kept, and mixed with known bytes stay opaque', () => {
  const memory = createMemory();
  const at = memory.allocate(UNSIGNED_LONG, 'x');
  memory.store(at, opaqueValue('who knows'));
  expect(access(() => memory.load(at, UNSIGNED_LONG))).toBe('who knows');
  memory.store(at, { type: BYTE, bits: 1n });
  expect(access(() => memory.load(at, UNSIGNED_LONG))).toBe('who knows');
  expect(access(() => memory.load(at, BYTE))).toBe('1');
  memory.store(at, intValue(5n));
  expect(access(() => memory.load(at, UNSIGNED_LONG))).toBe('5');
});

test('a struct is copied with what is not set in it', () => {
  const memory = createMemory();
  const cpa = structOf('cpa_data');
  const from = memory.allocate(cpa, 'from');
  const to = memory.allocate(cpa, 'to', { zero: true });
  const pfn = memory.field('cpa_data', 'pfn')?.offset ?? 0n;
  const flags = memory.field('cpa_data', 'flags')?.offset ?? 0n;
  memory.store(from + pfn, intValue(9n));
  memory.copy(to, from, cpa);
  memory.store(from + pfn, intValue(1n));
  expect(access(() => memory.load(to + pfn, UNSIGNED_LONG))).toBe('9');
  expect(access(() => memory.load(to + flags, UNSIGNED_INT))).toMatch(/^uninitialised/);
});

test('layouts: natural alignment, 64 bytes of struct page, fields added by a patch', () => {
  const memory = createMemory();
  memory.define('mixed', [
    { name: 'a', type: BYTE },
    { name: 'b', type: UNSIGNED_LONG },
    { name: 'c', type: BYTE },
  ]);
  expect(memory.field('mixed', 'b')?.offset).toBe(8n);
  expect(memory.sizeOf(structOf('mixed'))).toBe(24n);
  expect(memory.sizeOf(structOf('page'))).toBe(64n);
  expect(memory.sizeOf(structOf('never heard of'))).toBe(0n);
  const before = memory.field('cpa_data', 'pages');
  memory.define('cpa_data', [{ name: 'first', type: UNSIGNED_LONG }]);
  expect(memory.field('cpa_data', 'pages')).toEqual(before);
  expect(memory.field('cpa_data', 'first')?.type).toBe(UNSIGNED_LONG);
});

test('a struct that contains itself has an end', () => {
  const memory = createMemory();
  memory.define('loop', [{ name: 'next', type: structOf('loop') }]);
  expect(memory.sizeOf(structOf('loop'))).toBeGreaterThanOrEqual(0n);
  memory.define('list', [{ name: 'next', type: pointerTo(structOf('list')) }]);
  expect(memory.sizeOf(structOf('list'))).toBe(8n);
});

test('regions answer for their range, the latest first', () => {
  const memory = createMemory();
  const stored: string[] = [];
  memory.mapRegion({ start: 0x10000n, end: 0x20000n, load: () => 'contents of RAM', store: () => true });
  const remove = memory.mapRegion({
    start: 0x18000n,
    end: 0x19000n,
    load: (address, bytes) => (bytes === 8 ? address : null),
    store: (address, bytes, value) => stored.push(`${address.toString(16)} ${bytes} ${value.bits}`) > 0,
  });
  expect(access(() => memory.load(0x11000n, UNSIGNED_LONG))).toBe('contents of RAM');
  expect(access(() => memory.load(0x18008n, UNSIGNED_LONG))).toBe('18008');
  expect(access(() => memory.load(0x18008n, BYTE))).toBe('contents of RAM');
  memory.store(0x18010n, intValue(3n));
  expect(stored).toEqual(['18010 8 3']);
  expect(access(() => memory.load(0x20000n, BYTE))).toMatch(/^unmapped/);
  remove();
  expect(access(() => memory.load(0x18008n, UNSIGNED_LONG))).toBe('contents of RAM');
});

/** One act on an object of 40 bytes. */
const act = fc.oneof(
  fc.record({
    kind: fc.constant('store' as const),
    at: fc.nat(39),
    size: fc.constantFrom(1, 2, 4, 8),
    bits: fc.bigInt(0n, 2n ** 64n - 1n),
  }),
  fc.record({ kind: fc.constant('fill' as const), at: fc.nat(39), size: fc.nat(40), byte: fc.nat(255) }),
  fc.record({ kind: fc.constant('copy' as const), at: fc.nat(31), size: fc.constant(8), from: fc.nat(31) }),
);

test('stores, fills and copies of any size and place are those of an array of bytes', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
      const memory = createMemory();
      const base = memory.allocate(array(BYTE, 40), 'bytes');
      const oracle = new Map<number, number>();
      for (const { at, size, ...what } of acts) {
        const length = Math.min(size, 40 - at);
        if (what.kind === 'store') {
          if (length < size) continue;
          const type: CType = { kind: 'int', bits: (size * 8) as 8 | 16 | 32 | 64, signed: false };
          memory.store(base + BigInt(at), intValue(what.bits, type));
          for (let i = 0; i < size; i++) oracle.set(at + i, Number((what.bits >> BigInt(8 * i)) & 255n));
        } else if (what.kind === 'fill') {
          memory.fill(base + BigInt(at), BigInt(length), what.byte);
          for (let i = 0; i < length; i++) oracle.set(at + i, what.byte);
        } else {
          memory.copy(base + BigInt(at), base + BigInt(what.from), array(BYTE, 8));
          const copied = Array.from({ length: 8 }, (_, i) => oracle.get(what.from + i));
          for (const [i, byte] of copied.entries())
            byte === undefined ? oracle.delete(at + i) : oracle.set(at + i, byte);
        }
      }
      for (let i = 0; i < 40; i++) {
        const seen = access(() => memory.load(base + BigInt(i), BYTE)).replace(/:.*/, '');
        expect(seen).toBe(oracle.get(i)?.toString(16) ?? 'uninitialised');
      }
    }),
    { numRuns: 400 },
  );
});
