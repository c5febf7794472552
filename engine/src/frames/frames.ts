import { adoptSpaces, spacesOf } from '../create.ts';
import type { Event } from '../event.ts';
import type { TableFrames } from '../frames.ts';
import type { Geometry } from '../geometry.ts';
import type { Machine } from '../machine.ts';
import { rootOf, type Spaces, tableOfSlot } from '../spaces.ts';
import { entryIn, tableAt } from '../table/find.ts';
import { ENTRY_PAGES, emptyTable, Leaf, type Level, type Span } from '../table/span.ts';
import { addressIn, entryOfLeaf, isTablePointer, type KeyBits, keyBitsOf, TABLE_BITS } from './entry-bits.ts';
import { type Frame, newFrame, touch } from './frame.ts';
import { faultOfFree, settle, tableIn } from './place.ts';
import { type ReadBack, spacesOfFrames } from './read-back.ts';

/** See TableFrames. */
export class Frames implements TableFrames {
  readonly machine: Machine;
  readonly counts = { allocations: 0, frees: 0 };
  readonly #geometry: Geometry;
  readonly #key: KeyBits;
  /** By page number. */
  readonly #frames = new Map<number, Frame>();
  readonly #pgd: Frame;
  #next: bigint;
  #budget = Number.POSITIVE_INFINITY;
  #spaces: Spaces;
  #pending: Event[] = [];
  /** Frames hooked by a store and not yet told of. */
  #hooked: Frame[] = [];
  #written = false;

  constructor(machine: Machine) {
    const { geometry, spaces } = spacesOf(machine);
    this.machine = machine;
    this.#geometry = geometry;
    this.#key = keyBitsOf(geometry.layout);
    this.#spaces = spaces;
    this.#next = geometry.layout.ramBytes;
    this.#pgd = this.#newFrame(geometry.layout.pagingLevels - 1);
    this.#pgd.backed = true;
  }

  get pgd(): bigint {
    return this.#pgd.address;
  }

  contains(address: bigint): boolean {
    return this.#frames.has(pageOf(address));
  }

  isFreed(address: bigint): boolean {
    return this.#frames.get(pageOf(address))?.freed ?? false;
  }

  load(address: bigint): bigint {
    this.#follow();
    return this.#value(this.#frameAt(address), indexIn(address));
  }

  store(address: bigint, value: bigint): void {
    this.#follow();
    const frame = this.#frameAt(address);
    const index = indexIn(address);
    const before = this.#value(frame, index);
    if (before === value) return;
    frame.entries.set(index, value);
    this.#written = true;
    touch(frame);
    if (frame.level === null) return;
    this.#unlink(frame, index, before);
    this.#link(frame, index, value);
  }

  allocFrame(): bigint | null {
    if (this.#budget === 0) {
      this.#budget = Number.POSITIVE_INFINITY;
      return null;
    }
    this.#budget -= 1;
    this.counts.allocations += 1;
    return this.#newFrame(null).address;
  }

