import { FLAG_BITS, KEY_SHIFT, keyOddness } from '../flags.ts';
import { addressOf, type Geometry, OTHER, P4D_ENTRIES, placeOfSlot, SLOT_PAGES } from '../geometry.ts';
import { rootOf, type Spaces, tableOfSlot, withP4dTable, withRoot, withTable } from '../spaces.ts';
import { translated } from '../table/compare.ts';
import { type Entry, FANOUT, Leaf, leafOf, type Span } from '../table/span.ts';
import { levelNames, type NewTop, type PageRange, pfnMismatch, type TableEvent } from './result.ts';
import { allocate, free, syncEntry, type Walk } from './walk.ts';

/**
 * sync_direct_mapping_keyid() and _p4d() entry by entry, with whatever the addresses lead to: p4d tables that are missing,
 * destinations that cross into the next pgd entry, and ranges that are not the canonical mapping at all.
 */

interface Going {
  readonly geometry: Geometry;
  spaces: Spaces;
  readonly walk: Walk;
  readonly keyId: number;
  readonly range: PageRange;
  readonly newTop: NewTop[];
  readonly bugs: string[];
  readonly tables: TableEvent[];
  /** Source tables as other places see them: the same few again and again. */
  readonly seen: Map<string, Map<Span, Span>>;
}

const PGD_SLOTS = 512;
/** Pages of the 64-bit address space. */
const ALL_PAGES = 2 ** 52;

export const syncKeyId = (
  geometry: Geometry,
  spaces: Spaces,
  walk: Walk,
  keyId: number,
  range: PageRange,
): { spaces: Spaces; newTop: NewTop[]; bugs: string[]; tables: TableEvent[] } => {
  const going: Going = { geometry, spaces, walk, keyId, range, newTop: [], bugs: [], tables: [], seen: new Map() };
  const five = geometry.layout.pagingLevels === 5;
  const pgdSlots = five ? P4D_ENTRIES : 1;
  const pgdPages = pgdSlots * SLOT_PAGES;
  const shift = keyId * geometry.laneSlots;
  const slotOf = (page: number): number => Math.floor((page % ALL_PAGES) / SLOT_PAGES) % geometry.slots;
  let addr = range.lo;
  let sourcePgd = Math.floor(slotOf(addr) / pgdSlots);
  let targetPgd = Math.floor(((slotOf(addr) + shift) % geometry.slots) / pgdSlots);
  while (addr < range.hi && walk.ending === 'done') {
    if (sourcePgd >= PGD_SLOTS || targetPgd >= PGD_SLOTS) {
      going.bugs.push(`sync of KeyID ${keyId} runs off the end of the pgd page`);
      break;
    }
    const next = Math.min((Math.floor(addr / pgdPages) + 1) * pgdPages, range.hi);
    if (five) {
      walk.visits += 1;
      if (going.spaces.p4dTables.has(sourcePgd) || going.spaces.p4dTables.has(targetPgd)) {
        syncP4d(going, sourcePgd, targetPgd, addr, next);
      }
    } else {
      syncSlot(going, sourcePgd, targetPgd, addr, next);
    }
    addr = next;
    sourcePgd += 1;
    targetPgd += 1;
  }
  return { spaces: going.spaces, newTop: going.newTop, bugs: going.bugs, tables: going.tables };
};

/** sync_direct_mapping_p4d(): [addr, end) lies under one pgd entry of the source. */
const syncP4d = (going: Going, sourcePgd: number, targetPgd: number, addr: number, end: number): void => {
  const { walk, geometry } = going;
  const hasSource = going.spaces.p4dTables.has(sourcePgd);
  const remove = !hasSource && addr % (P4D_ENTRIES * SLOT_PAGES) === 0 && end % (P4D_ENTRIES * SLOT_PAGES) === 0;
  const fresh: number[] = [];
  const targetIndex = (Math.floor(addr / SLOT_PAGES) + going.keyId * geometry.laneSlots) % P4D_ENTRIES;
  let pgd = targetPgd;
  let target = targetPgd * P4D_ENTRIES + targetIndex;
  if (!going.spaces.p4dTables.has(targetPgd)) {
    if (!allocateP4d(going, targetPgd)) return;
    fresh.push(targetPgd);
  }
  let source = sourcePgd * P4D_ENTRIES + (Math.floor(addr / SLOT_PAGES) % P4D_ENTRIES);
  let at = addr;
  do {
    const next = Math.min((Math.floor(at / SLOT_PAGES) + 1) * SLOT_PAGES, end);
    syncSlot(going, hasSource ? source : null, target, at, next);
    if (walk.ending === 'bug') {
      // The tables not yet hooked are lost, and with them what was put into them.
      for (const lost of fresh) dropP4d(going, lost);
      return;
    }
    at = next;
    target += 1;
    source += 1;
    if (target % P4D_ENTRIES === 0 && at !== end) {
      pgd += 1;
      if (pgd < PGD_SLOTS && !going.spaces.p4dTables.has(pgd)) {
        // Allocated even where nothing will go in, and after a failure below; NULL ends the loop before it is used.
        if (allocateP4d(going, pgd)) fresh.push(pgd);
      } else if (pgd >= PGD_SLOTS) {
        going.bugs.push(`sync of KeyID ${going.keyId} runs off the end of the pgd page`);
        break;
      }
    }
  } while (at !== end && walk.ending === 'done');
  for (const hooked of fresh) {
    going.spaces = withP4dTable(going.spaces, hooked, true);
    going.newTop.push({ keyId: going.keyId, start: hooked * P4D_ENTRIES, end: (hooked + 1) * P4D_ENTRIES });
  }
  if (remove) {
    free(walk, 3, 0);
    drain(going, targetPgd * P4D_ENTRIES);
    dropP4d(going, targetPgd);
  }
};

