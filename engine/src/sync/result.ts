import type { KeyIdCost } from '../machine.ts';
import type { Spaces } from '../spaces.ts';
import type { Ending, TableNote } from './walk.ts';

/** A table allocated or freed by a sync, or an allocation that failed; `start` is the first address it covers. */
export interface TableEvent {
  readonly kind: TableNote['kind'];
  readonly keyId: number;
  readonly level: 'pte' | 'pmd' | 'pud' | 'p4d';
  readonly start: bigint;
}

/** New top-level entries of init_mm under a KeyID's mapping, in absolute slots (half-open). */
export interface NewTop {
  readonly keyId: number;
  readonly start: number;
  readonly end: number;
}

export interface Synced {
  readonly spaces: Spaces;
  readonly ending: Ending;
  readonly visits: number;
  readonly allocations: number;
  readonly frees: number;
  readonly costs: readonly KeyIdCost[];
  /** KeyIDs walked, up to and including the one that ended it. */
  readonly keyIds: number;
  /** The first few only. */
  readonly tables: readonly TableEvent[];
  readonly newTop: readonly NewTop[];
  /** What the posted code would corrupt, or the BUG_ON it hits. */
  readonly bugs: readonly string[];
}

/**
 * A range as the walk takes it: pages of the 64-bit address space, rounded out; `whole` leaves out the pages that the
 * range covers in part.
 */
export interface PageRange {
  readonly lo: number;
  readonly hi: number;
  readonly wholeLo: number;
  readonly wholeHi: number;
}

export const pfnMismatch = (address: bigint): string =>
  `BUG_ON: the pfn at 0x${address.toString(16)} is not the one that the canonical mapping has there`;

/** Names of tables by the level of their entries. */
export const levelNames = ['pte', 'pmd', 'pud', 'p4d'] as const;
