/** Addresses and page sizes of x86-64. Addresses are bigint, 64 bits, unsigned; ranges are half-open [start, end). */

export type Address = bigint;

/** A half-open range of addresses, in bytes. */
export interface Range {
  readonly start: Address;
  readonly end: Address;
}

/** The size of a leaf: what one pte (4K), pmd (2M) or pud (1G) entry maps. */
export type PageSize = '4K' | '2M' | '1G';

export const PAGE_SHIFT = 12;
export const PAGE_SIZE = 1n << 12n;
export const PMD_SIZE = 1n << 21n;
export const PUD_SIZE = 1n << 30n;
export const TIB = 1n << 40n;

/** Bytes mapped by a leaf of this size. */
export const bytesOf = { '4K': PAGE_SIZE, '2M': PMD_SIZE, '1G': PUD_SIZE } as const satisfies Record<PageSize, bigint>;

export const roundDown = (address: Address, unit: bigint): Address => address - (address % unit);
export const roundUp = (address: Address, unit: bigint): Address => roundDown(address + unit - 1n, unit);
