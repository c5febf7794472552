import type { Address, PageSize, Range } from './address.ts';
import type { Cost, Flag, KeyIdCost, SyncResult } from './machine.ts';

/** A leaf as an event shows it. */
export interface Leaf {
  readonly pfn: bigint;
  readonly flags: readonly Flag[];
}

export type TableLevel = 'pte' | 'pmd' | 'pud' | 'p4d';

/** Something that happened to the machine. keyId is null outside the direct mappings. Ranges are real (KeyID-N) addresses. */
export type Event =
  | ({
      readonly kind: 'write';
      readonly keyId: number | null;
      readonly page: PageSize;
      readonly before: Leaf | null;
      readonly after: Leaf | null;
    } & Range)
  | ({ readonly kind: 'split' | 'collapse'; readonly keyId: number | null; readonly page: '2M' | '1G' } & Range)
  | {
      readonly kind: 'table-alloc' | 'table-free';
      readonly keyId: number | null;
      readonly level: TableLevel;
      readonly start: Address;
      readonly fault?: 'hooked' | 'unflushed';
    }
  | {
      readonly kind: 'alloc-failed';
      readonly keyId: number | null;
      readonly level: TableLevel;
      readonly start: Address;
    }
  | ({
      readonly kind: 'sync';
      readonly enable: boolean;
      readonly result: SyncResult;
      readonly cost: Cost;
      /** KeyIDs walked, in order, up to and including the one that failed. */
      readonly keyIds: number;
      /** The cost taken apart, neighbouring KeyIDs that cost the same together. */
      readonly byKeyId?: readonly KeyIdCost[];
    } & Range)
  /** `local`: a TLB flush on this CPU only. */
  | { readonly kind: 'tlb-flush' | 'cache-flush'; readonly range: Range | 'all'; readonly local?: true }
  /** Memory used through a mapping whose entries carry `keyId`. */
  | ({ readonly kind: 'access'; readonly access: 'read' | 'write'; readonly keyId: number } & Range)
  /** The part of the access before it that met lines written under another KeyID and not flushed since. */
  | ({
      readonly kind: 'cache-conflict';
      readonly access: 'read' | 'write';
      readonly keyId: number;
      readonly written: number;
    } & Range)
  | ({ readonly kind: 'top-level'; readonly keyId: number } & Range)
  | ({ readonly kind: 'sync-global-pgds' } & Range)
  | { readonly kind: 'bug'; readonly message: string };