  freeFrame(address: bigint): 'hooked' | 'unflushed' | null {
    this.#follow();
    const frame = this.#frames.get(pageOf(address));
    if (frame === undefined) {
      this.#pending.push({
        kind: 'bug',
        message: `the page 0x${address.toString(16)}, which is no page table, is freed`,
      });
      return null;
    }
    if (frame.freed)
      this.#pending.push({ kind: 'bug', message: `the page 0x${frame.address.toString(16)} is freed twice` });
    this.counts.frees += 1;
    frame.freed = true;
    const place = tableIn(this.#geometry, this.#pgd, frame);
    if (place === null || frame.level === null) return null;
    const fault = faultOfFree(this.#pgd, frame, this.machine.events);
    this.#tellHooked();
    this.#pending.push({ kind: 'table-free', ...place, ...(fault === null ? {} : { fault }) });
    return fault;
  }

  failAllocation(n: number | null): void {
    this.#budget = n === null ? Number.POSITIVE_INFINITY : n - 1;
  }

  commit(): void {
    this.#follow();
    this.#tellHooked();
    const back: ReadBack = {
      geometry: this.#geometry,
      key: this.#key,
      frameAt: (address) => this.#frames.get(pageOf(address)) ?? null,
      complain: (message) => this.#pending.push({ kind: 'bug', message }),
      rebuilt: [],
    };
    if (this.#written) this.#spaces = spacesOfFrames(back, this.#spaces, this.#pgd);
    this.#written = false;
    this.#spaces = adoptSpaces(this.machine, this.#spaces, this.#pending);
    this.#pending = [];
    // The machine shares nodes where it can: go on from the ones it kept.
    for (const frame of back.rebuilt) {
      if (frame.parent !== null) frame.source = this.#tableOf(frame) ?? frame.source;
    }
  }

  #newFrame(level: number | null): Frame {
    // With a page of something else above: a pointer that runs past its table is not in another one.
    this.#next -= 0x2000n;
    if (this.#next < 0n) throw new RangeError('no RAM left for page tables');
    const frame = newFrame(this.#next, level);
    this.#frames.set(pageOf(frame.address), frame);
    return frame;
  }

  #frameAt(address: bigint): Frame {
    const frame = this.#frames.get(pageOf(address));
    if (frame === undefined || (address & 7n) !== 0n)
      throw new RangeError(`no page-table entry at 0x${address.toString(16)}`);
    return frame;
  }

  /** An entry as it stands. */
  #value(frame: Frame, index: number): bigint {
    const written = frame.entries.get(index);
    if (written !== undefined) return written;
    const { level, home, source } = frame;
    if (level === null) return 0n;
    if (level > 2 && !frame.backed) return 0n;
    if (level === 4) return this.#spaces.p4dTables.has(index) ? this.#child(frame, index).address | TABLE_BITS : 0n;
    if (level === 3) {
      const table = tableOfSlot(this.#geometry, this.#spaces, frame.slot + index);
      return table === null ? 0n : this.#child(frame, index).address | TABLE_BITS;
    }
    if (home === null || source === null) return 0n;
    const entry = entryIn(source, index);
    if (entry === null) return 0n;
    if (!(entry instanceof Leaf)) return this.#child(frame, index).address | TABLE_BITS;
    const { read } = frame;
    if (read?.index === index && read.leaf === entry) return read.value;
    const page = home.page + index * ENTRY_PAGES[level as Level];
    const value = entryOfLeaf(entry, level as Level, page, Math.max(home.keyId, 0), this.#key);
    frame.read = { index, leaf: entry, value };
    return value;
  }

  /** The frame below an entry of the machine's own tables. */
  #child(frame: Frame, index: number): Frame {
    const known = frame.children.get(index);
    if (known?.parent?.frame === frame) return known;
    const child = this.#newFrame((frame.level ?? 1) - 1);
    child.backed = true;
    child.parent = { frame, index };
    frame.children.set(index, child);
    settle(this.#geometry, child);
    child.source = this.#tableOf(child);
    return child;
  }

  /** The machine's table at a frame's place. */
  #tableOf({ level, home }: Frame): Span | null {
    if (level === null || level > 2 || home === null) return null;
    return tableAt(rootOf(this.#spaces, home.keyId), level as Level, home.page);
  }

  #unlink(frame: Frame, index: number, value: bigint): void {
    if (!isTablePointer(value, frame.level ?? 0)) return;
    const child = this.#frames.get(pageOf(addressIn(value, this.#key)));
    if (child?.parent?.frame !== frame || child.parent.index !== index) return;
    child.parent = null;
    child.unhookedAt = this.machine.events.length;
  }

  /** A table was hooked: it, and what hangs below it, has a place now. */
  #link(frame: Frame, index: number, value: bigint): void {
    const level = frame.level ?? 0;
    if (!isTablePointer(value, level)) return;
    const child = this.#frames.get(pageOf(addressIn(value, this.#key)));
    if (child === undefined || (child.level !== null && child.level !== level - 1) || child.parent !== null) return;
    const fresh = child.level === null;
    child.level = level - 1;
    child.parent = { frame, index };
    if (fresh) {
      settle(this.#geometry, child);
      this.#hooked.push(child);
    }
    if (child.dirty || child.below) touch(child);
    for (const [at, entry] of child.entries) this.#link(child, at, entry);
  }

  #tellHooked(): void {
    for (const frame of this.#hooked) {
      const place = tableIn(this.#geometry, this.#pgd, frame);
      if (place !== null) this.#pending.push({ kind: 'table-alloc', ...place });
    }
    this.#hooked = [];
  }

  /** Takes over what others did to the machine's tables since the last look. */
  #follow(): void {
    const { spaces } = spacesOf(this.machine);
    if (spaces === this.#spaces) return;
    if (this.#written) throw new Error('the machine was changed between a store and its commit');
    this.#spaces = spaces;
    for (const frame of this.#frames.values()) {
      const { level, home } = frame;
      if (level === null) continue;
      if (level > 2) {
        frame.entries.clear();
        continue;
      }
      if (home === null || frame.parent === null) continue;
      const source = this.#tableOf(frame);
      if (source === frame.source) continue;
      // What the tables cannot say (bits that the model has no name for) goes with the table that said it.
      frame.entries.clear();
      frame.source = source ?? emptyTable(level as Level);
      if (source === null) {
        frame.parent = null;
        frame.freed = true;
      }
    }
  }
}

const pageOf = (address: bigint): number => Number(address >> 12n);
const indexIn = (address: bigint): number => Number((address & 0xfffn) >> 3n);
