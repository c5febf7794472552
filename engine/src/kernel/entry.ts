/** Page-table entries as the 64-bit values that kernel code sees, made from and turned into the machine's leaves. */
import type { Address, PageSize } from '../address.ts';
import type { Layout } from '../layout.ts';
import type { Flag, Mapping } from '../machine.ts';
import { ENTRY_FRAME_MASK, PAGE_BIT } from './constants.ts';

const FLAGS: readonly Flag[] = ['rw', 'user', 'pwt', 'pcd', 'accessed', 'dirty', 'global', 'nx'];

/** The bits of a page protection (pgprot_t) for flags; `present` is added. */
export const protOf = (flags: readonly Flag[]): bigint =>
  flags.reduce((bits, flag) => bits | PAGE_BIT[flag], PAGE_BIT.present);

/** The flags in a protection; null: not present. The PAT bit has no flag: WT and WP look like UC and WC. */
export const flagsOf = (prot: bigint): readonly Flag[] | null =>
  prot & PAGE_BIT.present ? FLAGS.filter((flag) => (prot & PAGE_BIT[flag]) !== 0n) : null;

/** The value of the entry that maps this leaf; huge leaves carry PSE. */
export const entryOf = ({ pfn, flags, page }: Pick<Mapping, 'pfn' | 'flags' | 'page'>): bigint =>
  (pfn << 12n) | protOf(flags) | (page === '4K' ? 0n : PAGE_BIT.pse);

export const pfnOfEntry = (entry: bigint): bigint => (entry & ENTRY_FRAME_MASK) >> 12n;
export const protOfEntry = (entry: bigint): bigint => entry & ~ENTRY_FRAME_MASK;

/** The address that the page walk uses: bits above the top level are the sign (set_mce_nospec() flips bit 63). */
export const walkedAddress = (address: Address, pagingLevels: Layout['pagingLevels']): Address =>
  BigInt.asUintN(64, BigInt.asIntN(pagingLevels === 5 ? 57 : 48, address));

export const HUGE: readonly PageSize[] = ['2M', '1G'];

/** __va() of a physical address: KeyID-0's direct mapping. */
export const virtualOf = (layout: Layout, physical: bigint): Address => layout.pageOffset + physical;

/** True for canonical direct-mapping addresses of RAM: within(address, PAGE_OFFSET, PAGE_OFFSET + max_pfn_mapped). */
export const inMappedRam = (layout: Layout, address: Address): boolean =>
  address >= layout.pageOffset && address < layout.pageOffset + layout.ramBytes;
