import { Frames } from './frames/frames.ts';
import type { Machine } from './machine.ts';

/**
 * The page tables of a machine as code with pointers into them sees them: 64-bit entries, 512 to a page of physical
 * memory. A table gets its page (from the top of RAM down, so that __va() of it lies in KeyID-0's direct mapping) when an
 * entry that points to it is first read. What is stored reaches the machine with commit(); between a store and its
 * commit nothing else may change the machine's tables.
 */
export interface TableFrames {
  readonly machine: Machine;
  /** Physical address of init_mm's pgd page. */
  readonly pgd: bigint;
  /** The byte at this physical address is in a page that is or was a page table, or was allocated here. */
  contains(address: bigint): boolean;
  /** freeFrame() has been called for this page. Reading it still works, as in the kernel. */
  isFreed(address: bigint): boolean;
  /** Entry at an 8-byte-aligned physical address. Throws RangeError where there is no frame. */
  load(address: bigint): bigint;
  store(address: bigint, value: bigint): void;
  /** A zeroed page; null is the failure that failAllocation() asked for. */
  allocFrame(): bigint | null;
  /** Frees a page. Says, as does the event that commit() logs, if an entry still pointed to it or no TLB flush came in between. */
  freeFrame(address: bigint): 'hooked' | 'unflushed' | null;
  /** The n-th allocFrame() from now on fails (1-based); null: none. */
  failAllocation(n: number | null): void;
  /** Pages allocated and freed here so far. */
  readonly counts: { readonly allocations: number; readonly frees: number };
  /** Makes the machine's tables, its events, TLB and cache state what the frames say. One commit is one moment. */
  commit(): void;
}

export const tableFramesOf = (machine: Machine): TableFrames => new Frames(machine);

/** The machine that the frames describe now: commits, and gives the machine. */
export const machineOf = (frames: TableFrames): Machine => {
  frames.commit();
  return frames.machine;
};
