/** The seam to the engine's page tables as physical memory, for code that walks and edits them itself. */
import { MemoryFault, type Region } from '../../../../../engine/src/kernel/memory.ts';
import type { Layout } from '../../../../../engine/src/layout.ts';

/** The page tables of init_mm, 4096-byte frames of 512 entries each. Addresses are physical, in bytes. */
export interface TableFrames {
  /** The table that CR3 points to. */
  readonly root: bigint;
  /** True if the address is in a frame that is, was or can become a table. Only such addresses are loaded and stored. */
  contains(physical: bigint): boolean;
  /** The 8-byte entry at this address. */
  load(physical: bigint): bigint;
  store(physical: bigint, bits: bigint): void;
  /** A zeroed frame; null: out of memory. `maySleep`: the allocation may wait for memory. */
  allocate(maySleep: boolean): bigint | null;
  /** Also of a page that is none of these: that is a mistake of the code under review. */
  free(physical: bigint): void;
  /** Called before something else looks at the machine (a TLB flush): what was stored should be in its tables by then. */
  settle?(): void;
}

/** Table frames as the kernel reaches them, through KeyID-0's direct mapping. Whoever walks tables has no business in other RAM. */
export function frameRegion(frames: TableFrames, layout: Layout): Region {
  const start = layout.pageOffset;
  const wordAt = (address: bigint): bigint => (address - start) & ~7n;
  const notTable = (at: bigint, verb: string): MemoryFault =>
    frames.contains(at - 4096n)
      ? new MemoryFault('out-of-bounds', at + start, `an entry is ${verb} behind the end of its page table`)
      : new MemoryFault(
          'unmapped',
          at + start,
          `an entry is ${verb} at physical 0x${at.toString(16)}, which is no page table`,
        );
  const shiftAt = (address: bigint): bigint => ((address - start) & 7n) * 8n;
  return {
    start,
    end: start + layout.directMappingSize,
    load: (address, bytes) => {
      const at = wordAt(address);
      if (!frames.contains(at)) throw notTable(at, 'read');
      const word = frames.load(at);
      return bytes === 8 ? word : BigInt.asUintN(bytes * 8, word >> shiftAt(address));
    },
    store: (address, bytes, value) => {
      const at = wordAt(address);
      if (!frames.contains(at)) throw notTable(at, 'written');
      if (bytes === 8) {
        frames.store(at, value.bits);
        return true;
      }
      const shift = shiftAt(address);
      const mask = ((1n << BigInt(bytes * 8)) - 1n) << shift;
      frames.store(at, BigInt.asUintN(64, (frames.load(at) & ~mask) | ((value.bits << shift) & mask)));
      return true;
    },
  };
}
