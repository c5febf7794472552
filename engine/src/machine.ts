import type { Address, PageSize, Range } from './address.ts';
import type { Event, Leaf, TableLevel } from './event.ts';
import type { Layout } from './layout.ts';

/** Attribute bits of an entry that the model knows; `present` is implied. */
export type Flag = 'rw' | 'nx' | 'user' | 'global' | 'pcd' | 'pwt' | 'accessed' | 'dirty';

/** What one address translates to. */
export interface Mapping {
  /** First address the entry maps. */
  readonly start: Address;
  readonly page: PageSize;
  /** Page frame number of `start` (physical address >> 12, without KeyID bits). */
  readonly pfn: bigint;
  readonly flags: readonly Flag[];
  /** KeyID bits of the entry, where they are not those of the mapping that it is in: only code under review does that. */
  readonly keyId?: number;
}

/** One difference between KeyID-N's mapping and KeyID-0's; addresses are KeyID-N's. */
export interface Stale extends Range {
  readonly keyId: number;
  /** hole: missing in KeyID-N; extra: missing in KeyID-0; stale: both translate, differently. */
  readonly kind: 'hole' | 'stale' | 'extra';
}

/** A translation that init_mm no longer has and that a CPU may still use, for want of a TLB flush since. */
export interface StaleTranslation extends Range {
  /** Null outside the direct mappings. */
  readonly keyId: number | null;
  readonly page: PageSize;
  readonly before: Leaf;
  readonly after: Leaf | null;
  /** Which CPUs' TLBs: after a flush on the local CPU alone, the others'. */
  readonly cpus: 'all' | 'others';
  /** The old translation allows an access, leads to a page, or caches in a way that the tables no longer say. Else it costs a fault at most. */
  readonly harmful: boolean;
}

/** Cache lines that may still hold data from when the page was write-back, under a mapping that no longer is. */
export interface DirtyLine extends Range {
  readonly keyId: number | null;
}

/** Cache lines written through a mapping of KeyID-`keyId` and not flushed since; at the addresses of that KeyID's mapping. */
export interface WrittenLine extends Range {
  readonly keyId: number;
}

/** What walks of sync_direct_mapping() cost, summed over all KeyIDs. */
export interface Cost {
  readonly entriesVisited: number;
  readonly tablesAllocated: number;
  readonly tablesFreed: number;
  readonly tlbFlushes: number;
}

/** What a sync cost for each of some neighbouring KeyIDs: from keyIds[0] to keyIds[1], inclusive. Each swept the bytes of the range. */
export interface KeyIdCost {
  readonly keyIds: readonly [number, number];
  readonly entriesVisited: number;
  readonly tablesAllocated: number;
  readonly tablesFreed: number;
}

export type SyncResult = 0 | -12;

/**
 * The machine under a patch: init_mm's page tables with one direct mapping per KeyID, other kernel ranges, the
 * page-table allocator, TLB and cache state, and the log of what happened. State is persistent: `fork` costs nothing and
 * `at` looks back at any moment.
 */
export interface Machine {
  readonly layout: Layout;
  /** True after enable(): from then on sync acts. */
  readonly enabled: boolean;
  readonly events: readonly Event[];
  readonly cost: Cost;

  /** An independent copy with the same state and log. */
  fork(): Machine;
  /** The machine as it was just after events[0..count). Read-only use. */
  at(count: number): Machine;

  /** The leaf that covers the address, in any range of init_mm (any KeyID's mapping, vmalloc, kernel text). */
  lookup(address: Address): Mapping | null;

