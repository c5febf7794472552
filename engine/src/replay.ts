/**
 * A run as a document: what the panel, the terminal and the HTML report draw. Plain JSON: addresses are hex strings
 * ('0xffff888000000000'), ranges half-open. Lanes are relative to each KeyID's own direct mapping, so that lanes that
 * look alike are equal as data.
 */

/** A maximal stretch of one lane that translates uniformly. Offsets are from the start of the KeyID's direct mapping. */
export interface ReplayRun {
  readonly start: string;
  readonly end: string;
  readonly page: '4K' | '2M' | '1G';
  readonly pfn: string;
  readonly flags: readonly string[];
}

/** From `keyIds[0]` to `keyIds[1]`, inclusive: these KeyIDs' mapping of [start, end) is now `runs` (what is missing is not mapped). */
export interface LaneChange {
  readonly keyIds: readonly [number, number];
  readonly start: string;
  readonly end: string;
  readonly runs: readonly ReplayRun[];
}

export type ReplayStepKind =
  | 'statement' // an evaluated line, nothing else happened
  | 'model' // a named step of the kernel's flow around the hunk
  | 'write'
  | 'split'
  | 'collapse'
  | 'table'
  | 'sync' // one whole call; its KeyIDs fold inside
  | 'sync-keyid'
  | 'tlb-flush'
  | 'cache-flush'
  | 'missing' // what the kernel does today and this run did not: drawn crossed out
  | 'fault' // a BUG_ON, a NULL dereference, a failed allocation
  | 'return';

export interface ReplayStep {
  readonly kind: ReplayStepKind;
  /** A few words: 'split 2M', 'sync KeyID 1', 'TLB flush'. */
  readonly label: string;
  /** The whole of it in one sentence. */
  readonly detail: string;
  /** Index into Replay.source of the evaluated line, or null (the kernel's own flow). */
  readonly source: number | null;
  /** Nesting under the step before it with a smaller depth (sync > sync-keyid). */
  readonly depth: number;
  /** Canonical addresses this step concerns, or null. */
  readonly range: readonly [string, string] | null;
  readonly lanes: readonly LaneChange[];
  /** Values that became known, shown behind their source line. */
  readonly values: readonly { readonly source: number; readonly name: string; readonly value: string }[];
}

export interface ReplaySourceLine {
  /** 1-based line of the patch file; null for a line between hunks (a gap mark). */
  readonly patchLine: number | null;
  /** 1-based line of the kernel file (post-image; pre-image for a removed line). */
  readonly kernelLine: number | null;
  readonly path: string;
  readonly function: string;
  readonly kind: 'context' | 'added' | 'removed' | 'gap';
  readonly text: string;
}

/** What the end state says of a stretch; canonical addresses. */
export interface ReplayMark {
  readonly kind: 'changed' | 'synced' | 'swept' | 'hole' | 'stale' | 'extra';
  /** Inclusive; [0, 0] for canonical changes. */
  readonly keyIds: readonly [number, number];
  readonly start: string;
  readonly end: string;
}

export interface Replay {
  readonly schema: 1;
  readonly scenario: { readonly id: string; readonly title: string; readonly call: string };
  readonly variant: 'patched' | 'unpatched';
  readonly verdict: { readonly ok: boolean; readonly sentence: string };
  readonly machine: {
    readonly pagingLevels: 4 | 5;
    readonly pageOffset: string;
    readonly directMappingSize: string;
    readonly ramBytes: string;
    readonly keyIds: number;
  };
  readonly source: readonly ReplaySourceLine[];
  /** Lanes before the first step, for the KeyIDs in groups. Only ranges that hold something. */
  readonly initial: readonly LaneChange[];
  readonly steps: readonly ReplayStep[];
  readonly marks: readonly ReplayMark[];
  readonly cost: { readonly visited: number; readonly needed: number };
}
