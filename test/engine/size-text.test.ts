import { expect, test } from 'vitest';
import { sizeText } from '../../engine/src/size-text.ts';

test.each([
  [0n, '0 bytes'],
  [1n, '1 byte'],
  [4096n, '4 KiB'],
  [2093056n, '2044 KiB'],
  [1n << 30n, '1 GiB'],
  [(1n << 30n) - 4096n, '~1 GiB'],
  [(4n << 30n) - 4096n, '~4 GiB'],
  [261632n << 30n, '~256 TiB'],
  [63n << 40n, '63 TiB'],
  [-4096n, '-4 KiB'],
])('%s is %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
