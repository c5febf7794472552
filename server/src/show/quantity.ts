/** Numbers as people of the field read them. */

const UNITS = [
  ['TiB', 1n << 40n],
  ['GiB', 1n << 30n],
  ['MiB', 1n << 20n],
  ['KiB', 1n << 10n],
] as const;

/**
 * A number of bytes in the largest binary unit that shows it exactly, or with one decimal where it would take more than
 * four digits: '4 KiB', '2044 KiB', '63 TiB'.
 */
export function bytes(count: bigint): string {
  if (count < 0n) return `-${bytes(-count)}`;
  for (const [name, unit] of UNITS) {
    if (count < unit) continue;
    if (count % unit === 0n) return `${count / unit} ${name}`;
    const smaller = UNITS[UNITS.findIndex(([other]) => other === name) + 1];
    if (smaller && count % smaller[1] === 0n && count / smaller[1] < 10_000n)
      return `${count / smaller[1]} ${smaller[0]}`;
    return `${(Number((count * 10n) / unit) / 10).toFixed(1)} ${name}`;
  }
  return count === 1n ? '1 byte' : `${count} bytes`;
}

/** The length of a hex string range, in bytes; 0 where it is empty or reversed. */
export function lengthOf(start: string, end: string): bigint {
  const length = BigInt(end) - BigInt(start);
  return length > 0n ? length : 0n;
}

/** Bytes as the report carries them, a number ('4096', '0x1000') or a size ('4 KiB'); null where it is neither. */
export function parseBytes(text: string): bigint | null {
  if (/^(0x[0-9a-f]+|\d+)$/i.test(text)) return BigInt(text);
  const [, digits = '', unit = ''] = /^([\d.]+) (bytes?|[KMGT]iB)$/.exec(text) ?? [];
  const factor = UNITS.find(([name]) => name === unit)?.[1] ?? 1n;
  if (/^\d+$/.test(digits)) return BigInt(digits) * factor;
  return /^\d+\.\d+$/.test(digits) ? BigInt(Math.round(Number(digits) * Number(factor))) : null;
}

/** A set of KeyIDs in words: 'KeyID 1', 'KeyIDs 1-3', 'KeyIDs 1, 3-5'; '' for none. */
export function keyIds(ids: Iterable<number>): string {
  const sorted = [...new Set(ids)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const id of sorted) {
    const last = runs.at(-1);
    if (last && last[1] === id - 1) last[1] = id;
    else runs.push([id, id]);
  }
  const words = runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
  if (sorted.length === 0) return '';
  return `${sorted.length === 1 ? 'KeyID' : 'KeyIDs'} ${words}`;
}

/** '1 error', '2 errors'. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
