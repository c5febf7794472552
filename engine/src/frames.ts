import { adoptSpaces, spacesOf } from './create.ts';
import type { Event, TableLevel } from './event.ts';
import { addressIn, entryOfLeaf, isTablePointer, type KeyBits, keyBitsOf, TABLE_BITS } from './frames/entry-bits.ts';
import { type Frame, newFrame, touch } from './frames/frame.ts';
import { type ReadBack, spacesOfFrames } from './frames/read-back.ts';
import { addressOf, type Geometry, OTHER, P4D_ENTRIES, placeOfSlot, SLOT_PAGES } from './geometry.ts';
import type { Machine } from './machine.ts';
import { keyIdOf } from './ops/change.ts';
import { rootOf, type Spaces, tableOfSlot } from './spaces.ts';
import { levelNames } from './sync/result.ts';
import { entryIn, tableAt } from './table/find.ts';
import { ENTRY_PAGES, emptyTable, Leaf, type Level, type Span } from './table/span.ts';

/**
 * The page tables of a machine as code with pointers into them sees them: 64-bit entries, 512 to a page of physical
 * memory. A table gets its page (from the top of RAM down, so that __va() of it lies in KeyID-0's direct mapping) when an
 * entry that points to it is first read. What is stored reaches the machine with commit(); between a store and its
 * commit nothing else may change the machine's tables.
 */
export interface TableFrames {
  readonly machine: Machine;
  /** Physical address of init_mm's pgd page. */
  readonly pgd: bigint;
  /** The byte at this physical address is in a page that is or was a page table, or was allocated here. */
  contains(address: bigint): boolean;
  /** freeFrame() has been called for this page. Reading it still works, as in the kernel. */
  isFreed(address: bigint): boolean;
  /** Entry at an 8-byte-aligned physical address. Throws RangeError where there is no frame. */
  load(address: bigint): bigint;
  store(address: bigint, value: bigint): void;
  /** A zeroed page; null is the failure that failAllocation() asked for. */
  allocFrame(): bigint | null;
  /** Frees a page. Says, as does the event that commit() logs, if an entry still pointed to it or no TLB flush came in between. */
  freeFrame(address: bigint): 'hooked' | 'unflushed' | null;
  /** The n-th allocFrame() from now on fails (1-based); null: none. */
  failAllocation(n: number | null): void;
  /** Pages allocated and freed here so far. */
  readonly counts: { readonly allocations: number; readonly frees: number };
  /** Makes the machine's tables, its events, TLB and cache state what the frames say. One commit is one moment. */
  commit(): void;
}

export const tableFramesOf = (machine: Machine): TableFrames => new Frames(machine);

/** The machine that the frames describe now: commits, and gives the machine. */
export const machineOf = (frames: TableFrames): Machine => {
  frames.commit();
  return frames.machine;
};

class Frames implements TableFrames {
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
    const place = this.#where(frame);
    if (place === null || frame.level === null) return null;
    const fault = this.#faultOf(frame);
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
    this.#next -= 0x1000n;
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
    this.#settle(child);
    child.source = this.#tableOf(child);
    return child;
  }

  /** The machine's table at a frame's place. */
  #tableOf({ level, home }: Frame): Span | null {
    if (level === null || level > 2 || home === null) return null;
    return tableAt(rootOf(this.#spaces, home.keyId), level as Level, home.page);
  }

  /** Works out where a hooked frame stands from the entry above it. */
  #settle(frame: Frame): void {
    const { parent, level } = frame;
    if (parent === null || level === null) return;
    const above = parent.frame;
    frame.read = null;
    if (level === 3) frame.slot = parent.index * P4D_ENTRIES;
    else if (level === 2) {
      const { keyId, slot } = placeOfSlot(this.#geometry, above.slot + parent.index);
      frame.home = { keyId, page: slot * SLOT_PAGES };
    } else if (above.home !== null) {
      const { keyId, page } = above.home;
      frame.home = { keyId, page: page + parent.index * ENTRY_PAGES[(level + 1) as Level] };
    }
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
      this.#settle(child);
      this.#hooked.push(child);
    }
    if (child.dirty || child.below) touch(child);
    for (const [at, entry] of child.entries) this.#link(child, at, entry);
  }

  #tellHooked(): void {
    for (const frame of this.#hooked) {
      const place = this.#where(frame);
      if (place !== null) this.#pending.push({ kind: 'table-alloc', ...place });
    }
    this.#hooked = [];
  }

  #where(frame: Frame): { keyId: number | null; level: TableLevel; start: bigint } | null {
    const { level, home, slot } = frame;
    if (level === null || level > 3 || frame === this.#pgd) return null;
    if (level === 3) {
      const { keyId } = placeOfSlot(this.#geometry, slot);
      return { keyId: keyIdOf(keyId), level: 'p4d', start: addressOf(this.#geometry, OTHER, slot * SLOT_PAGES) };
    }
    const name = levelNames[level];
    if (home === null || name === undefined) return null;
    return { keyId: keyIdOf(home.keyId), level: name, start: addressOf(this.#geometry, home.keyId, home.page) };
  }

  /** By the topmost table that the frame still hangs below: the pgd page, or one that was unhooked with all under it. */
  #faultOf(frame: Frame): 'hooked' | 'unflushed' | null {
    let top = frame;
    while (top.parent !== null) top = top.parent.frame;
    if (top === this.#pgd) return 'hooked';
    const { unhookedAt } = top;
    if (unhookedAt === null) return null;
    const flushed = this.machine.events.slice(unhookedAt).some((event) => event.kind === 'tlb-flush' && !event.local);
    return flushed ? null : 'unflushed';
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
