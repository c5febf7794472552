/** Values and sizes as people in the field write them. */
import type { Range } from '../../../../engine/src/address.ts';
import { numberOf, type Value } from '../../../../engine/src/kernel/ctype.ts';
import type { Stale } from '../../../../engine/src/machine.ts';

export const hex = (bits: bigint) => `0x${bits.toString(16)}`;

/** More ranges than this no evidence needs. */
export const MOST_RANGES = 16;

/** The first ranges as evidence carries them, half-open. */
export const hexRanges = (ranges: readonly Range[]): readonly (readonly [string, string])[] =>
  ranges.slice(0, MOST_RANGES).map(({ start, end }) => [hex(start), hex(end)]);

export function printed(value: Value): string {
  if (value.opaque !== undefined) return `not known (${value.opaque})`;
  if (value.type.kind === 'pointer') return value.bits === 0n ? 'NULL' : hex(value.bits);
  const number = numberOf(value);
  return number > -1_000_000n && number < 1_000_000n ? String(number) : hex(value.bits);
}

export const count = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/** KeyID 3, KeyIDs 1-3. */
export function namedKeyIds(keyIds: readonly number[]): string {
  const first = Math.min(...keyIds);
  const last = Math.max(...keyIds);
  return first === last ? `KeyID ${first}` : `KeyIDs ${first}-${last}`;
}

/** The KeyIDs whose mappings differ, and what they do: KeyID 3 keeps, KeyIDs 1-3 keep. */
export function staleKeyIds(stale: readonly Stale[], verb?: string): string {
  const keyIds = stale.map(({ keyId }) => keyId);
  const names = namedKeyIds(keyIds);
  if (verb === undefined) return names;
  return `${names} ${verb}${new Set(keyIds).size === 1 ? 's' : ''}`;
}
