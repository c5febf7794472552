import type { Place } from '../geometry.ts';
import type { Leaf, Span } from '../table/span.ts';

/** One page of memory that is, was or may become a page table. */
export interface Frame {
  /** Physical address. */
  readonly address: bigint;
  /** Of the entries: 0 pte ... 3 p4d (with four levels: the pgd page), 4 pgd with five levels; null while nobody has hooked it. */
  level: number | null;
  /** What its first entry maps, once it is hooked; for levels 3 and 4 unused. */
  home: Place | null;
  /** First absolute slot it covers (levels 3 and 4). */
  slot: number;
  /** The machine's table in it (levels 0 to 2). */
  source: Span | null;
  /** Entries that say something else than `source`, or say it in other bits. */
  readonly entries: Map<number, bigint>;
  /** The leaf of `source` that was read last, as an entry: code looks at an entry several times. */
  read: { readonly index: number; readonly leaf: Leaf; readonly value: bigint } | null;
  /** Frames below that have been given an address. */
  readonly children: Map<number, Frame>;
  /** The entry that points here, as far as known. */
  parent: { readonly frame: Frame; readonly index: number } | null;
  /** Entries written since the last commit, here or in a frame below. */
  dirty: boolean;
  below: boolean;
  freed: boolean;
  /** Levels 3 and 4: entries not written here are the machine's. False for a page that was allocated zeroed and not read back yet. */
  backed: boolean;
  /** Events of the machine when an entry last stopped pointing here; null: never. */
  unhookedAt: number | null;
}

export const newFrame = (address: bigint, level: number | null): Frame => ({
  address,
  level,
  home: null,
  slot: 0,
  source: null,
  entries: new Map(),
  read: null,
  children: new Map(),
  parent: null,
  dirty: false,
  below: false,
  freed: false,
  backed: false,
  unhookedAt: null,
});

/** Marks a frame as written, and those above it as having something written below. */
export const touch = (frame: Frame): void => {
  frame.dirty = true;
  let at = frame.parent?.frame ?? null;
  while (at !== null && !at.below) {
    at.below = true;
    at = at.parent?.frame ?? null;
  }
};
