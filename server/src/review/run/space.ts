/** What kind of address something is, in the field's words. */
import type { Address } from '../../../../engine/src/address.ts';
import type { Layout } from '../../../../engine/src/layout.ts';

export function whatIs(address: Address, layout: Layout): string {
  const offset = address - layout.pageOffset;
  if (offset >= 0n && offset < layout.directMappingSize) return "KeyID-0's direct mapping";
  const keyId = offset >= 0n ? offset / layout.directMappingSize : -1n;
  if (keyId >= 1n && keyId <= BigInt(layout.keyIds)) return `KeyID-${keyId}'s direct mapping`;
  if (address === 0n) return 'NULL';
  if (address < 1n << 47n) return 'a physical (or user) address';
  if (address >= 0xffffffff80000000n) return 'the kernel text mapping';
  return 'vmalloc space';
}
