const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/**
 * A number of bytes as the field says it: exact where four digits are enough ('4 KiB', '2044 KiB'), else rounded and
 * marked so ('~4 GiB').
 */
export function sizeText(bytes: bigint): string {
  if (bytes < 0n) return `-${sizeText(-bytes)}`;
  if (bytes % 1024n !== 0n || bytes === 0n) return bytes === 1n ? '1 byte' : `${bytes} bytes`;
  let exact = bytes / 1024n;
  let unit = 0;
  while (exact % 1024n === 0n && unit < UNITS.length - 1) {
    exact /= 1024n;
    unit += 1;
  }
  if (exact < 10_000n) return `${exact} ${UNITS[unit] ?? ''}`;
  let value = Number(exact);
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `~${Number(value.toPrecision(3))} ${UNITS[unit] ?? ''}`;
}
