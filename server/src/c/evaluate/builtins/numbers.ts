/** min, max and their kin: two operands in their common type, or in the type that the _t forms name. */
import { type CType, INT, numberOf, UNSIGNED_LONG, type Value } from '../../../../../engine/src/kernel/ctype.ts';
import { commonType, convert } from '../arithmetic.ts';
import type { Builtin, BuiltinTable } from '../types.ts';
import { onWords, VOID_VALUE } from './table.ts';

const less = (a: Value, b: Value): boolean => numberOf(a) < numberOf(b);
const lower = (a: Value, b: Value): Value => (less(b, a) ? b : a);
const higher = (a: Value, b: Value): Value => (less(a, b) ? b : a);

/** All operands brought to one type (pointers are compared as they are). */
function alike(args: readonly Value[]): Value[] {
  const first = args[0]?.type;
  if (first?.kind === 'pointer') return args.map((arg) => convert(arg, first));
  const type = args.map((arg) => arg.type).reduce<CType>(commonType, INT);
  return args.map((arg) => convert(arg, type));
}

const choose = (pick: (a: Value, b: Value) => Value): Builtin => ({
  run: (_context, args) => alike(args).reduce(pick),
});

/** min_t(type, a, b): the first argument is a type name. */
const chooseAs = (pick: (a: Value, b: Value) => Value): Builtin => ({
  run: (_context, [type, ...rest]) => rest.map((arg) => convert(arg, type?.type ?? UNSIGNED_LONG)).reduce(pick),
});

const clamp = (value: Value, low: Value, high: Value): Value => lower(higher(value, low), high);

export const numbers: BuiltinTable = {
  constants: {},
  functions: {
    min: choose(lower),
    max: choose(higher),
    min3: choose(lower),
    max3: choose(higher),
    umin: choose(lower),
    umax: choose(higher),
    min_t: chooseAs(lower),
    max_t: chooseAs(higher),
    min_not_zero: {
      run: (_context, args) => {
        const known = alike(args).filter((value) => value.bits !== 0n);
        return known.length > 0 ? known.reduce(lower) : args[0];
      },
    },
    clamp: {
      run: (_context, args) => {
        const [value, low, high] = alike(args);
        return value && low && high ? clamp(value, low, high) : VOID_VALUE;
      },
    },
    clamp_t: {
      run: (_context, [type, ...rest]) => {
        const [value, low, high] = rest.map((arg) => convert(arg, type?.type ?? UNSIGNED_LONG));
        return value && low && high ? clamp(value, low, high) : VOID_VALUE;
      },
    },
    clamp_val: {
      run: (_context, [value, low, high]) =>
        value && low && high ? clamp(value, convert(low, value.type), convert(high, value.type)) : VOID_VALUE,
    },
    abs: {
      run: (_context, [value]) => {
        if (!value) return VOID_VALUE;
        const number = numberOf(value);
        return convert({ type: UNSIGNED_LONG, bits: BigInt.asUintN(64, number < 0n ? -number : number) }, value.type);
      },
    },
    /** within(addr, start, end) and within_inclusive(): the helpers of set_memory.c. */
    within: onWords((x = 0n, start = 0n, end = 0n) => (x >= start && x < end ? 1n : 0n), INT),
    within_inclusive: onWords((x = 0n, start = 0n, end = 0n) => (x >= start && x <= end ? 1n : 0n), INT),
    mul_u64_u32_shr: onWords((a = 0n, b = 0n, shift = 0n) => (a * b) >> shift),
    div_u64: onWords((a = 0n, b = 0n) => (b === 0n ? 0n : a / b)),
    div64_u64: onWords((a = 0n, b = 0n) => (b === 0n ? 0n : a / b)),
  },
};
