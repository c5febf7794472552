/** Page-table frames that remember which statement wrote and freed what. */
import type { TableFrames } from '../../../../engine/src/frames.ts';
import type { TableFrames as EvaluatedFrames } from '../../c/evaluate/builtins/table-frames.ts';
import type { Spot } from '../run/run.ts';

export interface Journal {
  readonly frames: TableFrames;
  /** The statement that last wrote the entry at a physical address. */
  readonly writers: ReadonlyMap<bigint, Spot>;
  /** The statement that last looked at it. */
  readonly readers: ReadonlyMap<bigint, Spot>;
  /** Statements that freed a page, in order. */
  readonly frees: readonly { readonly spot: Spot | null; readonly fault: 'hooked' | 'unflushed' | null }[];
  /** Statements that asked for a page in an atomic section. */
  readonly atomicAllocations: readonly Spot[];
  readonly allocations: number;
}

export interface JournalInput {
  readonly frames: TableFrames;
  readonly at: { readonly spot: Spot | null };
  isAtomic(): boolean;
}

/** The frames as evaluated code gets them, and what is written down meanwhile. */
export function keepJournal({ frames, at, isAtomic }: JournalInput): {
  readonly journal: Journal;
  readonly access: EvaluatedFrames;
} {
  const writers = new Map<bigint, Spot>();
  const readers = new Map<bigint, Spot>();
  const frees: { spot: Spot | null; fault: 'hooked' | 'unflushed' | null }[] = [];
  const atomicAllocations: Spot[] = [];
  const journal = { frames, writers, readers, frees, atomicAllocations, allocations: 0 };
  return {
    journal,
    access: {
      root: frames.pgd,
      contains: (address: bigint) => frames.contains(address),
      load(address: bigint) {
        if (at.spot) readers.set(address, at.spot);
        return frames.load(address);
      },
      settle: () => frames.commit(),
      store(address: bigint, bits: bigint) {
        if (at.spot) writers.set(address, at.spot);
        frames.store(address, bits);
      },
      allocate() {
        journal.allocations++;
        if (at.spot && isAtomic()) atomicAllocations.push(at.spot);
        return frames.allocFrame();
      },
      free(address: bigint) {
        frees.push({ spot: at.spot, fault: frames.freeFrame(address) });
      },
    },
  };
}
