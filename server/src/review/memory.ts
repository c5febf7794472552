/**
 * What a review remembers of the one before it, so that an edit in one patch of a long series is an analysis of that
 * patch and those behind it only. Entries that a review did not use are forgotten when it ends.
 */
export interface ReviewMemory {
  /** The remembered value for a key, or what `make` gives. The id stands for the key in keys that build on it. */
  recall<T>(key: string, make: () => T): { readonly id: number; readonly value: T };
  /** Ends a review. */
  forgetUnused(): void;
}

interface Entry {
  readonly id: number;
  readonly value: unknown;
}

export function createReviewMemory(): ReviewMemory {
  let entries = new Map<string, Entry>();
  let used = new Map<string, Entry>();
  let next = 1;
  return {
    recall<T>(key: string, make: () => T) {
      const known = entries.get(key) ?? used.get(key);
      const entry = known ?? { id: next++, value: make() };
      used.set(key, entry);
      return entry as { readonly id: number; readonly value: T };
    },
    forgetUnused() {
      entries = used;
      used = new Map();
    },
  };
}
