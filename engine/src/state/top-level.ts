import type { Range } from '../address.ts';
import { addressOf, type Geometry, P4D_ENTRIES, placeOfSlot, SLOT_PAGES } from '../geometry.ts';
import { rootOf, type Spaces, tableIn } from '../spaces.ts';

/**
 * Top-level (pgd) entries of the direct mappings, in init_mm and in the other page tables. Entries have numbers, so that a
 * table freed and allocated again is another one. Before MKTME is enabled the other page tables are taken to follow
 * (processes are born later, pgd_ctor() copies what is there); from enable() on only sync_global_pgds() carries entries over.
 */
export interface TopLevel {
  /** pgd entry (absolute index) to the number of the table it points to. */
  readonly own: ReadonlyMap<number, number>;
  /** The same in the other page tables; null while they follow. */
  readonly others: ReadonlyMap<number, number> | null;
  readonly next: number;
}

export const emptyTop: TopLevel = { own: new Map(), others: null, next: 1 };

/** pgd entries that the direct mappings lie under: [first, end). */
const pgdsOf = (geometry: Geometry): { first: number; end: number } => {
  const slots = geometry.laneSlots * (geometry.layout.keyIds + 1);
  const per = geometry.layout.pagingLevels === 5 ? P4D_ENTRIES : 1;
  return { first: Math.floor(geometry.baseSlot / per), end: Math.ceil((geometry.baseSlot + slots) / per) };
};

const present = (geometry: Geometry, spaces: Spaces, pgd: number): boolean => {
  if (geometry.layout.pagingLevels === 5) return spaces.p4dTables.has(pgd);
  const { keyId, slot } = placeOfSlot(geometry, pgd);
  return tableIn(rootOf(spaces, keyId), slot) !== null;
};

/** After a change of the tables that allocated or freed some. */
export const topAfter = (geometry: Geometry, top: TopLevel, spaces: Spaces): TopLevel => {
  let own: Map<number, number> | null = null;
  let next = top.next;
  const { first, end } = pgdsOf(geometry);
  for (let pgd = first; pgd < end; pgd++) {
    const is = present(geometry, spaces, pgd);
    if (is === top.own.has(pgd)) continue;
    own ??= new Map(top.own);
    if (is) own.set(pgd, next++);
    else own.delete(pgd);
  }
  return own === null ? top : { ...top, own, next };
};

/** enable(): from here the other page tables are on their own. */
export const detached = (top: TopLevel): TopLevel => (top.others === null ? { ...top, others: top.own } : top);

const pgdPages = (geometry: Geometry): number => SLOT_PAGES * (geometry.layout.pagingLevels === 5 ? P4D_ENTRIES : 1);

/** sync_global_pgds() for pgd entries first..last (absolute, inclusive). An entry that is there already stays as it is. */
export const propagated = (top: TopLevel, first: number, last: number): TopLevel => {
  if (top.others === null) return top;
  const others = new Map(top.others);
  for (const [pgd, table] of top.own) if (pgd >= first && pgd <= last && !others.has(pgd)) others.set(pgd, table);
  return { ...top, others };
};

const rangesOf = (geometry: Geometry, pgds: readonly number[]): Range[] => {
  const ranges: { start: bigint; end: bigint }[] = [];
  const size = BigInt(pgdPages(geometry)) << 12n;
  for (const pgd of [...pgds].sort((a, b) => a - b)) {
    const start = addressOf(geometry, -1, pgd * pgdPages(geometry));
    const last = ranges[ranges.length - 1];
    if (last !== undefined && last.end === start) last.end = start + size;
    else ranges.push({ start, end: start + size });
  }
  return ranges;
};

/** Entries that init_mm has and the others do not. */
export const missingTop = (geometry: Geometry, top: TopLevel): Range[] => {
  const { others } = top;
  if (others === null) return [];
  return rangesOf(
    geometry,
    [...top.own.keys()].filter((pgd) => !others.has(pgd)),
  );
};

/** Entries of the others that point to a table init_mm no longer has there: freed memory, read as a page table. */
export const danglingTop = (geometry: Geometry, top: TopLevel): Range[] => {
  const stale = [...(top.others ?? new Map<number, number>())].filter(([pgd, table]) => top.own.get(pgd) !== table);
  return rangesOf(
    geometry,
    stale.map(([pgd]) => pgd),
  );
};
