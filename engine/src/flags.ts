import type { Flag } from './machine.ts';

/** The attribute bits of a leaf as the model packs them: eight flags, and above them what is odd about the KeyID bits. */

/** Alphabetical: the order in which flags are listed everywhere. */
export const FLAGS: readonly Flag[] = ['accessed', 'dirty', 'global', 'nx', 'pcd', 'pwt', 'rw', 'user'];

const bitOf: Readonly<Record<Flag, number>> = {
  accessed: 1,
  dirty: 2,
  global: 4,
  nx: 8,
  pcd: 16,
  pwt: 32,
  rw: 64,
  user: 128,
};

/** The bits that choose the memory type. */
export const CACHE_BITS = bitOf.pcd | bitOf.pwt;
export const FLAG_BITS = 0xff;
export const RW_BIT = bitOf.rw;
export const NX_BIT = bitOf.nx;
export const USER_BIT = bitOf.user;
export const GLOBAL_BIT = bitOf.global;

/** Above the flags: (KeyID bits of the entry) XOR (the KeyID whose mapping the entry is in). Zero in a sound mapping. */
export const KEY_SHIFT = 8;

export const isFlag = (name: unknown): name is Flag => typeof name === 'string' && Object.hasOwn(bitOf, name);

export const bitsOf = (flags: readonly Flag[]): number => flags.reduce((bits, flag) => bits | bitOf[flag], 0);

const named = new Map<number, readonly Flag[]>();

/** The flags of packed attributes, alphabetically. The same array for the same bits. */
export const flagsOf = (attr: number): readonly Flag[] => {
  const bits = attr & FLAG_BITS;
  const known = named.get(bits);
  if (known) return known;
  const flags = FLAGS.filter((flag) => (bits & bitOf[flag]) !== 0);
  named.set(bits, flags);
  return flags;
};

/** KeyID bits of an entry XOR those of the mapping it is in; see KEY_SHIFT. */
export const keyOddness = (attr: number): number => attr >>> KEY_SHIFT;
