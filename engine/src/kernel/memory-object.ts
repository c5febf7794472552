/** The bytes of one object: typed slots where something was stored, and fills (memset, zeroed memory) beneath them. */
import type { CType, Value } from './ctype.ts';

interface Slot {
  readonly value: Value;
  readonly bytes: number;
}

/** A run of bytes that one act set: to a byte value, or to something unknown (the reason). */
interface Fill {
  readonly start: number;
  readonly end: number;
  readonly with: number | string;
}

export interface MemoryObject {
  readonly address: bigint;
  readonly size: number;
  readonly name: string;
  readonly type: CType;
  /** Released: any access is a fault. */
  freed: boolean;
  readonly slots: Map<number, Slot>;
  fills: Fill[];
}

export const createObject = (address: bigint, size: number, name: string, type: CType): MemoryObject => ({
  address,
  size,
  name,
  type,
  freed: false,
  slots: new Map(),
  fills: [],
});

/** No slot is longer: a slot that covers a byte begins at most this far before it. */
const LONGEST = 8;

const withType = (value: Value, type: CType): Value => (value.type === type ? value : { ...value, type });

/** The value of `bytes` bytes at an offset; null where one of them was never written. */
export function readObject(object: MemoryObject, offset: number, bytes: number, type: CType): Value | null {
  const slot = object.slots.get(offset);
  if (slot && slot.bytes === bytes) return withType(slot.value, type);
  let bits = 0n;
  for (let i = 0; i < bytes; i++) {
    const byte = readByte(object, offset + i);
    if (byte === null) return null;
    if (typeof byte === 'string') return { type, bits: 0n, opaque: byte };
    bits |= byte << BigInt(8 * i);
  }
  return { type, bits };
}

function readByte(object: MemoryObject, at: number): bigint | string | null {
  for (let back = 0; back < LONGEST; back++) {
    const slot = object.slots.get(at - back);
    if (!slot || slot.bytes <= back) continue;
    return slot.value.opaque ?? (slot.value.bits >> BigInt(8 * back)) & 0xffn;
  }
  for (let i = object.fills.length - 1; i >= 0; i--) {
    const fill = object.fills[i];
    if (fill && fill.start <= at && at < fill.end) return typeof fill.with === 'string' ? fill.with : BigInt(fill.with);
  }
  return null;
}

export function writeObject(object: MemoryObject, offset: number, bytes: number, value: Value): void {
  const there = object.slots.get(offset);
  if (there?.bytes !== bytes) splitAround(object, offset, offset + bytes);
  object.slots.set(offset, { value, bytes });
}

/** Removes what is stored in [start, end), leaving the bytes of slots that reach over an edge. */
function splitAround(object: MemoryObject, start: number, end: number): void {
  if (object.slots.size === 0) return;
  const near = end - start > object.slots.size ? [...object.slots.keys()] : nearOffsets(start, end);
  for (const at of near) {
    const slot = object.slots.get(at);
    if (!slot || at >= end || at + slot.bytes <= start) continue;
    object.slots.delete(at);
    for (const [place, byte] of bytesOf(slot, at)) {
      if (place < start || place >= end) object.slots.set(place, byte);
    }
  }
}

/** A slot byte by byte, each with its offset. */
function bytesOf(slot: Slot, at: number): [number, Slot][] {
  const { bits, opaque } = slot.value;
  return Array.from({ length: slot.bytes }, (_, i) => {
    const value: Value =
      opaque === undefined ? { type: BYTE, bits: (bits >> BigInt(8 * i)) & 0xffn } : { type: BYTE, bits: 0n, opaque };
    return [at + i, { value, bytes: 1 }];
  });
}

const BYTE: CType = { kind: 'int', bits: 8, signed: false };

function nearOffsets(start: number, end: number): number[] {
  const offsets: number[] = [];
  for (let at = start - LONGEST + 1; at < end; at++) offsets.push(at);
  return offsets;
}

/** Sets every byte of [start, end): to a byte value, or to unknown for a reason. */
export function fillObject(object: MemoryObject, start: number, end: number, value: number | string): void {
  splitAround(object, start, end);
  object.fills = object.fills.filter((fill) => fill.start < start || fill.end > end);
  object.fills.push({ start, end, with: value });
}

/** Copies `bytes` bytes, written or not, between two objects (or inside one). */
export function copyObject(
  to: MemoryObject,
  toOffset: number,
  from: MemoryObject,
  offset: number,
  bytes: number,
): void {
  const end = offset + bytes;
  const shift = toOffset - offset;
  const slots = [...from.slots]
    .filter(([at, slot]) => at < end && at + slot.bytes > offset)
    .flatMap(([at, slot]): [number, Slot][] =>
      at >= offset && at + slot.bytes <= end
        ? [[at, slot]]
        : bytesOf(slot, at).filter(([place]) => place >= offset && place < end),
    );
  const fills = from.fills
    .filter((fill) => fill.start < end && fill.end > offset)
    .map((fill) => ({
      start: Math.max(fill.start, offset) + shift,
      end: Math.min(fill.end, end) + shift,
      with: fill.with,
    }));
  splitAround(to, toOffset, toOffset + bytes);
  to.fills = to.fills.flatMap((fill) => outside(fill, toOffset, toOffset + bytes));
  to.fills.push(...fills);
  for (const [at, slot] of slots) to.slots.set(at + shift, slot);
}

/** What is left of a fill outside [start, end). */
function outside(fill: Fill, start: number, end: number): Fill[] {
  const left = fill.start < start ? [{ ...fill, end: Math.min(fill.end, start) }] : [];
  const right = fill.end > end ? [{ ...fill, start: Math.max(fill.start, end) }] : [];
  return [...left, ...right];
}
