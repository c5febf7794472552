import type { Event } from './event.ts';
import type { Geometry } from './geometry.ts';
import type { Cost } from './machine.ts';
import { emptySpaces, type Spaces } from './spaces.ts';
import { type DirtyLines, noDirtyLines } from './state/dirty.ts';
import { noRetired, type Retired } from './state/retired.ts';
import { emptyTop, type TopLevel } from './state/top-level.ts';
import { nothingWritten, type WrittenLines } from './state/written.ts';

/** The whole machine at one moment. Immutable; moments share what did not change between them. */
export interface State {
  readonly enabled: boolean;
  readonly spaces: Spaces;
  readonly cost: Cost;
  /** Page-table allocations that still succeed before one fails (failAllocation); null: all. */
  readonly budget: number | null;
  readonly top: TopLevel;
  readonly retired: Retired;
  readonly dirty: DirtyLines;
  readonly written: WrittenLines;
}

export const initialState = (geometry: Geometry): State => ({
  enabled: false,
  spaces: emptySpaces(geometry.layout.keyIds),
  cost: { entriesVisited: 0, tablesAllocated: 0, tablesFreed: 0, tlbFlushes: 0 },
  budget: null,
  top: emptyTop,
  retired: noRetired,
  dirty: noDirtyLines,
  written: nothingWritten,
});

/** An operation under way: its state so far, and what it has to say, each event with the state just after it. */
export interface Doing {
  readonly geometry: Geometry;
  state: State;
  say(event: Event): void;
}
