import type { Event, TableLevel } from '../event.ts';
import { addressOf, type Geometry, OTHER, P4D_ENTRIES, placeOfSlot, SLOT_PAGES } from '../geometry.ts';
import { keyIdOf } from '../ops/change.ts';
import { levelNames } from '../sync/result.ts';
import { ENTRY_PAGES, type Level } from '../table/span.ts';
import type { Frame } from './frame.ts';

/** Works out where a hooked frame stands from the entry above it. */
export const settle = (geometry: Geometry, frame: Frame): void => {
  const { parent, level } = frame;
  if (parent === null || level === null) return;
  const above = parent.frame;
  frame.read = null;
  if (level === 3) frame.slot = parent.index * P4D_ENTRIES;
  else if (level === 2) {
    const { keyId, slot } = placeOfSlot(geometry, above.slot + parent.index);
    frame.home = { keyId, page: slot * SLOT_PAGES };
  } else if (above.home !== null) {
    const { keyId, page } = above.home;
    frame.home = { keyId, page: page + parent.index * ENTRY_PAGES[(level + 1) as Level] };
  }
};

/** A table as events name it. */
export interface NamedTable {
  readonly keyId: number | null;
  readonly level: TableLevel;
  readonly start: bigint;
}

/** Null for the pgd page, and for pages that no entry has pointed to yet. */
export const tableIn = (geometry: Geometry, pgd: Frame, frame: Frame): NamedTable | null => {
  const { level, home, slot } = frame;
  if (level === null || level > 3 || frame === pgd) return null;
  if (level === 3) {
    const { keyId } = placeOfSlot(geometry, slot);
    return { keyId: keyIdOf(keyId), level: 'p4d', start: addressOf(geometry, OTHER, slot * SLOT_PAGES) };
  }
  const name = levelNames[level];
  if (home === null || name === undefined) return null;
  return { keyId: keyIdOf(home.keyId), level: name, start: addressOf(geometry, home.keyId, home.page) };
};

/**
 * What is wrong with freeing a frame now, by the topmost table that it still hangs below: the pgd page, or one that was
 * unhooked with all under it.
 */
export const faultOfFree = (pgd: Frame, frame: Frame, events: readonly Event[]): 'hooked' | 'unflushed' | null => {
  let top = frame;
  while (top.parent !== null) top = top.parent.frame;
  if (top === pgd) return 'hooked';
  const { unhookedAt } = top;
  if (unhookedAt === null) return null;
  const flushed = events.slice(unhookedAt).some((event) => event.kind === 'tlb-flush' && !event.local);
  return flushed ? null : 'unflushed';
};
