/** The parts of the kernel's address space that code may follow pointers into without an object of the run being there. */

import type { Value } from '../../../../engine/src/kernel/ctype.ts';
import type { Memory, Region } from '../../../../engine/src/kernel/memory.ts';
import { pageOfPfn } from '../../../../engine/src/kernel/page.ts';
import type { Layout } from '../../../../engine/src/layout.ts';

/** Bytes that are really there and of which nothing is known; writes to them are forgotten. */
const unknownBytes = (start: bigint, end: bigint, what: string): Region => ({
  start,
  end,
  load: () => what,
  store: () => true,
});

/** Bytes of which only what the run itself has written is known. */
function rememberedBytes(start: bigint, end: bigint, what: string): Region {
  const written = new Map<bigint, { readonly bytes: number; readonly value: Value }>();
  return {
    start,
    end,
    load: (address, bytes) => {
      const known = written.get(address);
      if (known?.bytes !== bytes) return what;
      return known.value.opaque ?? known.value.bits;
    },
    store: (address, bytes, value) => {
      for (let at = address & ~7n; at < address + BigInt(bytes); at++) written.delete(at);
      written.set(address, { bytes, value });
      return true;
    },
  };
}

/** Maps struct pages of RAM (vmemmap) and the direct mappings' contents. */
export function mapHostMemory(memory: Memory, layout: Layout): void {
  const start = pageOfPfn(layout, 0n);
  const end = pageOfPfn(layout, layout.ramBytes >> 12n);
  memory.mapRegion(rememberedBytes(start, end, 'the contents of a struct page'));
  for (let keyId = 0n; keyId <= BigInt(layout.keyIds); keyId++) {
    const start = layout.pageOffset + keyId * layout.directMappingSize;
    memory.mapRegion(unknownBytes(start, start + layout.ramBytes, 'the contents of RAM'));
  }
}
