/**
 * What a review remembers of the one before it, so that an edit is the analysis of what it concerns and of nothing else.
 * Each place holds one thing, made for one key; places that a review did not use are forgotten when it ends.
 */
export interface ReviewMemory {
  /** What the place holds for the key. Else it is made, from what the place held for another key, if anything. */
  recall<T>(place: string, key: string, make: (last: T | null) => T): Remembered<T>;
  /** The same for what is made in steps. */
  recallSteps<S, T>(place: string, key: string, make: (last: T | null) => Generator<S, T>): Generator<S, Remembered<T>>;
  /** Ends a review. */
  forgetUnused(): void;
}

export interface Remembered<T> {
  /** Stands for place and key in keys that build on it. */
  readonly id: number;
  readonly value: T;
}

interface Entry extends Remembered<unknown> {
  readonly key: string;
}

export function createReviewMemory(): ReviewMemory {
  const entries = new Map<string, Entry>();
  let used = new Set<string>();
  let next = 1;
  const lastOf = <T>(place: string) => {
    used.add(place);
    return entries.get(place) as (Remembered<T> & { readonly key: string }) | undefined;
  };
  const keep = <T>(place: string, key: string, value: T): Remembered<T> => {
    const entry = { id: next++, key, value };
    entries.set(place, entry);
    return entry;
  };
  return {
    recall<T>(place: string, key: string, make: (last: T | null) => T) {
      const last = lastOf<T>(place);
      return last?.key === key ? last : keep(place, key, make(last?.value ?? null));
    },
    *recallSteps<S, T>(place: string, key: string, make: (last: T | null) => Generator<S, T>) {
      const last = lastOf<T>(place);
      return last?.key === key ? last : keep(place, key, yield* make(last?.value ?? null));
    },
    forgetUnused() {
      for (const place of entries.keys()) if (!used.has(place)) entries.delete(place);
      used = new Set();
    },
  };
}
