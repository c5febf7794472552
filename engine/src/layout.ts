import type { Address } from './address.ts';

/** The address-space layout of one machine. */
export interface Layout {
  readonly pagingLevels: 4 | 5;
  /** Bytes of RAM, from physical address 0. */
  readonly ramBytes: bigint;
  /** Number of usable KeyIDs besides KeyID-0 (mktme_nr_keyids()). */
  readonly keyIds: number;
  /** Bit position of the KeyID in an entry (mktme_keyid_shift()). */
  readonly keyIdShift: number;
  /** Start of KeyID-0's direct mapping. */
  readonly pageOffset: Address;
  /** Distance between the direct mappings of neighbouring KeyIDs, in bytes. */
  readonly directMappingSize: bigint;
}
