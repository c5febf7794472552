import { FLAG_BITS, KEY_SHIFT, keyOddness } from '../flags.ts';
import { type Geometry, P4D_ENTRIES, placeOfSlot, SLOT_PAGES } from '../geometry.ts';
import { type Spaces, tableOfSlot, withP4dTable, withTable } from '../spaces.ts';
import { translated } from '../table/compare.ts';
import { putEntry } from '../table/edit.ts';
import {
  below,
  ENTRY_PAGES,
  type Entry,
  emptyTable,
  type Level,
  leafOf,
  type Span,
  TABLE_HEIGHT,
} from '../table/span.ts';
import { addressIn, entryOfLeaf, isTablePointer, type KeyBits, leafOfEntry, TABLE_BITS } from './entry-bits.ts';
import type { Frame } from './frame.ts';

/** Turns frames back into the machine's tables: only what was written, and the way up from there. */
export interface ReadBack {
  readonly geometry: Geometry;
  readonly key: KeyBits;
  /** The frame at a physical address. */
  frameAt(address: bigint): Frame | null;
  /** Something no hardware would like: an entry that points to no table. */
  complain(message: string): void;
  /** Frames whose tables were made anew. */
  readonly rebuilt: Frame[];
}

/** The frame that a table pointer leads to, as a table of entries of `level`. */
const pointee = (back: ReadBack, entry: bigint, level: number): Frame | null => {
  const frame = back.frameAt(addressIn(entry, back.key));
  if (frame === null) {
    back.complain(`the entry 0x${entry.toString(16)} points to a page that is no page table`);
    return null;
  }
  frame.level ??= level;
  if (frame.level === level) return frame;
  back.complain(`the entry 0x${entry.toString(16)} points to a table of another level`);
  return null;
};

/** What a frame of level 0 to 2 holds, seen from a place; with everything below it. */
export const spanOfFrame = (back: ReadBack, frame: Frame, level: Level, keyId: number, page: number): Span => {
  frame.home ??= { keyId, page };
  const { home } = frame;
  const span = ownSpan(back, frame, level);
  if (home.keyId === keyId && home.page === page) return span;
  // One table hooked in two places: the same entries mean other pages, and another KeyID, from here.
  const moved = home.page - page;
  const other = Math.max(home.keyId, 0) ^ Math.max(keyId, 0);
  return translated(span, ({ attr, delta }) =>
    leafOf((attr & FLAG_BITS) | ((keyOddness(attr) ^ other) << KEY_SHIFT), delta + moved),
  );
};

const ownSpan = (back: ReadBack, frame: Frame, level: Level): Span => {
  const source = frame.source ?? emptyTable(level);
  const { home } = frame;
  if (home === null || !(frame.dirty || frame.below)) return source;
  frame.dirty = false;
  frame.below = false;
  let span: Span | null = source;
  const pages = ENTRY_PAGES[level];
  const put = (index: number, entry: Entry): void => {
    span = putEntry(span, level, TABLE_HEIGHT, 0, level, index * pages, entry);
  };
  for (const [index, child] of frame.children) {
    if (frame.entries.has(index) || child.parent?.frame !== frame || !(child.dirty || child.below)) continue;
    put(index, spanOfFrame(back, child, below(level), home.keyId, home.page + index * pages));
  }
  for (const [index, value] of frame.entries) {
    const page = home.page + index * pages;
    if (isTablePointer(value, level)) {
      const child = pointee(back, value, level - 1);
      put(index, child === null ? null : spanOfFrame(back, child, below(level), home.keyId, page));
      if (child !== null && value === (child.address | TABLE_BITS)) {
        frame.children.set(index, child);
        frame.entries.delete(index);
      }
    } else {
      const keyId = Math.max(home.keyId, 0);
      const leaf = leafOfEntry(value, level, page, keyId, back.key);
      put(index, leaf);
      const same = leaf === null ? 0n : entryOfLeaf(leaf, level, page, keyId, back.key);
      if (same === value) frame.entries.delete(index);
    }
  }
  frame.source = span ?? emptyTable(level);
  back.rebuilt.push(frame);
  return frame.source;
};

/** The indexes of a top-level frame that anybody has looked at or written. */
const known = (frame: Frame): number[] => [...new Set([...frame.children.keys(), ...frame.entries.keys()])];

/** Puts the tables under a page of slots (the pgd with four levels, a p4d table with five) into the machine's. */
const readSlots = (back: ReadBack, spaces: Spaces, frame: Frame): Spaces => {
  let next = spaces;
  frame.dirty = false;
  frame.below = false;
  frame.backed = true;
  for (const index of known(frame)) {
    const slot = frame.slot + index;
    const value = frame.entries.get(index);
    let child = frame.children.get(index) ?? null;
    if (value !== undefined) {
      child = isTablePointer(value, 3) ? pointee(back, value, 2) : null;
      if (child === null) frame.children.delete(index);
      else frame.children.set(index, child);
      if (value === (child === null ? 0n : child.address | TABLE_BITS)) frame.entries.delete(index);
    } else if (child?.parent?.frame !== frame || !(child.dirty || child.below)) {
      continue;
    }
    const place = placeOfSlot(back.geometry, slot);
    const span = child === null ? null : spanOfFrame(back, child, 2, place.keyId, place.slot * SLOT_PAGES);
    if (span !== tableOfSlot(back.geometry, next, slot)) next = withTable(back.geometry, next, slot, span);
  }
  return next;
};

/** The machine's tables as the frames under the pgd page say now. */
export const spacesOfFrames = (back: ReadBack, spaces: Spaces, pgd: Frame): Spaces => {
  if (back.geometry.layout.pagingLevels === 4) return readSlots(back, spaces, pgd);
  let next = spaces;
  pgd.dirty = false;
  pgd.below = false;
  for (const index of known(pgd)) {
    const value = pgd.entries.get(index);
    let child = pgd.children.get(index) ?? null;
    if (value !== undefined) {
      child = isTablePointer(value, 4) ? pointee(back, value, 3) : null;
      if (child === null) pgd.children.delete(index);
      else pgd.children.set(index, child);
      if (child === null || !child.backed) next = withoutSlots(back.geometry, next, index);
      if (value === (child === null ? 0n : child.address | TABLE_BITS)) pgd.entries.delete(index);
    } else if (child?.parent?.frame !== pgd || !(child.dirty || child.below)) {
      continue;
    }
    next = withP4dTable(next, index, child !== null);
    if (child === null) continue;
    child.slot = index * P4D_ENTRIES;
    next = readSlots(back, next, child);
  }
  return next;
};

const withoutSlots = (geometry: Geometry, spaces: Spaces, pgd: number): Spaces => {
  let next = spaces;
  for (let slot = pgd * P4D_ENTRIES; slot < (pgd + 1) * P4D_ENTRIES; slot++) {
    if (tableOfSlot(geometry, next, slot) !== null) next = withTable(geometry, next, slot, null);
  }
  return next;
};
