import type { CType, Value } from './ctype.ts';

/** What a read or write of the modelled memory ran into: undefined behaviour of the code under review. */
export type FaultKind = 'null-dereference' | 'out-of-bounds' | 'uninitialised' | 'freed' | 'unmapped';

/** The memory of one run: locals, structs and arrays at addresses of their own, and whatever the host maps in. */
export interface Memory {
  /** Room for one object; not initialised unless `zero`. Returns its address. */
  allocate(type: CType, name: string, options?: { zero?: boolean }): bigint;
  release(address: bigint): void;
  /** Throws MemoryFault. A struct or array loads as its address. */
  load(address: bigint, type: CType): Value;
  store(address: bigint, value: Value): void;
  /** Copies a whole struct. */
  copy(to: bigint, from: bigint, type: CType): void;
  /** Offset and type of a field of a known struct; null if unknown. */
  field(tag: string, name: string): { readonly offset: bigint; readonly type: CType } | null;
  sizeOf(type: CType): bigint;
}

export class MemoryFault extends Error {
  readonly kind: FaultKind;
  readonly address: bigint;
  constructor(kind: FaultKind, address: bigint, message: string) {
    super(message);
    this.kind = kind;
    this.address = address;
  }
}
