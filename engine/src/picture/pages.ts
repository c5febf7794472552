/**
 * The picture counts in 4 KiB pages from the start of a KeyID's direct mapping: even 5-level offsets fit a number
 * exactly, which bytes would not. Addresses turn back into hex only where a person reads them.
 */
import type { PageSize } from '../address.ts';
import type { Replay } from '../replay.ts';
import { sizeText } from '../size-text.ts';

/** 4 KiB pages that one leaf of this size maps. */
export const pagesOf = { '4K': 1, '2M': 512, '1G': 512 * 512 } as const satisfies Record<PageSize, number>;

/** A half-open stretch of pages. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** The page an offset in bytes lies in; `up` rounds a range's end out to the page boundary. */
export function pageOfOffset(hex: string, up = false): number {
  const bytes = BigInt(hex);
  return Number((bytes + (up ? 4095n : 0n)) >> 12n);
}

/** Pages in one KeyID's direct mapping. */
export const mappingPages = (replay: Replay): number => pageOfOffset(replay.machine.directMappingSize);

/**
 * A range of canonical addresses as pages of the direct mapping, cut to the mapping; null when none of it lies inside
 * (a vmalloc address, kernel text, another KeyID's mapping).
 */
export function canonicalStretch(replay: Replay, range: readonly [string, string]): Stretch | null {
  const base = BigInt(replay.machine.pageOffset);
  const size = BigInt(replay.machine.directMappingSize);
  const start = BigInt(range[0]) - base;
  const end = BigInt(range[1]) - base;
  if (end <= 0n || start >= size || end <= start) return null;
  const from = start < 0n ? 0n : start;
  const to = end > size ? size : end;
  return { start: Number(from >> 12n), end: Number((to + 4095n) >> 12n) };
}

/** The address of a page in the mapping of `keyId` (0: canonical). */
export function addressText(replay: Replay, page: number, keyId = 0): string {
  const address =
    BigInt(replay.machine.pageOffset) +
    BigInt(keyId) * BigInt(replay.machine.directMappingSize) +
    (BigInt(page) << 12n);
  return `0x${BigInt.asUintN(64, address).toString(16)}`;
}

/** The size of so many pages of 4 KiB. */
export const pagesText = (pages: number): string => (pages === 0 ? '0 KiB' : sizeText(BigInt(pages) << 12n));

/** 12,345 */
export const countText = (count: number): string => count.toString().replace(/\B(?=(\d{3})+$)/g, ',');
