import type { Address, PageSize, Range } from './address.ts';
import { coherenceOf, entriesToVisit } from './coherence.ts';
import { layoutOf, type MachineConfig } from './compute-layout.ts';
import type { Event, TableLevel } from './event.ts';
import { bitsOf, flagsOf, keyOddness } from './flags.ts';
import { addressOf, type Geometry, geometryOf, OTHER, placeOf } from './geometry.ts';
import type { Layout } from './layout.ts';
import type {
  Cost,
  DirtyLine,
  Flag,
  Machine,
  Mapping,
  Stale,
  StaleTranslation,
  SyncResult,
  WrittenLine,
} from './machine.ts';
import { accessOp } from './ops/access.ts';
import { adoptOp } from './ops/adopt.ts';
import { levelOf, pageNames } from './ops/change.ts';
import { flushCacheOp, flushTlbOp, syncGlobalPgdsOp } from './ops/flush.ts';
import { freeTableAt, hasTableAt } from './ops/free-table.ts';
import { collapseAt, protectPiece, splitAt, unmapPiece, writeLeafAt } from './ops/leaves.ts';
import { freeEmptyP4d, mapPiece } from './ops/map.ts';
import { piecesOf } from './ops/pieces.ts';
import { syncOp } from './ops/sync.ts';
import { rootOf, type Spaces, withLanes } from './spaces.ts';
import { staleTranslations } from './state/retired.ts';
import { danglingTop, detached, missingTop } from './state/top-level.ts';
import { type Doing, initialState, type State } from './state.ts';
import { find } from './table/find.ts';
import { ENTRY_PAGES } from './table/span.ts';

export type { MachineConfig } from './compute-layout.ts';

/** What happened, and the state after each event. Shared between forks as long as nobody appends to it out of turn. */
interface Log {
  readonly first: State;
  readonly events: Event[];
  readonly states: State[];
}

/** A machine with empty page tables. Throws RangeError where layoutOf() says that there is no such machine. */
export const createMachine = (config: MachineConfig): Machine => {
  const made = layoutOf(config);
  if ('error' in made) throw new RangeError(`${made.error.field}: ${made.error.message}`);
  const geometry = geometryOf(made.layout);
  const state = initialState(geometry);
  return new SimulatedMachine(geometry, { first: state, events: [], states: [] }, 0, state);
};

/** The page tables of a machine made by createMachine(), for what reads them whole (lanes, frames). */
export const spacesOf = (machine: Machine): { geometry: Geometry; spaces: Spaces } => {
  if (!(machine instanceof SimulatedMachine)) throw new TypeError('not a machine of createMachine()');
  return { geometry: machine.geometry, spaces: machine.state.spaces };
};

/**
 * Puts page tables that were changed through frames in place of the machine's, with the events that led there. Returns them
 * as the machine holds them now.
 */
export const adoptSpaces = (machine: Machine, spaces: Spaces, events: readonly Event[]): Spaces => {
  if (!(machine instanceof SimulatedMachine)) throw new TypeError('not a machine of createMachine()');
  return machine.adopt(spaces, events);
};

class SimulatedMachine implements Machine {
  readonly geometry: Geometry;
  #log: Log;
  #count: number;
  #events: readonly Event[] | null = null;
  state: State;

  constructor(geometry: Geometry, log: Log, count: number, state: State) {
    this.geometry = geometry;
    this.#log = log;
    this.#count = count;
    this.state = state;
  }

  get layout(): Layout {
    return this.geometry.layout;
  }

  get enabled(): boolean {
    return this.state.enabled;
  }