const allocateP4d = (going: Going, pgd: number): boolean => {
  const done = allocate(going.walk, 3, 0);
  drain(going, pgd * P4D_ENTRIES);
  return done;
};

/** The pgd entry is cleared: whatever hung below it (another KeyID's mapping, perhaps) is gone from init_mm. */
const dropP4d = (going: Going, pgd: number): void => {
  for (let slot = pgd * P4D_ENTRIES; slot < (pgd + 1) * P4D_ENTRIES; slot++) {
    if (tableOfSlot(going.geometry, going.spaces, slot) === null) continue;
    going.spaces = withTable(going.geometry, going.spaces, slot, null);
  }
  going.spaces = withP4dTable(going.spaces, pgd, false);
};

/** One entry of the p4d level (pgd, with four levels): [addr, end) lies under it. `source` null: no source. */
const syncSlot = (going: Going, source: number | null, target: number, addr: number, end: number): void => {
  const { geometry, walk, range } = going;
  const before = tableOfSlot(geometry, going.spaces, target);
  if (before === null && (source === null || tableOfSlot(geometry, going.spaces, source) === null)) {
    walk.visits += 1;
    return;
  }
  const to = placeOfSlot(geometry, target);
  const base = to.slot * SLOT_PAGES;
  const shift = base - Math.floor(addr / SLOT_PAGES) * SLOT_PAGES;
  walk.wholeLo = range.wholeLo + shift;
  walk.wholeHi = range.wholeHi + shift;
  const from = source === null ? null : sourceTable(going, source, to);
  const result = spanOnly(syncEntry(walk, from, before, 3, base, addr + shift, end + shift));
  drain(going, target);
  if (walk.ending === 'bug') going.bugs.push(pfnMismatch(addressOf(geometry, to.keyId, walk.bugPage)));
  if (result === before) return;
  going.spaces = shared(to.keyId, withTable(geometry, going.spaces, target, result));
  if (geometry.layout.pagingLevels === 4 && before === null) {
    going.newTop.push({ keyId: going.keyId, start: target, end: target + 1 });
  }
};

const spanOnly = (entry: Entry): Span | null => (entry instanceof Leaf ? null : entry);

/** The source's table as it would look in the destination: pfns kept, the KeyID OR-ed into what the entry has. */
const sourceTable = (going: Going, source: number, to: { keyId: number; slot: number }): Span | null => {
  const from = placeOfSlot(going.geometry, source);
  const table = tableOfSlot(going.geometry, going.spaces, source);
  if (table === null) return null;
  const own = from.keyId === OTHER ? 0 : from.keyId;
  const there = to.keyId === OTHER ? 0 : to.keyId;
  const moved = (from.slot - to.slot) * SLOT_PAGES;
  if (moved === 0 && table.attrs <= FLAG_BITS && (own | going.keyId) === there) return table;
  const view = `${own} ${there} ${moved}`;
  const seen = going.seen.get(view) ?? new Map<Span, Span>();
  going.seen.set(view, seen);
  const known = seen.get(table);
  if (known !== undefined) return known;
  const result = translated(table, ({ attr, delta }) => {
    const odd = ((own ^ keyOddness(attr)) | going.keyId) ^ there;
    return leafOf((attr & FLAG_BITS) | (odd << KEY_SHIFT), delta + moved);
  });
  seen.set(table, result);
  return result;
};

/** A tree that has become like the canonical one at the top becomes that node. */
const shared = (keyId: number, spaces: Spaces): Spaces => {
  const root = rootOf(spaces, keyId);
  const same = likeness(root, spaces.canonical);
  return keyId > 0 && same !== root ? withRoot(spaces, keyId, same) : spaces;
};

const likeness = (span: Span | null, model: Span | null): Span | null => {
  if (span === null || model === null || span === model || span.level !== 3) return span;
  for (let i = 0; i < FANOUT; i++) {
    const a = span.kids[i] ?? null;
    const b = model.kids[i] ?? null;
    if (a === b) continue;
    if (span.height === 1 || !(a !== null && b !== null)) return span;
    if (a instanceof Leaf || b instanceof Leaf || likeness(a, b) !== b) return span;
  }
  return model;
};

const drain = (going: Going, slot: number): void => {
  const place = placeOfSlot(going.geometry, slot);
  for (const { kind, level, page } of going.walk.notes.splice(0)) {
    const start = addressOf(going.geometry, place.keyId, level === 3 ? place.slot * SLOT_PAGES : page);
    going.tables.push({ kind, keyId: going.keyId, level: levelNames[level], start });
  }
};
