/** C's integer and pointer arithmetic on values whose operands are known: x86-64, two's complement, signed overflow wraps. */
import {
  type CType,
  INT,
  type IntType,
  LONG,
  numberOf,
  UNSIGNED_INT,
  UNSIGNED_LONG,
  type Value,
} from '../../../../engine/src/kernel/ctype.ts';

/** A result, or why the operation has none (undefined behaviour). */
export type Computed = Value | { readonly undefined: string; readonly type: CType };

const MASK_64 = (1n << 64n) - 1n;

/** An integer of a type from its number, cut to the type's width. */
export const make = (number: bigint, type: CType): Value => {
  if (type.kind === 'int' && type.bits !== 64) {
    if (type.name === 'bool') return { type, bits: number === 0n ? 0n : 1n };
    return { type, bits: BigInt.asUintN(type.bits, number) };
  }
  return { type, bits: number >= 0n && number <= MASK_64 ? number : BigInt.asUintN(64, number) };
};

const ZERO: Value = { type: INT, bits: 0n };
const ONE: Value = { type: INT, bits: 1n };
export const truthValue = (holds: boolean): Value => (holds ? ONE : ZERO);

/** Integer promotion: everything narrower than int becomes int; names of one-word types go. */
export const promoted = (type: IntType): IntType => {
  if (type.bits === 64) return type.signed ? LONG : UNSIGNED_LONG;
  return type.bits < 32 || type.signed ? INT : UNSIGNED_INT;
};

/** The usual arithmetic conversions. */
export function commonType(left: CType, right: CType): IntType {
  const a = left.kind === 'int' ? promoted(left) : UNSIGNED_LONG;
  const b = right.kind === 'int' ? promoted(right) : UNSIGNED_LONG;
  if (a.bits === b.bits) return a.signed ? b : a;
  return a.bits > b.bits ? a : b;
}

/** A value converted to a type, as by assignment or a cast. Keeps opaqueness and the sync result. */
export function convert(value: Value, type: CType): Value {
  if (value.type === type) return value;
  if (type.kind === 'void') return { ...value, type };
  if (value.opaque !== undefined) return { ...value, type };
  const result = make(numberOf(value), type);
  return value.syncResult === undefined ? result : { ...result, syncResult: value.syncResult };
}

export const isTrue = (value: Value): boolean => value.bits !== 0n;

/** `left op right` for the arithmetic, bitwise, shift and comparison operators on integers and on pointers compared. */
export function binary(op: string, left: Value, right: Value): Computed {
  if (op === '<<' || op === '>>') return shift(op, left, right);
  const type = commonType(left.type, right.type);
  const a = left.type === type ? numberOf(left) : operand(left, type);
  const b = right.type === type ? numberOf(right) : operand(right, type);
  switch (op) {
    case '+':
      return make(a + b, type);
    case '-':
      return make(a - b, type);
    case '*':
      return make(a * b, type);
    case '&':
      return make(a & b, type);
    case '|':
      return make(a | b, type);
    case '^':
      return make(a ^ b, type);
    case '/':
      return b === 0n ? { undefined: 'division by zero', type } : make(a / b, type);
    case '%':
      return b === 0n ? { undefined: 'remainder of a division by zero', type } : make(a % b, type);
    case '==':
      return truthValue(a === b);
    case '!=':
      return truthValue(a !== b);
    case '<':
      return truthValue(a < b);
    case '>':
      return truthValue(a > b);
    case '<=':
      return truthValue(a <= b);
    case '>=':
      return truthValue(a >= b);
    default:
      return { undefined: `operator ${op}`, type };
  }
}

/** The number an operand stands for once converted to the common type. */
function operand(value: Value, type: IntType): bigint {
  const number = numberOf(value);
  if (type.signed) return number;
  return number >= 0n ? number : BigInt.asUintN(type.bits, number);
}

function shift(op: string, left: Value, right: Value): Computed {
  const type = left.type.kind === 'int' ? promoted(left.type) : UNSIGNED_LONG;
  const count = numberOf(right);
  if (count < 0n || count >= BigInt(type.bits)) {
    return { undefined: `shift of ${type.bits} bits by ${count}`, type };
  }
  const number = numberOf(left);
  return make(op === '<<' ? number << count : number >> count, type);
}

/** The type `left op right` has, for results that are opaque. */
export function resultType(op: string, left: CType, right: CType): CType {
  switch (op) {
    case '==':
    case '!=':
    case '<':
    case '>':
    case '<=':
    case '>=':
    case '&&':
    case '||':
      return INT;
    case '<<':
    case '>>':
      return left.kind === 'int' ? promoted(left) : UNSIGNED_LONG;
    default:
      if (left.kind === 'pointer') return op === '-' && right.kind === 'pointer' ? LONG : left;
      if (right.kind === 'pointer') return right;
      return commonType(left, right);
  }
}

/** `-x`, `+x`, `~x`. */
export function unary(op: '-' | '+' | '~', value: Value): Value {
  const type = value.type.kind === 'int' ? promoted(value.type) : UNSIGNED_LONG;
  const number = numberOf(value);
  return make(op === '-' ? -number : op === '~' ? ~number : number, type);
}