  get events(): readonly Event[] {
    if (this.#log.events.length === this.#count) return this.#log.events;
    if (this.#events?.length !== this.#count) this.#events = this.#log.events.slice(0, this.#count);
    return this.#events;
  }

  get cost(): Cost {
    return this.state.cost;
  }

  fork(): Machine {
    return new SimulatedMachine(this.geometry, this.#log, this.#count, this.state);
  }

  at(count: number): Machine {
    if (count < 0 || count > this.#count) throw new RangeError(`no event ${count} of ${this.#count}`);
    const state = count === 0 ? this.#log.first : this.#log.states[count - 1];
    return new SimulatedMachine(this.geometry, this.#log, count, state ?? this.#log.first);
  }

  duringSync(count: number, keyIds: number): Machine {
    const after = this.at(count);
    const before = this.#beforeSync(count);
    let { lanes } = before.spaces;
    for (let keyId = 1; keyId <= keyIds; keyId++) {
      lanes = withLanes(lanes, keyId, keyId, rootOf(spacesOf(after).spaces, keyId));
    }
    const state = { ...before, spaces: { ...before.spaces, lanes } };
    return new SimulatedMachine(this.geometry, this.#log, count, state);
  }

  /** The state before the events of the sync that events[count - 1] ends: those before it that it brought along belong to it. */
  #beforeSync(count: number): State {
    const mine = new Set(['table-alloc', 'table-free', 'alloc-failed', 'top-level', 'bug']);
    let first = count - 1;
    while (first > 0 && mine.has(this.#log.events[first - 1]?.kind ?? '')) first -= 1;
    return (first === 0 ? undefined : this.#log.states[first - 1]) ?? this.#log.first;
  }

  lookup(address: Address): Mapping | null {
    const place = placeOf(this.geometry, address);
    if (place === null) return null;
    const found = find(rootOf(this.state.spaces, place.keyId), place.page);
    if (found === null) return null;
    const { leaf, level, start } = found;
    const odd = keyOddness(leaf.attr);
    return {
      start: addressOf(this.geometry, place.keyId, start),
      page: pageNames[level as 0 | 1 | 2],
      pfn: BigInt(leaf.delta + start),
      flags: flagsOf(leaf.attr),
      ...(odd === 0 ? {} : { keyId: odd ^ Math.max(place.keyId, 0) }),
    };
  }

  map(start: Address, end: Address, page: PageSize, flags: readonly Flag[], pfn?: bigint): boolean {
    const level = levelOf[page];
    const size = BigInt(ENTRY_PAGES[level]) << 12n;
    if (start % size !== 0n || end % size !== 0n) throw new RangeError(`map: range is not a multiple of ${page}`);
    return this.#do((doing) => {
      let first = pfn;
      for (const piece of piecesOf(this.geometry, start, end)) {
        if (first === undefined && piece.keyId === OTHER)
          throw new RangeError('map: outside the direct mappings a pfn is needed');
        const delta = first === undefined ? 0 : Number(first) - piece.lo;
        if (!mapPiece(doing, piece, level, bitsOf(flags), delta)) return false;
        if (first !== undefined) first += BigInt(piece.hi - piece.lo);
      }
      return true;
    });
  }

  protect(start: Address, end: Address, set: readonly Flag[], clear: readonly Flag[]): boolean {
    return this.#do((doing) =>
      piecesOf(this.geometry, start, end).every((piece) => protectPiece(doing, piece, bitsOf(set), bitsOf(clear))),
    );
  }

  unmap(start: Address, end: Address): boolean {
    return this.#do((doing) =>
      piecesOf(this.geometry, start, end).every((piece) => {
        const tables = rootOf(doing.state.spaces, piece.keyId)?.tables;
        if (!unmapPiece(doing, piece)) return false;
        if (rootOf(doing.state.spaces, piece.keyId)?.tables !== tables) freeEmptyP4d(doing, piece);
        return true;
      }),
    );
  }

  collapse(start: Address, page: '2M' | '1G'): boolean {
    const place = placeOf(this.geometry, start);
    return place !== null && this.#do((doing) => collapseAt(doing, place.keyId, place.page, levelOf[page]));
  }

  split(address: Address): boolean {
    const place = placeOf(this.geometry, address);
    return place !== null && this.#do((doing) => splitAt(doing, place.keyId, place.page));
  }

  writeLeaf(address: Address, flags: readonly Flag[] | null): boolean {
    const place = placeOf(this.geometry, address);
    const attr = flags === null ? null : bitsOf(flags);
    return place !== null && this.#do((doing) => writeLeafAt(doing, place.keyId, place.page, attr));
  }

  hasTable(address: Address, level: TableLevel): boolean {
    const place = placeOf(this.geometry, address);
    return place !== null && hasTableAt(this.geometry, this.state.spaces, place.keyId, place.page, level);
  }

  freeTable(address: Address, level: Exclude<TableLevel, 'p4d'>): boolean {
    const place = placeOf(this.geometry, address);
    return place !== null && this.#do((doing) => freeTableAt(doing, place.keyId, place.page, level));
  }

  sync(start: Address, end: Address, options?: { failAllocation?: number }): SyncResult {
    return this.#do((doing) => syncOp(doing, start, end, false, options?.failAllocation));
  }

  turnOn(): void {
    this.#do((doing) => {
      doing.state = { ...doing.state, enabled: true, top: detached(doing.state.top) };
    });
  }

  enable(options?: { failAllocation?: number }): SyncResult {
    const { pageOffset, directMappingSize } = this.layout;
    return this.#do((doing) => {
      doing.state = { ...doing.state, enabled: true, top: detached(doing.state.top) };
      return syncOp(doing, pageOffset, pageOffset + directMappingSize, true, options?.failAllocation);
    });
  }

