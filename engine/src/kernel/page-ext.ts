/** struct page_ext: what the posted series keeps a page's KeyID in. */
import type { Address } from '../address.ts';
import type { Layout } from '../layout.ts';
import { INT, structOf } from './ctype.ts';
import type { Memory } from './memory.ts';
import { pfnOfPage } from './page.ts';

export const PAGE_EXT = structOf('page_ext');

const known = new WeakMap<Memory, Map<bigint, Address>>();

/** lookup_page_ext() of a frame. It is made when first asked for, all zero: pages are KeyID-0's until somebody says otherwise. */
export function pageExtOf(memory: Memory, pfn: bigint): Address {
  const all = known.get(memory) ?? new Map<bigint, Address>();
  known.set(memory, all);
  const there = all.get(pfn) ?? memory.allocate(PAGE_EXT, 'page_ext', { zero: true });
  all.set(pfn, there);
  return there;
}

const keyIdField = (memory: Memory, pfn: bigint): Address =>
  pageExtOf(memory, pfn) + (memory.field('page_ext', 'keyid')?.offset ?? 0n);

/** page_keyid() */
export const pageKeyId = (memory: Memory, pfn: bigint): bigint =>
  known.get(memory)?.has(pfn) ? memory.load(keyIdField(memory, pfn), INT).bits : 0n;

export const setPageKeyId = (memory: Memory, pfn: bigint, keyId: bigint): void =>
  memory.store(keyIdField(memory, pfn), { type: INT, bits: keyId });

/** page_to_virt(): the page in its KeyID's direct mapping. */
const keyIdAddress = (memory: Memory, { pageOffset, directMappingSize }: Layout, pfn: bigint): Address =>
  BigInt.asUintN(64, pageOffset + pageKeyId(memory, pfn) * directMappingSize + (pfn << 12n));

/** The same from a struct page. */
export const keyIdAddressOfPage = (memory: Memory, layout: Layout, page: Address): Address =>
  keyIdAddress(memory, layout, pfnOfPage(layout, page));
