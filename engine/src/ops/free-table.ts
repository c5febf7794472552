import type { TableLevel } from '../event.ts';
import { addressOf, type Geometry, heightOf, OTHER, P4D_ENTRIES, SLOT_PAGES } from '../geometry.ts';
import { rootOf, type Spaces } from '../spaces.ts';
import type { Doing } from '../state.ts';
import { putEntry } from '../table/edit.ts';
import { tableAt } from '../table/find.ts';
import { ENTRY_PAGES, type Level } from '../table/span.ts';
import { keyIdOf, replaceRoot } from './change.ts';

const LEVELS: Readonly<Record<TableLevel, Level>> = { pte: 0, pmd: 1, pud: 2, p4d: 3 };

/** The table of entries of `level` over a page is there. With four levels there are no p4d tables. */
export const hasTableAt = (
  geometry: Geometry,
  spaces: Spaces,
  keyId: number,
  page: number,
  level: TableLevel,
): boolean => {
  if (level !== 'p4d') return tableAt(rootOf(spaces, keyId), LEVELS[level], page) !== null;
  const first = keyId === OTHER ? 0 : geometry.baseSlot + keyId * geometry.laneSlots;
  return spaces.p4dTables.has(Math.floor((first + Math.floor(page / SLOT_PAGES)) / P4D_ENTRIES));
};

/**
 * free_pte_table(), free_pmd_table(), free_pud_table(): takes an empty table out of the entry above it. False: there is
 * none, or something is still in it.
 */
export const freeTableAt = (doing: Doing, keyId: number, page: number, level: Exclude<TableLevel, 'p4d'>): boolean => {
  const entries = LEVELS[level];
  const above = (entries + 1) as Level;
  const root = rootOf(doing.state.spaces, keyId);
  if (tableAt(root, entries, page)?.used !== 0) return false;
  const start = page - (page % ENTRY_PAGES[above]);
  const next = putEntry(root, 3, heightOf(doing.geometry, keyId), 0, above, page, null);
  replaceRoot(doing, keyId, next, start, start + ENTRY_PAGES[above]);
  doing.say({
    kind: 'table-free',
    keyId: keyIdOf(keyId),
    level,
    start: addressOf(doing.geometry, keyId, start),
  });
  return true;
};
