/** Page-table entries and protections as values: reading and making them. No table is touched. */
import {
  type CType,
  INT,
  numberOf,
  structOf,
  UNSIGNED_LONG,
  type Value,
} from '../../../../../engine/src/kernel/ctype.ts';
import { pageOfPfn } from '../../../../../engine/src/kernel/page.ts';
import { P4D_T, PGD_T, PGPROT_T, PMD_T, PTE_T, PUD_T } from '../../../../../engine/src/kernel/structs.ts';
import type { Layout } from '../../../../../engine/src/layout.ts';
import { make } from '../arithmetic.ts';
import type { Builtin, BuiltinContext, BuiltinTable } from '../types.ts';
import { bool, onWords, ulong } from './table.ts';
import { pfnMask } from './variables.ts';

export const LEVELS = ['pte', 'pmd', 'pud', 'p4d', 'pgd'] as const;
export type Level = (typeof LEVELS)[number];

export const ENTRY_TYPES: Readonly<Record<Level, CType>> = {
  pte: PTE_T,
  pmd: PMD_T,
  pud: PUD_T,
  p4d: P4D_T,
  pgd: PGD_T,
};

const PRESENT = 0x1n;
const RW = 0x2n;
const ACCESSED = 0x20n;
const DIRTY = 0x40n;
const PSE = 0x80n;
const GLOBAL = 0x100n;
const PAT_LARGE = 0x1000n;
const NX = 1n << 63n;
const FLAGS = 0xfff0000000000fffn;
const CACHE = 0x98n;
/** Bits that an erratum of one CPU may leave in a cleared entry: not looked at by *_none(). */
const STRAY = ACCESSED | DIRTY;
const PAGE_POINTER: CType = { kind: 'pointer', to: structOf('page') };

/** With four levels the p4d is folded into the pgd, which then always counts as there. */
export const isFolded = (layout: Layout): boolean => layout.pagingLevels === 4;

/** True for an entry that maps a huge page; v4.18 to v6.1's *_large() and *_leaf(). */
export function isLarge(level: Level, bits: bigint): boolean {
  if (level === 'pmd') return (bits & PSE) !== 0n;
  return level === 'pud' && (bits & (PSE | PRESENT)) === (PSE | PRESENT);
}

const SIZE_MASK: Readonly<Record<Level, bigint>> = {
  pte: ~0n,
  pmd: ~((1n << 21n) - 1n),
  pud: ~((1n << 30n) - 1n),
  p4d: ~0n,
  pgd: ~0n,
};

/** The frame that an entry points to: a page, or the next table. Without KeyID bits. */
export function frameOf(level: Level, bits: bigint, layout: Layout): bigint {
  const physical = bits & pfnMask(layout);
  return isLarge(level, bits) ? physical & SIZE_MASK[level] : physical;
}

const on = (compute: (bits: bigint, context: BuiltinContext) => Value): Builtin => ({
  run: (context, [value]) => compute(value?.bits ?? 0n, context),
});

const PRESENT_BITS: Readonly<Record<Level, bigint>> = {
  pte: PRESENT | GLOBAL,
  pmd: PRESENT | GLOBAL | PSE,
  pud: PRESENT,
  p4d: PRESENT,
  pgd: PRESENT,
};

