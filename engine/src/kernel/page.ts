/** struct page of a frame: vmemmap is an array of 64-byte structs, one per page of RAM. */
import type { Address } from '../address.ts';
import type { Layout } from '../layout.ts';

const BYTES_PER_PAGE_STRUCT = 64n;

/** VMEMMAP_START without KASLR. */
export const vmemmapStart = (layout: Layout): Address =>
  layout.pagingLevels === 5 ? 0xffd4000000000000n : 0xffffea0000000000n;

/** pfn_to_page() */
export const pageOfPfn = (layout: Layout, pfn: bigint): Address => vmemmapStart(layout) + pfn * BYTES_PER_PAGE_STRUCT;

/** page_to_pfn() */
export const pfnOfPage = (layout: Layout, page: Address): bigint =>
  (page - vmemmapStart(layout)) / BYTES_PER_PAGE_STRUCT;

/** page_address() of a page with KeyID-0. */
export const addressOfPage = (layout: Layout, page: Address): Address =>
  layout.pageOffset + (pfnOfPage(layout, page) << 12n);
