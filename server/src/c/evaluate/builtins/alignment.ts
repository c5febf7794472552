/** Rounding and masks: ALIGN, round_up, PFN_UP and their kin. Rounding to a power of two works on the bits, as in the kernel. */
import { INT, pointerTo, VOID } from '../../../../../engine/src/kernel/ctype.ts';
import type { BuiltinTable } from '../types.ts';
import { onCommon, onWords } from './table.ts';

const PAGE = 4096n;
const up = (x: bigint, unit: bigint): bigint => ((x - 1n) | (unit - 1n)) + 1n;
const alignUp = (x: bigint, unit: bigint): bigint => (x + unit - 1n) & ~(unit - 1n);
const alignDown = (x: bigint, unit: bigint): bigint => x & ~(unit - 1n);
const truth = (holds: boolean): bigint => (holds ? 1n : 0n);
const bitLength = (x: bigint): bigint => BigInt(x === 0n ? 0 : x.toString(2).length);
const isPowerOfTwo = (x: bigint): boolean => x !== 0n && (x & (x - 1n)) === 0n;
const divided = (x: bigint, unit: bigint): bigint => (unit === 0n ? 0n : x / unit);

export const alignment: BuiltinTable = {
  constants: {},
  functions: {
    ALIGN: onCommon(alignUp),
    __ALIGN_KERNEL: onCommon(alignUp),
    ALIGN_DOWN: onCommon(alignDown),
    PTR_ALIGN: onCommon(alignUp),
    IS_ALIGNED: onWords((x = 0n, unit = 1n) => truth((x & (unit - 1n)) === 0n), INT),
    round_up: onCommon(up),
    round_down: onCommon(alignDown),
    roundup: onCommon((x = 0n, unit = 1n) => divided(x + unit - 1n, unit) * unit),
    rounddown: onCommon((x = 0n, unit = 1n) => (unit === 0n ? 0n : x - (x % unit))),
    DIV_ROUND_UP: onCommon((x = 0n, unit = 1n) => divided(x + unit - 1n, unit)),
    DIV_ROUND_UP_ULL: onWords((x = 0n, unit = 1n) => divided(x + unit - 1n, unit)),
    DIV_ROUND_DOWN_ULL: onWords((x = 0n, unit = 1n) => divided(x, unit)),
    PAGE_ALIGN: onWords((x = 0n) => alignUp(x, PAGE)),
    PAGE_ALIGN_DOWN: onWords((x = 0n) => alignDown(x, PAGE)),
    PAGE_ALIGNED: onWords((x = 0n) => truth(x % PAGE === 0n), INT),
    offset_in_page: onWords((x = 0n) => x % PAGE),
    PFN_ALIGN: onWords((x = 0n) => alignUp(x, PAGE)),
    PFN_UP: onWords((x = 0n) => BigInt.asUintN(64, x + PAGE - 1n) >> 12n),
    PFN_DOWN: onWords((x = 0n) => x >> 12n),
    PFN_PHYS: onWords((x = 0n) => x << 12n),
    PHYS_PFN: onWords((x = 0n) => x >> 12n),
    page_level_shift: onWords(levelShift, INT),
    page_level_size: onWords((level = 0n) => 1n << levelShift(level)),
    page_level_mask: onWords((level = 0n) => ~((1n << levelShift(level)) - 1n)),
    BIT: onWords((n = 0n) => (n < 64n ? 1n << n : 0n)),
    BIT_ULL: onWords((n = 0n) => (n < 64n ? 1n << n : 0n)),
    BIT_MASK: onWords((n = 0n) => 1n << (n % 64n)),
    GENMASK: onWords(mask),
    GENMASK_ULL: onWords(mask),
    roundup_pow_of_two: onWords((x = 0n) => (x <= 1n ? 1n : 1n << bitLength(x - 1n))),
    rounddown_pow_of_two: onWords((x = 0n) => (x === 0n ? 0n : 1n << (bitLength(x) - 1n))),
    is_power_of_2: onWords((x = 0n) => truth(isPowerOfTwo(x)), INT),
    ilog2: onWords((x = 0n) => bitLength(x) - 1n, INT),
    order_base_2: onWords((x = 0n) => (x <= 1n ? 0n : bitLength(x - 1n)), INT),
    fls: onWords((x = 0n) => bitLength(BigInt.asUintN(32, x)), INT),
    fls64: onWords((x = 0n) => bitLength(x), INT),
    __fls: onWords((x = 0n) => bitLength(x) - 1n),
    ffs: onWords((x = 0n) => lowest(BigInt.asUintN(32, x)) + 1n, INT),
    __ffs: onWords((x = 0n) => lowest(x)),
    __ffs64: onWords((x = 0n) => lowest(x)),
    hweight_long: onWords(weight),
    hweight64: onWords(weight),
    /** get_order(bytes): log2 of the pages that hold them. */
    get_order: onWords((bytes = 0n) => bitLength(bytes === 0n ? 0n : (bytes - 1n) >> 12n), INT),
    lower_32_bits: onWords((x = 0n) => x & 0xffffffffn),
    upper_32_bits: onWords((x = 0n) => x >> 32n),
    PTR_ALIGN_DOWN: onWords(alignDown, pointerTo(VOID)),
  },
};

/** By the level that lookup_address() gives: PG_LEVEL_4K is 1, and each level has 9 bits. */
function levelShift(level = 0n): bigint {
  return 3n + 9n * (level & 7n);
}

function mask(high = 0n, low = 0n): bigint {
  if (high > 63n || low > high) return 0n;
  return ((1n << (high + 1n)) - 1n) & ~((1n << low) - 1n);
}

function lowest(x: bigint): bigint {
  return x === 0n ? -1n : bitLength(x & -x) - 1n;
}

function weight(x = 0n): bigint {
  return BigInt(x.toString(2).replaceAll('0', '').length);
}
