/** C type names of the kernel, by name: what the parser and the evaluator both go by. */
import {
  BOOL,
  CHAR,
  type CType,
  INT,
  LONG,
  pointerTo,
  structOf,
  UNSIGNED_INT,
  UNSIGNED_LONG,
  VOID,
} from '../../../engine/src/kernel/ctype.ts';

const int = (bits: 8 | 16 | 32 | 64, signed: boolean): CType => ({ kind: 'int', bits, signed });
/** A struct of one word that is passed by value: keeps its name, because C does not mix it with integers. */
const oneWord = (name: string): CType => ({ kind: 'int', bits: 64, signed: false, name });

const WORDS: Record<string, CType> = {
  void: VOID,
  bool: BOOL,
  _Bool: BOOL,
  char: CHAR,
  short: int(16, true),
  int: INT,
  long: LONG,
  unsigned: UNSIGNED_INT,
  signed: INT,
};

const TYPEDEFS: Record<string, CType> = {
  uint: UNSIGNED_INT,
  ulong: UNSIGNED_LONG,
  ushort: int(16, false),
  u_long: UNSIGNED_LONG,
  u_int: UNSIGNED_INT,
  size_t: UNSIGNED_LONG,
  ssize_t: LONG,
  ptrdiff_t: LONG,
  intptr_t: LONG,
  uintptr_t: UNSIGNED_LONG,
  phys_addr_t: UNSIGNED_LONG,
  resource_size_t: UNSIGNED_LONG,
  dma_addr_t: UNSIGNED_LONG,
  pgoff_t: UNSIGNED_LONG,
  loff_t: LONG,
  ktime_t: LONG,
  pid_t: INT,
  irqreturn_t: INT,
  gfp_t: UNSIGNED_INT,
  fmode_t: UNSIGNED_INT,
  vm_fault_t: UNSIGNED_INT,
  umode_t: int(16, false),
  vm_flags_t: UNSIGNED_LONG,
  pteval_t: UNSIGNED_LONG,
  pmdval_t: UNSIGNED_LONG,
  pudval_t: UNSIGNED_LONG,
  p4dval_t: UNSIGNED_LONG,
  pgdval_t: UNSIGNED_LONG,
  pgprotval_t: UNSIGNED_LONG,
  pgtable_t: pointerTo(structOf('page')),
  va_list: pointerTo(VOID),
  cpumask_var_t: pointerTo(structOf('cpumask')),
  cpumask_t: structOf('cpumask'),
  nodemask_t: structOf('nodemask'),
  spinlock_t: structOf('spinlock'),
  raw_spinlock_t: structOf('raw_spinlock'),
  rwlock_t: structOf('rwlock'),
  atomic_t: structOf('atomic'),
  atomic_long_t: structOf('atomic_long'),
  atomic64_t: structOf('atomic64'),
  wait_queue_head_t: structOf('wait_queue_head'),
};

for (const name of ['pte_t', 'pmd_t', 'pud_t', 'p4d_t', 'pgd_t', 'pgprot_t', 'pfn_t', 'swp_entry_t'])
  TYPEDEFS[name] = oneWord(name);
for (const bits of [8, 16, 32, 64] as const) {
  for (const name of [`s${bits}`, `__s${bits}`, `int${bits}_t`]) TYPEDEFS[name] = int(bits, true);
  for (const name of [`u${bits}`, `__u${bits}`, `uint${bits}_t`, `__le${bits}`, `__be${bits}`])
    TYPEDEFS[name] = int(bits, false);
}

const INTEGER_WORDS = new Set(['unsigned', 'signed', 'long', 'short', 'int', 'char', '__signed__']);
const own = (table: Record<string, CType>, name: string): CType | null =>
  Object.hasOwn(table, name) ? (table[name] ?? null) : null;

/** True for a keyword that is (part of) a base type: `unsigned`, `void`, `bool`. */
export const isTypeWord = (word: string): boolean => Object.hasOwn(WORDS, word) || INTEGER_WORDS.has(word);

/**
 * The type that a name stands for: a base type in one or more words (`unsigned long`, in any order), a typedef of the
 * table, or `struct tag`, `union tag`, `enum tag` (an enum is an int). Pointers are not names. null: unknown.
 */
export function typeByName(name: string): CType | null {
  const known = own(WORDS, name) ?? own(TYPEDEFS, name);
  if (known) return known;
  const words = name.trim().split(/\s+/);
  const [first, second] = words;
  if (words.length === 2 && second !== undefined) {
    if (first === 'struct' || first === 'union') return structOf(second);
    if (first === 'enum') return INT;
  }
  return integerOf(words);
}

/** `long unsigned int` and the like; null where a word is not part of an integer type. */
function integerOf(words: readonly string[]): CType | null {
  if (words.length === 0 || !words.every((word) => INTEGER_WORDS.has(word))) return null;
  const signed = !words.includes('unsigned');
  if (words.includes('char')) return int(8, signed);
  if (words.includes('short')) return int(16, signed);
  return int(words.includes('long') ? 64 : 32, signed);
}

/**
 * The type of a typedef name that may be unknown: an unknown name in `_t` is a 64-bit word that keeps its name (the
 * kernel's scalar and one-word typedefs end so), any other is taken for a struct of that name.
 */
export function typeOfTypedef(name: string): CType {
  return typeByName(name) ?? (/_t$/.test(name) ? oneWord(name) : structOf(name));
}
