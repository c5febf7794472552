/** Page-table frames that remember which statement wrote and freed what. */
import type { TableFrames } from '../../../../engine/src/frames.ts';
import { MachineBug } from '../../../../engine/src/machine.ts';
import type { TableFrames as EvaluatedFrames } from '../../c/evaluate/builtins/table-frames.ts';
import { LimitReached } from '../../c/evaluate/errors.ts';
import type { Spot } from '../run/run.ts';

export interface Free {
  readonly spot: Spot | null;
  readonly fault: 'hooked' | 'unflushed' | null;
}

/** What a variable was set to, and where. */
export interface Assignment {
  readonly name: string;
  readonly bits: bigint;
  readonly spot: Spot;
}

/** An entry was written: the value, and what was assigned since the entry before, in order. */
export interface Written {
  readonly bits: bigint;
  readonly assignments: readonly Assignment[];
}

export interface Journal {
  readonly frames: TableFrames;
  /** The statement that last wrote the entry at a physical address. */
  readonly writers: ReadonlyMap<bigint, Spot>;
  /** What was last written there, and what went before it. */
  readonly written: ReadonlyMap<bigint, Written>;
  /** The statement that last looked at it. */
  readonly readers: ReadonlyMap<bigint, Spot>;
  /** Statements that freed a page, in order. */
  readonly frees: readonly Free[];
  /** The statement that took away the pointer to a table that has not been freed since. */
  readonly unhooked: ReadonlyMap<bigint, Spot>;
  /** Statements that asked for a page in an atomic section. */
  readonly atomicAllocations: readonly Spot[];
  readonly allocations: number;
}

/** What the journal hears of the run besides what the frames go through. */
export interface Listener {
  assigned(name: string, bits: bigint, spot: Spot): void;
}

export interface JournalInput {
  readonly frames: TableFrames;
  readonly at: { readonly spot: Spot | null };
  isAtomic(): boolean;
  /** An allocation has failed. */
  failed(): void;
}

/** Assignments that are remembered between two entries. */
const MOST_ASSIGNMENTS = 32;
/** Code that asks for more pages than any mapping has tables does not come to an end. */
const MOST_PAGES = 65_536;
const FRAME_MASK = 0x000ffffffffff000n;

/** The frames as evaluated code gets them, and what is written down meanwhile. */
export function keepJournal({ frames, at, isAtomic, failed }: JournalInput): {
  readonly journal: Journal;
  readonly access: EvaluatedFrames;
  readonly listener: Listener;
} {
  const writers = new Map<bigint, Spot>();
  const written = new Map<bigint, Written>();
  const readers = new Map<bigint, Spot>();
  const frees: Free[] = [];
  const unhooked = new Map<bigint, Spot>();
  const atomicAllocations: Spot[] = [];
  const journal = { frames, writers, written, readers, frees, unhooked, atomicAllocations, allocations: 0 };
  let recent: Assignment[] = [];
  return {
    journal,
    listener: {
      assigned(name, bits, spot) {
        recent.push({ name, bits, spot });
        if (recent.length > 2 * MOST_ASSIGNMENTS) recent = recent.slice(-MOST_ASSIGNMENTS);
      },
    },
    access: {
      root: frames.pgd,
      contains: (address: bigint) => frames.contains(address),
      load(address: bigint) {
        if (at.spot) readers.set(address, at.spot);
        return frames.load(address);
      },
      settle: () => frames.commit(),
      store(address: bigint, bits: bigint) {
        if (at.spot) {
          writers.set(address, at.spot);
          written.set(address, { bits, assignments: recent });
          const table = frames.load(address) & FRAME_MASK;
          const replaced = table !== 0n && table !== (bits & FRAME_MASK) && frames.contains(table);
          if (replaced && !frames.isFreed(table)) unhooked.set(table, at.spot);
        }
        recent = [];
        frames.store(address, bits);
      },
      allocate(maySleep: boolean) {
        journal.allocations++;
        if (journal.allocations > MOST_PAGES) throw new LimitReached('statements', null, null);
        if (at.spot && maySleep && isAtomic()) atomicAllocations.push(at.spot);
        const page = frames.allocFrame();
        if (page === null) failed();
        return page;
      },
      free(page: bigint) {
        unhooked.delete(page);
        const what = !frames.contains(page)
          ? 'is no page table'
          : frames.isFreed(page)
            ? 'has been freed before'
            : null;
        if (what !== null) throw new MachineBug(`the page 0x${page.toString(16)} is freed, which ${what}`);
        frees.push({ spot: at.spot, fault: frames.freeFrame(page) });
      },
    },
  };
}
