/** What kind of address something is, and where a range lies, in the field's words. */
import type { Address, Range } from '../../../../engine/src/address.ts';
import { pageOfPfn, vmemmapStart } from '../../../../engine/src/kernel/page.ts';
import type { Layout } from '../../../../engine/src/layout.ts';
import { canonicalMapping } from './ranges.ts';
import type { SyncCall } from './run.ts';

export function whatIs(address: Address, layout: Layout): string {
  const offset = address - layout.pageOffset;
  if (offset >= 0n && offset < layout.directMappingSize) return "KeyID-0's direct mapping";
  const keyId = offset >= 0n ? offset / layout.directMappingSize : -1n;
  if (keyId >= 1n && keyId <= BigInt(layout.keyIds)) return `KeyID-${keyId}'s direct mapping`;
  if (address === 0n) return 'NULL';
  const half = layout.pagingLevels === 5 ? 1n << 56n : 1n << 47n;
  if (address < half) return 'a physical (or user) address';
  if (address < (1n << 64n) - half) return 'no canonical address';
  if (address >= 0xffffffff80000000n) return 'the kernel text mapping';
  // One struct page for each frame that a direct mapping may have at most.
  if (address >= vmemmapStart(layout) && address < pageOfPfn(layout, half >> 13n)) return 'vmemmap';
  return 'vmalloc space';
}

/** A range that is not all in KeyID-0's direct mapping: by where it begins, or, if that is well, by where it ends. */
export function whereIs(range: Range, layout: Layout): string {
  const first = whatIs(range.start, layout);
  if (first !== whatIs(layout.pageOffset, layout)) return `is ${first}, not KeyID-0's direct mapping`;
  if (range.start > range.end) return 'ends before it begins';
  return `begins in KeyID-0's direct mapping and goes on into ${whatIs(layout.pageOffset + layout.directMappingSize, layout)}`;
}

/** A call whose range is known, and not all in KeyID-0's direct mapping. */
export function isForeign({ start, end, opaque }: SyncCall, layout: Layout): boolean {
  const mapping = canonicalMapping(layout);
  return opaque === null && start < end && (start < mapping.start || end > mapping.end);
}
