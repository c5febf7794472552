import { expect, test } from 'vitest';
import { createMachine } from '../../engine/src/create.ts';

const GIB = 1n << 30n;
const BASE = 0xffff888000000000n;

test('sync_direct_mapping(): a sync narrower than the split huge page leaves a hole', () => {
  const machine = createMachine({ pagingLevels: 4, ramBytes: 4n * GIB, keyIds: 3 });
  machine.map(BASE, BASE + 4n * GIB, '2M', ['rw', 'nx', 'global']);
  expect(machine.enable()).toBe(0);
  expect(machine.coherence()).toEqual([]);
  machine.protect(BASE + 0x200000n, BASE + 0x201000n, [], ['rw']);
  expect(machine.coherence()).toHaveLength(3);
  expect(machine.sync(BASE + 0x200000n, BASE + 0x201000n)).toBe(0);
  expect(machine.coherence()).toEqual(
    [1, 2, 3].map((keyId) => {
      const base = BASE + BigInt(keyId) * (1n << 40n) + 0x200000n;
      return { keyId, start: base + 0x1000n, end: base + 0x200000n, kind: 'hole' };
    }),
  );
  expect(machine.sync(BASE + 0x200000n, BASE + 0x400000n)).toBe(0);
  expect(machine.coherence()).toEqual([]);
});

test('full size: 1 TiB of 4K pages and 63 KeyIDs', () => {
  const machine = createMachine({ pagingLevels: 4, ramBytes: 1n << 40n, keyIds: 63 });
  machine.map(BASE, BASE + (1n << 40n), '4K', ['rw', 'nx']);
  machine.enable();
  for (let i = 0; i < 10_000; i++) {
    const at = BASE + (BigInt((i * 7919) % (1 << 28)) << 12n);
    machine.protect(at, at + 0x1000n, [], ['rw']);
    machine.sync(at, at + 0x1000n);
    expect(machine.coherence().length).toBe(0);
  }
});
