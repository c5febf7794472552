/**
 * The memory of one run. Every object has pages of its own and a page of nothing behind it, so that a pointer that
 * leaves its object never lands in another one.
 */
import type { CType, Value } from './ctype.ts';
import { MemoryFault } from './memory-fault.ts';
import { createLayouts, type StructField } from './memory-layout.ts';
import { copyObject, createObject, fillObject, type MemoryObject, readObject, writeObject } from './memory-object.ts';
import { KERNEL_STRUCT_SIZES, KERNEL_STRUCTS } from './structs.ts';

export { type FaultKind, MemoryFault } from './memory-fault.ts';

/** A range of addresses [start, end) that the host answers for: page-table frames behind __va(), vmemmap. */
export interface Region {
  readonly start: bigint;
  readonly end: bigint;
  /** The bits of `bytes` bytes; a reason (string) where they are unknown; null: not mine, ask the next region. */
  load(address: bigint, bytes: number): bigint | string | null;
  /** False: not mine, ask the next region. */
  store(address: bigint, bytes: number, value: Value): boolean;
}

/** The memory of one run: locals, structs and arrays at addresses of their own, and whatever the host maps in. */
export interface Memory {
  /** Room for one object; not initialised unless `zero`. Returns its address. */
  allocate(type: CType, name: string, options?: { zero?: boolean }): bigint;
  /** Ends the life of the object at this address (its first byte); accesses are 'freed' from then on. */
  release(address: bigint): void;
  /** Throws MemoryFault. A struct or array loads as its address. */
  load(address: bigint, type: CType): Value;
  store(address: bigint, value: Value): void;
  /** Copies a whole struct. */
  copy(to: bigint, from: bigint, type: CType): void;
  /** memset(): every byte of [address, address + bytes) becomes `value`, or unknown for a reason (string). */
  fill(address: bigint, bytes: bigint, value: number | string): void;
  /** Offset and type of a field of a known struct; null if unknown. */
  field(tag: string, name: string): { readonly offset: bigint; readonly type: CType } | null;
  /** Names of a struct's fields in order; null if the struct is unknown. */
  fieldNames(tag: string): readonly string[] | null;
  /** Makes a struct known, or adds fields to a known one. Objects that exist keep their size. */
  define(tag: string, fields: readonly StructField[]): void;
  /** Bytes; `void` 1, an unknown struct 0. */
  sizeOf(type: CType): bigint;
  /** The object that holds an address (released ones too), for messages: its name and offset. */
  objectAt(address: bigint): { readonly name: string; readonly start: bigint; readonly size: bigint } | null;
  /** Maps a host region; later regions go first. Returns how to take it out again. */
  mapRegion(region: Region): () => void;
}

/** Where objects begin: the range in which the kernel's virtually mapped stacks live. */
const BASE = 0xffffc90000100000n;
const PAGE_SHIFT = 12n;
const PAGE = 4096n;
/** Objects are sparse, but their offsets are numbers. */
const LARGEST = 1n << 40n;

const hex = (address: bigint): string => `0x${address.toString(16)}`;

