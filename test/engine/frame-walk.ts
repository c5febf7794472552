/**
 * sync_direct_mapping() as code with pointers to 64-bit entries does it: the way in which a patch's own implementation meets
 * the engine. Entries are read and written in physical frames and in no other way.
 */
import type { TableFrames } from '../../engine/src/frames.ts';

const PRESENT = 1n;
const PSE = 0x80n;
const TABLE = 0x67n;
const ADDRESS = (1n << 46n) - 0x1000n;
const KEY_SHIFT = 46n;

const sizeOf = (level: number): bigint => 1n << (12n + 9n * BigInt(level));
const slotOf = (table: bigint, address: bigint, level: number): bigint =>
  table + ((address / sizeOf(level)) % 512n) * 8n;

export interface FrameSync {
  readonly frames: TableFrames;
  readonly levels: 4 | 5;
  readonly size: bigint;
}

/** One KeyID, [start, end); false: out of memory. One table that crosses into the next pgd entry is not followed. */
export const syncThroughFrames = (run: FrameSync, keyId: bigint, start: bigint, end: bigint): boolean =>
  level(run, keyId, run.frames.pgd, run.frames.pgd, start, end, run.levels - 1);

const level = (
  run: FrameSync,
  keyId: bigint,
  target: bigint,
  source: bigint | null,
  start: bigint,
  end: bigint,
  at: number,
): boolean => {
  const { frames, size } = run;
  for (let address = start; address < end; ) {
    const boundary = (address / sizeOf(at) + 1n) * sizeOf(at);
    const next = boundary < end ? boundary : end;
    const slot = slotOf(target, address + keyId * size, at);
    const from = source === null ? 0n : frames.load(slotOf(source, address, at));
    if (!entry(run, keyId, slot, from, address, next, at)) return false;
    address = next;
  }
  return true;
};

const isTable = (value: bigint, at: number): boolean => at > 0 && (value & PRESENT) !== 0n && (value & PSE) === 0n;

const entry = (
  run: FrameSync,
  keyId: bigint,
  slot: bigint,
  from: bigint,
  start: bigint,
  end: bigint,
  at: number,
): boolean => {
  const { frames } = run;
  const old = frames.load(slot);
  if (from === 0n && !isTable(old, at)) {
    frames.store(slot, 0n);
    return true;
  }
  if (from !== 0n && !isTable(from, at)) {
    if (isTable(old, at)) {
      frames.freeFrame(old & ADDRESS);
      frames.store(slot, 0n);
    }
    frames.store(slot, from | (keyId << KEY_SHIFT));
    return true;
  }
  if (old !== 0n && !isTable(old, at)) frames.store(slot, 0n);
  let table = old & ADDRESS;
  let fresh = false;
  if (!isTable(old, at)) {
    const page = frames.allocFrame();
    if (page === null) return false;
    table = page;
    fresh = true;
  }
  const done = level(run, keyId, table, from === 0n ? null : from & ADDRESS, start, end, at - 1);
  if (fresh) frames.store(slot, table | TABLE);
  const unit = at === 1 ? 0x1000n : sizeOf(at);
  if (from === 0n && start % unit === 0n && end % unit === 0n) {
    frames.freeFrame(table);
    frames.store(slot, 0n);
  }
  return done;
};
