/** Values and types of C constants. */
import { type CType, INT, LONG, UNSIGNED_INT, UNSIGNED_LONG } from '../../../../engine/src/kernel/ctype.ts';

export interface Constant {
  /** Two's complement within 64 bits. */
  readonly value: bigint;
  readonly type: CType;
}

/** An integer constant with the type that C gives it on LP64; null for floating point and what is no number. */
export function readNumber(text: string): Constant | null {
  const match = /^(?:(0[xX][0-9a-fA-F]+)|(0[bB][01]+)|(0[0-7]*)|([1-9]\d*))([uUlL]*)$/.exec(text.replace(/'/g, ''));
  if (!match) return null;
  const [, hex, binary, octal, decimal, suffix = ''] = match;
  const digits = hex ?? binary ?? (octal && octal.length > 1 ? `0o${octal.slice(1)}` : (octal ?? decimal)) ?? '0';
  const value = BigInt.asUintN(64, BigInt(digits));
  const unsigned = /u/i.test(suffix);
  const long = /l/i.test(suffix);
  const fits = (type: CType, bits: bigint): CType | null => (value < 1n << bits ? type : null);
  const narrow = long ? null : unsigned ? fits(UNSIGNED_INT, 32n) : fits(INT, 31n);
  if (narrow) return { value, type: narrow };
  // Only hexadecimal, octal and binary constants become unsigned on their own.
  if (!long && !unsigned && decimal === undefined && value < 1n << 32n) return { value, type: UNSIGNED_INT };
  return { value, type: unsigned ? UNSIGNED_LONG : (fits(LONG, 63n) ?? UNSIGNED_LONG) };
}

const ESCAPES: Record<string, number> = { n: 10, t: 9, r: 13, 0: 0, a: 7, b: 8, f: 12, v: 11, e: 27 };

/** A character constant: an int. */
export function readChar(text: string): Constant | null {
  const match = /^(?:u8|[uUL])?'(?:\\(x[0-9a-fA-F]+|[0-7]{1,3}|.)|(.))'$/su.exec(text);
  if (!match) return null;
  const [, escaped, plain] = match;
  let code = plain?.codePointAt(0) ?? 0;
  if (escaped !== undefined) {
    if (/^x[0-9a-fA-F]/.test(escaped)) code = Number.parseInt(escaped.slice(1), 16);
    else if (/^[0-7]+$/.test(escaped)) code = Number.parseInt(escaped, 8);
    else code = ESCAPES[escaped] ?? escaped.charCodeAt(0);
  }
  return { value: BigInt.asUintN(32, BigInt(code)), type: INT };
}