export function createMemory(): Memory {
  const layouts = createLayouts(KERNEL_STRUCTS, KERNEL_STRUCT_SIZES);
  /** By page number counted from BASE; big objects stand at their first and last pages' intervals. */
  const pages = new Map<number, MemoryObject>();
  const big: MemoryObject[] = [];
  let regions: Region[] = [];
  let next = BASE;

  const find = (address: bigint): MemoryObject | null => {
    if (address < BASE || address >= next) return null;
    const object = pages.get(Number((address - BASE) >> PAGE_SHIFT));
    if (object) return object;
    for (const candidate of big) {
      if (candidate.address <= address && address < candidate.address + BigInt(candidate.size) + PAGE) return candidate;
    }
    return null;
  };

  /** The object of an access of `bytes` bytes, which must lie inside it. */
  const objectOf = (address: bigint, bytes: number): MemoryObject => {
    const object = find(address);
    if (!object) throw nothingAt(address);
    if (object.freed) throw new MemoryFault('freed', address, `'${object.name}' is used after its life has ended`);
    const offset = Number(address - object.address);
    if (offset + bytes > object.size) throw outOfBounds(object, address, offset, layouts.sizeOf);
    return object;
  };

  const loadFromRegion = (address: bigint, bytes: number): bigint | string | null => {
    for (const region of regions) {
      const answer = covers(region, address) ? region.load(address, bytes) : null;
      if (answer !== null) return answer;
    }
    return null;
  };

  const load = (address: bigint, type: CType): Value => {
    if (type.kind === 'struct' || type.kind === 'array') return { type, bits: address };
    const bytes = scalarBytes(type);
    if (address < BASE || address >= next) {
      if (address < PAGE) throw nullFault('read', address);
      const answer = loadFromRegion(address, bytes);
      if (answer === null) throw nothingAt(address);
      return typeof answer === 'string' ? { type, bits: 0n, opaque: answer } : { type, bits: answer };
    }
    const object = objectOf(address, bytes);
    const value = readObject(object, Number(address - object.address), bytes, type);
    if (value) return value;
    throw new MemoryFault('uninitialised', address, `'${object.name}' is read where nothing has set it`);
  };

  const store = (address: bigint, value: Value): void => {
    if (value.type.kind === 'struct' || value.type.kind === 'array') {
      copy(address, value.bits, value.type);
      return;
    }
    const bytes = scalarBytes(value.type);
    if (address < BASE || address >= next) {
      if (address < PAGE) throw nullFault('written', address);
      const isDone = regions.some((region) => covers(region, address) && region.store(address, bytes, value));
      if (!isDone) throw nothingAt(address);
      return;
    }
    const object = objectOf(address, bytes);
    writeObject(object, Number(address - object.address), bytes, value);
  };

  const copy = (to: bigint, from: bigint, type: CType): void => {
    const bytes = Number(layouts.sizeOf(type));
    if (from < PAGE) throw nullFault('read', from);
    if (to < PAGE) throw nullFault('written', to);
    if (bytes === 0) return;
    if (find(from) && find(to)) {
      const source = objectOf(from, bytes);
      const target = objectOf(to, bytes);
      copyObject(target, Number(to - target.address), source, Number(from - source.address), bytes);
      return;
    }
    const step: CType = { kind: 'int', bits: 8, signed: false };
    for (let i = 0n; i < BigInt(bytes); i++) store(to + i, load(from + i, step));
  };

  return {
    load,
    store,
    copy,
    allocate: (type, name, options) => {
      const wanted = layouts.sizeOf(type);
      const size = wanted < LARGEST ? wanted : LARGEST;
      const object = createObject(next, Number(size), name, type);
      const used = ((size + PAGE - 1n) >> PAGE_SHIFT) + 1n;
      const first = Number((next - BASE) >> PAGE_SHIFT);
      if (used > 64n) big.push(object);
      else for (let i = 0; i < Number(used); i++) pages.set(first + i, object);
      next += used << PAGE_SHIFT;
      if (options?.zero) fillObject(object, 0, Number(size), 0);
      return object.address;
    },
    release: (address) => {
      const object = find(address);
      if (!object || object.address !== address) return;
      object.freed = true;
      object.slots.clear();
      object.fills = [];
    },
    fill: (address, bytes, value) => {
      if (bytes <= 0n) return;
      if (address < PAGE) throw nullFault('written', address);
      if (find(address) === null && regions.some((region) => covers(region, address))) return;
      const size = bytes < LARGEST ? Number(bytes) : Number(LARGEST) + 1;
      const object = objectOf(address, size);
      const start = Number(address - object.address);
      fillObject(object, start, start + size, value);
    },
    field: layouts.field,
    fieldNames: layouts.fieldNames,
    define: layouts.define,
    sizeOf: layouts.sizeOf,
    objectAt: (address) => {
      const object = find(address);
      return object && { name: object.name, start: object.address, size: BigInt(object.size) };
    },
    mapRegion: (region) => {
      regions = [region, ...regions];
      return () => {
        regions = regions.filter((other) => other !== region);
      };
    },
  };
}

const covers = (region: Region, address: bigint): boolean => address >= region.start && address < region.end;

/** Bytes of an integer or a pointer; `void` counts 1. */
const scalarBytes = (type: CType): number => (type.kind === 'int' ? type.bits >> 3 : type.kind === 'pointer' ? 8 : 1);

const nullFault = (verb: string, address: bigint): MemoryFault =>
  new MemoryFault(
    'null-dereference',
    address,
    address === 0n ? `NULL is ${verb} through` : `NULL is ${verb} through, ${address} bytes behind it`,
  );

const nothingAt = (address: bigint): MemoryFault =>
  new MemoryFault('unmapped', address, `no object of this run is at ${hex(address)}`);

function outOfBounds(
  object: MemoryObject,
  address: bigint,
  offset: number,
  sizeOf: (type: CType) => bigint,
): MemoryFault {
  const { name, type } = object;
  if (type.kind !== 'array') {
    return new MemoryFault('out-of-bounds', address, `byte ${offset} of '${name}' is outside its ${object.size} bytes`);
  }
  const index = Math.floor(offset / Math.max(1, Number(sizeOf(type.of))));
  const element = `${name}[${index}]`;
  return new MemoryFault('out-of-bounds', address, `'${element}' is outside the ${type.length} elements of '${name}'`);
}
