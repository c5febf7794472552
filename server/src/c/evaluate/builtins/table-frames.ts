/** The seam to the engine's page tables as physical memory, for code that walks and edits them itself. */
import type { Region } from '../../../../../engine/src/kernel/memory.ts';
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
  /** A zeroed frame; null: out of memory. */
  allocate(): bigint | null;
  free(physical: bigint): void;
  /** Called before something else looks at the machine (a TLB flush): what was stored should be in its tables by then. */
  settle?(): void;
}

/** Table frames as the kernel reaches them, through KeyID-0's direct mapping. Other RAM is left to other regions. */
export function frameRegion(frames: TableFrames, layout: Layout): Region {
  const start = layout.pageOffset;
  const wordAt = (address: bigint): bigint => (address - start) & ~7n;
  const shiftAt = (address: bigint): bigint => ((address - start) & 7n) * 8n;
  return {
    start,
    end: start + layout.directMappingSize,
    load: (address, bytes) => {
      const at = wordAt(address);
      if (!frames.contains(at)) return null;
      const word = frames.load(at);
      return bytes === 8 ? word : BigInt.asUintN(bytes * 8, word >> shiftAt(address));
    },
    store: (address, bytes, value) => {
      const at = wordAt(address);
      if (!frames.contains(at)) return false;
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