const functions: Record<string, Builtin> = {};
for (const level of LEVELS) {
  const type = ENTRY_TYPES[level];
  const folded = (context: BuiltinContext): boolean => level === 'pgd' && isFolded(context.machine.layout);
  const large = on((bits) => bool(isLarge(level, bits)));
  const value = on((bits) => ulong(bits));
  functions[`${level}_val`] = value;
  functions[`native_${level}_val`] = value;
  functions[`__${level}`] = on((bits) => make(bits, type));
  functions[`native_make_${level}`] = on((bits) => make(bits, type));
  functions[`${level}_flags`] = on((bits) => ulong(bits & FLAGS));
  functions[`${level}_none`] = on((bits, context) => bool(!folded(context) && (bits & ~STRAY) === 0n));
  functions[`${level}_present`] = on((bits, context) => bool(folded(context) || (bits & PRESENT_BITS[level]) !== 0n));
  functions[`${level}_bad`] = on((bits, context) => {
    const table = bits & FLAGS & ~(0x4n | NX);
    return bool(!folded(context) && table !== (PRESENT | RW | ACCESSED | DIRTY));
  });
  functions[`${level}_large`] = large;
  functions[`${level}_leaf`] = large;
  functions[`${level}_huge`] = large;
  functions[`${level}_trans_huge`] = large;
  functions[`${level}_pfn`] = on((bits, { machine }) => ulong(frameOf(level, bits, machine.layout) >> 12n));
  functions[`${level}_page`] = on((bits, { machine }) =>
    make(pageOfPfn(machine.layout, frameOf(level, bits, machine.layout) >> 12n), PAGE_POINTER),
  );
  functions[`${level}_pgprot`] = on((bits) => make(bits & FLAGS, PGPROT_T));
  functions[`${level}_write`] = on((bits) => bool((bits & RW) !== 0n));
  functions[`${level}_dirty`] = on((bits) => bool((bits & DIRTY) !== 0n));
  functions[`${level}_young`] = on((bits) => bool((bits & ACCESSED) !== 0n));
  functions[`${level}_wrprotect`] = on((bits) => make(bits & ~RW, type));
  functions[`${level}_mkwrite`] = on((bits) => make(bits | RW, type));
  functions[`${level}_mkdirty`] = on((bits) => make(bits | DIRTY, type));
  functions[`${level}_mkclean`] = on((bits) => make(bits & ~DIRTY, type));
  functions[`${level}_mkyoung`] = on((bits) => make(bits | ACCESSED, type));
  functions[`${level}_mkold`] = on((bits) => make(bits & ~ACCESSED, type));
  functions[`${level}_mkhuge`] = on((bits) => make(bits | PSE, type));
  functions[`${level}_mkexec`] = on((bits) => make(bits & ~NX, type));
  functions[`${level}_same`] = { run: (_context, [a, b]) => bool(a?.bits === b?.bits) };
  functions[`${level}_set_flags`] = onWords((bits = 0n, set = 0n) => bits | set, type);
  functions[`${level}_clear_flags`] = onWords((bits = 0n, clear = 0n) => bits & ~clear, type);
  // pfn_pte(pfn, prot): the frame must fit below the flags; KeyID bits in prot stay.
  functions[`pfn_${level}`] = onWords((pfn = 0n, prot = 0n) => (pfn << 12n) | prot, type);
}

/** enum page_cache_mode to entry bits, with the PAT that the kernel programs. */
const MODES = [0n, 0x8n, 0x10n, 0x18n, 0x98n, 0x88n];
const modeBits = (mode: bigint): bigint => MODES[Number(mode & 7n)] ?? 0n;
const modeOf = (bits: bigint): bigint => BigInt(Math.max(0, MODES.indexOf(bits & CACHE)));

/** The PAT bit sits elsewhere in a huge entry: pgprot_4k_2_large() and back. */
const toLarge = (bits: bigint): bigint => (bits & ~PSE) | ((bits & PSE) << 5n);
const toSmall = (bits: bigint): bigint => (bits & ~(PSE | PAT_LARGE)) | ((bits & PAT_LARGE) >> 5n);

Object.assign(functions, {
  pgprot_val: on((bits) => ulong(bits)),
  __pgprot: { run: (_context, [value]) => make(value ? numberOf(value) : 0n, PGPROT_T) },
  mk_pte: {
    run: ({ machine }, [page, prot]) =>
      make(((((page?.bits ?? 0n) - pageOfPfn(machine.layout, 0n)) / 64n) << 12n) | (prot?.bits ?? 0n), PTE_T),
  },
  pte_exec: on((bits) => bool((bits & NX) === 0n)),
  pte_global: on((bits) => bool((bits & GLOBAL) !== 0n)),
  pte_modify: onWords((bits = 0n, prot = 0n) => (bits & ~FLAGS) | (prot & FLAGS), PTE_T),
  canon_pgprot: onWords((bits = 0n) => bits, PGPROT_T),
  massage_pgprot: onWords((bits = 0n) => bits, UNSIGNED_LONG),
  check_pgprot: onWords((bits = 0n) => bits, UNSIGNED_LONG),
  cachemode2protval: onWords(modeBits),
  cachemode2pgprot: onWords(modeBits, PGPROT_T),
  pgprot2cachemode: onWords(modeOf, INT),
  pgprot_4k_2_large: onWords(toLarge, PGPROT_T),
  pgprot_large_2_4k: onWords(toSmall, PGPROT_T),
  protval_4k_2_large: onWords(toLarge),
  protval_large_2_4k: onWords(toSmall),
} satisfies Record<string, Builtin>);

export const entries: BuiltinTable = { functions, constants: {} };