  /**
   * Maps [start, end) with leaves of one size; in the direct mapping pfn defaults to (start - PAGE_OFFSET) >> 12.
   * False when a table allocation fails (see failAllocation): what lies before it is mapped. Throws RangeError where an
   * address is not a multiple of the page size, or a pfn is needed and not given.
   */
  map(start: Address, end: Address, page: PageSize, flags: readonly Flag[], pfn?: bigint): boolean;
  /**
   * Sets and clears flags in [start, end); keeps huge pages covered whole, splits the others, skips holes.
   * A flag in both is set. False when a split's table allocation fails: nothing is changed then but earlier splits.
   */
  protect(start: Address, end: Address, set: readonly Flag[], clear: readonly Flag[]): boolean;
  /**
   * Unmaps [start, end); splits as `protect`; frees tables left empty.
   * False as `protect`.
   */
  unmap(start: Address, end: Address): boolean;
  /** Replaces the uniform, contiguous table at `start` by one leaf of the given size. Nothing happens (false) where there is no such table. */
  collapse(start: Address, page: '2M' | '1G'): boolean;
  /** Splits the huge leaf covering the address one step (1G to 512 x 2M, 2M to 512 x 4K). False when the table allocation fails (see failNextAllocation). */
  split(address: Address): boolean;
  /** Rewrites the flags of the one leaf that covers the address; `null` clears the entry. True if the entry's value changed. */
  writeLeaf(address: Address, flags: readonly Flag[] | null): boolean;

  /** Whether the page-table page of this level (a 'pte' table holds pte entries) over the address is there. */
  hasTable(address: Address, level: TableLevel): boolean;
  /** Takes an empty page-table page out of the entry above it and frees it, no TLB flush. False: none there, or not empty. */
  freeTable(address: Address, level: Exclude<TableLevel, 'p4d'>): boolean;

  /** The reference sync_direct_mapping(start, end). Throws MachineBug where the posted code hits a BUG_ON. */
  sync(start: Address, end: Address, options?: { failAllocation?: number }): SyncResult;
  /** Turns MKTME on, and syncs nothing: what the key alone does. */
  turnOn(): void;
  /** Turns MKTME on and syncs everything. */
  enable(options?: { failAllocation?: number }): SyncResult;

  /** flush_tlb_all() or a flush of the given range, on all CPUs; `local`: on this CPU only (__flush_tlb_all()). */
  flushTlb(range: Range | 'all', options?: { local?: boolean }): void;
  /** clflush of the lines of the given virtual range, or wbinvd everywhere. */
  flushCache(range: Range | 'all'): void;
  /**
   * Reads or writes memory through the virtual range. Pages that hold unflushed lines of another KeyID are a `cache-conflict`
   * event: the CPU keeps the lines of two KeyIDs coherent in no way.
   */
  access(start: Address, end: Address, access: 'read' | 'write'): void;
  /** The n-th page-table allocation from now on fails (1-based); null: none. For splits and hot-add; a sync takes its own. */
  failAllocation(n: number | null): void;
  /** sync_global_pgds(): top-level entries of init_mm for [start, end) reach all other page tables. */
  syncGlobalPgds(start: Address, end: Address): void;
  /** Top-level entries of the direct mappings that init_mm has and the other page tables do not. */
  missingTopLevel(): readonly Range[];

  /** Where KeyID mappings translate differently from KeyID-0; the whole mapping, or only [start, end) of canonical addresses. */
  coherence(within?: Range): readonly Stale[];
  /** Entries a sync of [start, end) would visit for one KeyID now, counted as the naive walk would. */
  entriesToVisit(start: Address, end: Address): number;

  /** The machine inside the sync that events[count - 1] tells of, when its first `keyIds` KeyIDs were done. Read-only use. */
  duringSync(count: number, keyIds: number): Machine;
  /** What TLBs may still hold that the tables no longer say, at most `limit` (default 1000). */
  staleTranslations(limit?: number): readonly StaleTranslation[];
  /** What clflush or wbinvd has not yet reached since its memory type stopped being write-back. */
  dirtyLines(): readonly DirtyLine[];
  /** What was written and neither clflush nor wbinvd has reached since. */
  writtenLines(): readonly WrittenLine[];
  /** Top-level entries of the other page tables whose table init_mm has freed or replaced. */
  danglingTopLevel(): readonly Range[];
}

/** A violated BUG_ON of the modelled kernel. */
export class MachineBug extends Error {}
