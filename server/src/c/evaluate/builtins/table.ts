/** Small helpers to write tables of built-ins with. */
import {
  type CType,
  INT,
  type IntType,
  numberOf,
  UNSIGNED_INT,
  UNSIGNED_LONG,
  type Value,
} from '../../../../../engine/src/kernel/ctype.ts';
import { commonType, make } from '../arithmetic.ts';
import type { Builtin } from '../types.ts';

export const VOID_VALUE: Value = { type: { kind: 'void' }, bits: 0n };

export const int = (number: bigint | number): Value => make(BigInt(number), INT);
export const uint = (number: bigint | number): Value => make(BigInt(number), UNSIGNED_INT);
export const ulong = (number: bigint): Value => make(number, UNSIGNED_LONG);
export const bool = (holds: boolean): Value => int(holds ? 1 : 0);
export const pointer = (to: CType, address: bigint): Value => make(address, { kind: 'pointer', to });

/** A function of unsigned 64-bit operands; the result has the type given. */
export const onWords = (compute: (...words: bigint[]) => bigint, type: CType = UNSIGNED_LONG): Builtin => ({
  run: (_context, args) => make(compute(...args.map((arg) => BigInt.asUintN(64, numberOf(arg)))), type),
});

/** A function whose operands undergo the usual arithmetic conversions, as macros do; the result has their common type. */
export const onCommon = (compute: (...numbers: bigint[]) => bigint): Builtin => ({
  run: (_context, args) => {
    const type = args.reduce<IntType>((common, arg) => commonType(common, arg.type), INT);
    // Pointers keep their type (round_up of a pointer, ALIGN of a pointer).
    const own = args[0]?.type;
    return make(
      compute(...args.map((arg) => numberOf(make(numberOf(arg), type)))),
      own?.kind === 'pointer' ? own : type,
    );
  },
});

/** Does nothing, and takes whatever it is given. */
export const nothing: Builtin = { run: () => VOID_VALUE, opaque: true, sees: 'nothing' };

/** A function that returns the same always. */
export const always = (value: Value): Builtin => ({ run: () => value, opaque: true, sees: 'nothing' });

/** The same built-in under several names. */
export const named = (names: readonly string[], builtin: Builtin): Record<string, Builtin> =>
  Object.fromEntries(names.map((name) => [name, builtin]));
