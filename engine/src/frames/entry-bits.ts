import { bitsOf, FLAG_BITS, FLAGS, KEY_SHIFT, keyOddness } from '../flags.ts';
import { ENTRY_FRAME_MASK, PAGE_BIT } from '../kernel/constants.ts';
import type { Layout } from '../layout.ts';
import type { Flag } from '../machine.ts';
import { ENTRY_PAGES, type Leaf, type Level, leafOf } from '../table/span.ts';

/** Page-table entries as x86-64 has them. */

export const PRESENT = PAGE_BIT.present;
export const PSE = PAGE_BIT.pse;
/** _PAGE_TABLE: present, writable, user, accessed, dirty; what the populate functions of init_mm hook tables with. */
export const TABLE_BITS = 0x067n;

const hardware: Readonly<Record<Flag, bigint>> = PAGE_BIT;

/** Which address bits are the KeyID. */
export interface KeyBits {
  readonly shift: bigint;
  readonly mask: bigint;
}

/** mktme_keyid_shift() and mktme_keyid_mask() of a machine. */
export const keyBitsOf = ({ keyIds, keyIdShift }: Layout): KeyBits => {
  const width = keyIds === 0 ? 0n : BigInt(keyIds.toString(2).length);
  const shift = BigInt(keyIdShift);
  return { shift, mask: ((1n << width) - 1n) << shift };
};

/** The physical address in an entry, without KeyID bits. */
export const addressIn = (entry: bigint, key: KeyBits): bigint => entry & ENTRY_FRAME_MASK & ~key.mask;

export const isTablePointer = (entry: bigint, level: number): boolean =>
  level > 0 && (entry & PRESENT) !== 0n && (entry & PSE) === 0n;

const bitsByAttr = new Map<number, bigint>();

const hardwareBits = (attr: number): bigint => {
  const known = bitsByAttr.get(attr);
  if (known !== undefined) return known;
  let bits = 0n;
  for (const flag of FLAGS) if ((attr & bitsOf([flag])) !== 0) bits |= hardware[flag];
  bitsByAttr.set(attr, bits);
  return bits;
};

/** The entry for a leaf that maps `page` of a mapping whose KeyID is `keyId`. */
export const entryOfLeaf = (leaf: Leaf, level: Level, page: number, keyId: number, key: KeyBits): bigint => {
  const entry = PRESENT | (level > 0 ? PSE : 0n) | (BigInt(leaf.delta + page) << 12n) | hardwareBits(leaf.attr);
  return entry | (BigInt(keyId ^ keyOddness(leaf.attr)) << key.shift);
};

/** The leaf that an entry is, where `page` of KeyID `keyId`'s mapping has it; null if it maps nothing. */
export const leafOfEntry = (entry: bigint, level: Level, page: number, keyId: number, key: KeyBits): Leaf | null => {
  if ((entry & PRESENT) === 0n) return null;
  let attr = 0;
  for (const flag of FLAGS) if ((entry & hardware[flag]) !== 0n) attr |= bitsOf([flag]);
  const odd = Number((entry & key.mask) >> key.shift) ^ keyId;
  const pages = ENTRY_PAGES[level];
  const pfn = Number(addressIn(entry, key) >> 12n);
  return leafOf((attr & FLAG_BITS) | (odd << KEY_SHIFT), pfn - (pfn % pages) - page);
};