  flushTlb(range: Range | 'all', options?: { local?: boolean }): void {
    this.#do((doing) => flushTlbOp(doing, range, options?.local ?? false));
  }

  flushCache(range: Range | 'all'): void {
    this.#do((doing) => flushCacheOp(doing, range));
  }

  access(start: Address, end: Address, access: 'read' | 'write'): void {
    this.#do((doing) => accessOp(doing, start, end, access));
  }

  failAllocation(n: number | null): void {
    this.state = { ...this.state, budget: n === null ? null : n - 1 };
  }

  syncGlobalPgds(start: Address, end: Address): void {
    this.#do((doing) => syncGlobalPgdsOp(doing, start, end));
  }

  missingTopLevel(): readonly Range[] {
    return missingTop(this.geometry, this.state.top);
  }

  danglingTopLevel(): readonly Range[] {
    return danglingTop(this.geometry, this.state.top);
  }

  coherence(within?: Range): readonly Stale[] {
    return coherenceOf(this.geometry, this.state.spaces, within);
  }

  entriesToVisit(start: Address, end: Address): number {
    return entriesToVisit(this.geometry, this.state.spaces, start, end);
  }

  staleTranslations(limit = 1000): readonly StaleTranslation[] {
    return staleTranslations(this.geometry, this.state.spaces, this.state.retired, limit);
  }

  dirtyLines(): readonly DirtyLine[] {
    return this.state.dirty.flatMap(({ from, to, lo, hi }) =>
      Array.from({ length: to - from + 1 }, (_, i) => ({
        keyId: from + i === OTHER ? null : from + i,
        start: addressOf(this.geometry, from + i, lo),
        end: addressOf(this.geometry, from + i, hi),
      })),
    );
  }

  writtenLines(): readonly WrittenLine[] {
    return this.state.written.map(({ keyId, lo, hi }) => ({
      keyId,
      start: addressOf(this.geometry, keyId, lo),
      end: addressOf(this.geometry, keyId, hi),
    }));
  }

  /** See adoptSpaces(). */
  adopt(spaces: Spaces, events: readonly Event[]): Spaces {
    if (spaces === this.state.spaces && events.length === 0) return spaces;
    return this.#do((doing) => adoptOp(doing, spaces, events));
  }

  /** Runs an operation; its events are logged with the state after each. What it did before throwing stays. */
  #do<T>(operation: (doing: Doing) => T): T {
    const doing: Doing = {
      geometry: this.geometry,
      state: this.state,
      say: (event) => this.#append(event, doing.state),
    };
    try {
      return operation(doing);
    } finally {
      this.state = doing.state;
    }
  }

  #append(event: Event, state: State): void {
    if (this.#log.events.length !== this.#count) {
      const { first, events, states } = this.#log;
      this.#log = { first, events: events.slice(0, this.#count), states: states.slice(0, this.#count) };
    }
    this.#log.events.push(event);
    this.#log.states.push(state);
    this.#count += 1;
  }
}
