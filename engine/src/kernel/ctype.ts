/** The C types that the flow around a hunk and the evaluated code share. */

export interface IntType {
  readonly kind: 'int';
  readonly bits: 8 | 16 | 32 | 64;
  readonly signed: boolean;
  /** `bool`, or a one-word kernel type that is passed by value (`pte_t`, `pgprot_t`): printed, and matched by name. */
  readonly name?: string;
}

export type CType =
  | { readonly kind: 'void' }
  | IntType
  | { readonly kind: 'pointer'; readonly to: CType }
  | { readonly kind: 'array'; readonly of: CType; readonly length: number }
  | { readonly kind: 'struct'; readonly tag: string };

/**
 * One C value. Integers and pointers are their bits (pointers are addresses, so casts cost nothing); a struct is the
 * address of its bytes.
 */
export interface Value {
  readonly type: CType;
  /** Two's complement, already cut to the type's width, 0 <= bits < 2^64. */
  readonly bits: bigint;
  /** Set when nothing is known of the value; says where it came from (an unknown call, a local outside the hunk). */
  readonly opaque?: string;
  /** Set on values that come from a sync's result; the run records whether anybody looks at them. */
  readonly syncResult?: number;
}

export const VOID: CType = { kind: 'void' };
export const INT: IntType = { kind: 'int', bits: 32, signed: true };
export const UNSIGNED_INT: IntType = { kind: 'int', bits: 32, signed: false };
export const LONG: IntType = { kind: 'int', bits: 64, signed: true };
export const UNSIGNED_LONG: IntType = { kind: 'int', bits: 64, signed: false };
export const BOOL: IntType = { kind: 'int', bits: 8, signed: false, name: 'bool' };
export const CHAR: IntType = { kind: 'int', bits: 8, signed: true };
export const pointerTo = (to: CType): CType => ({ kind: 'pointer', to });
export const structOf = (tag: string): CType => ({ kind: 'struct', tag });

/** An integer value cut to its type. */
export const intValue = (bits: bigint, type: CType = UNSIGNED_LONG): Value => ({
  type,
  bits: BigInt.asUintN(type.kind === 'int' ? type.bits : 64, bits),
});

/** The number that an integer value stands for (negative where its type is signed). */
export const numberOf = (value: Value): bigint =>
  value.type.kind === 'int' && value.type.signed ? BigInt.asIntN(value.type.bits, value.bits) : value.bits;

export const opaqueValue = (why: string, type: CType = UNSIGNED_LONG): Value => ({ type, bits: 0n, opaque: why });
