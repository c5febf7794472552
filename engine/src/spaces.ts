import { type Geometry, OTHER, P4D_ENTRIES, placeOfSlot, SLOT_PAGES } from './geometry.ts';
import { putEntry } from './table/edit.ts';
import { Leaf, type Span } from './table/span.ts';

/** Neighbouring KeyIDs whose mappings are one tree: from the run before (or 1) up to and including `to`. */
export interface LaneRun {
  readonly to: number;
  readonly root: Span | null;
}

/** All page tables of init_mm. Immutable. */
export interface Spaces {
  readonly canonical: Span | null;
  readonly lanes: readonly LaneRun[];
  readonly other: Span | null;
  /** With five levels: the pgd entries that point to a p4d table (which may be empty). Unused with four. */
  readonly p4dTables: ReadonlySet<number>;
}

export const emptySpaces = (keyIds: number): Spaces => ({
  canonical: null,
  lanes: keyIds > 0 ? [{ to: keyIds, root: null }] : [],
  other: null,
  p4dTables: new Set(),
});

/** The tree of one space; KeyIDs beyond the last give the last one's. */
export const rootOf = (spaces: Spaces, keyId: number): Span | null => {
  if (keyId === 0) return spaces.canonical;
  if (keyId === OTHER) return spaces.other;
  const { lanes } = spaces;
  let low = 0;
  let high = lanes.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyId <= (lanes[middle]?.to ?? 0)) high = middle;
    else low = middle + 1;
  }
  return lanes[low]?.root ?? null;
};

/** The same with KeyIDs from..to (inclusive) mapped by one tree. */
export const withLanes = (
  lanes: readonly LaneRun[],
  from: number,
  to: number,
  root: Span | null,
): readonly LaneRun[] => {
  const next: LaneRun[] = [];
  const push = (upTo: number, tree: Span | null): void => {
    const last = next[next.length - 1];
    if (last !== undefined && last.root === tree) next[next.length - 1] = { to: upTo, root: tree };
    else next.push({ to: upTo, root: tree });
  };
  let first = 1;
  let placed = false;
  for (const run of lanes) {
    if (first < from) push(Math.min(run.to, from - 1), run.root);
    if (!placed && run.to >= from) {
      push(to, root);
      placed = true;
    }
    if (run.to > to) push(run.to, run.root);
    first = run.to + 1;
  }
  return next;
};

export const withRoot = (spaces: Spaces, keyId: number, root: Span | null): Spaces => {
  if (keyId === 0) return root === spaces.canonical ? spaces : { ...spaces, canonical: root };
  if (keyId === OTHER) return root === spaces.other ? spaces : { ...spaces, other: root };
  if (root === rootOf(spaces, keyId)) return spaces;
  return { ...spaces, lanes: withLanes(spaces.lanes, keyId, keyId, root) };
};

/** The table under an absolute slot. */
export const tableOfSlot = (geometry: Geometry, spaces: Spaces, absolute: number): Span | null => {
  const { keyId, slot } = placeOfSlot(geometry, absolute);
  return tableIn(rootOf(spaces, keyId), slot);
};

/** The table under a slot of one tree. */
export const tableIn = (root: Span | null, slot: number): Span | null => {
  let span = root;
  while (span !== null && span.level === 3) {
    const kid: Span | Leaf | null = span.kids[Math.floor(slot / 8 ** (span.height - 1)) % 8] ?? null;
    span = kid instanceof Leaf ? null : kid;
  }
  return span;
};

export const withTable = (geometry: Geometry, spaces: Spaces, absolute: number, table: Span | null): Spaces => {
  const { keyId, slot } = placeOfSlot(geometry, absolute);
  const root = rootOf(spaces, keyId);
  const height = keyId === OTHER ? geometry.otherHeight : geometry.laneHeight;
  return withRoot(spaces, keyId, putEntry(root, 3, height, 0, 3, slot * SLOT_PAGES, table));
};

export const withP4dTable = (spaces: Spaces, pgd: number, present: boolean): Spaces => {
  if (spaces.p4dTables.has(pgd) === present) return spaces;
  const p4dTables = new Set(spaces.p4dTables);
  if (present) p4dTables.add(pgd);
  else p4dTables.delete(pgd);
  return { ...spaces, p4dTables };
};

/** No slot under this pgd entry has a table (five levels). */
export const p4dTableEmpty = (geometry: Geometry, spaces: Spaces, pgd: number): boolean => {
  for (let i = 0; i < P4D_ENTRIES; i++) {
    if (tableOfSlot(geometry, spaces, pgd * P4D_ENTRIES + i) !== null) return false;
  }
  return true;
};
