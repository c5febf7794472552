/** The report: what `review()` says of an input. `--format json` prints the part that report.md fixes. Lines and columns are 1-based. */
import type { Replay } from '../../../engine/src/replay.ts';

export type Severity = 'error' | 'warning' | 'note';

export type RuleSlug =
  | 'missing-sync'
  | 'partial-sync'
  | 'wrong-address-space'
  | 'sync-before-change'
  | 'skipped-flush'
  | 'invalid-operand'
  | 'signature-mismatch'
  | 'faulty-sync'
  | 'early-table-free'
  | 'unpropagated-top-level'
  | 'unhooked-site'
  | 'over-broad-sync'
  | 'redundant-sync'
  | 'unchecked-result'
  | 'sync-in-atomic'
  | 'missing-stub';

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface SiteRange {
  readonly scenario: string;
  readonly start: string;
  readonly end: string;
}

/** How one scenario ended at one sync call: what hover shows. */
export interface SiteRun {
  readonly scenario: string;
  readonly title: string;
  /** The call's operands as they were resolved, in the field's notation: `start = *cpa->vaddr` -> `0xffff888000200000`. */
  readonly operands: readonly { readonly text: string; readonly value: string }[];
  readonly changedBytes: bigint;
  /** 0 for an empty or reversed range. */
  readonly syncedBytes: bigint;
  readonly staleBytes: bigint;
  readonly keyIds: number;
  readonly verdict: 'ok' | 'stale' | 'hole' | 'fault' | 'not reached';
}

export interface Site extends Place {
  readonly kind: 'change' | 'sync' | 'declaration' | 'definition' | 'stub';
  readonly function: string;
  readonly path: string;
  readonly kernelLine: number | null;
  readonly text: string;
  readonly ranges: readonly SiteRange[];
  readonly runs: readonly SiteRun[];
}

export interface Evidence {
  readonly changed: readonly (readonly [string, string])[];
  readonly synced: readonly (readonly [string, string])[];
  readonly stale: readonly {
    readonly keyId: number;
    readonly start: string;
    readonly end: string;
    readonly kind: 'hole' | 'stale' | 'extra';
  }[];
  readonly entriesVisited: number;
  readonly entriesNeeded: number;
}

export interface Related extends Place {
  readonly message: string;
}

export interface Finding extends Place {
  readonly rule: RuleSlug;
  readonly severity: Severity;
  readonly path: string;
  readonly kernelLine: number | null;
  readonly function: string | null;
  readonly message: string;
  /** Id of the scenario whose run is the evidence; null for a purely syntactic rule. */
  readonly scenario: string | null;
  /** Every scenario that shows it, the evidence's first. */
  readonly scenarios: readonly string[];
  readonly evidence: Evidence | null;
  readonly related: readonly Related[];
  /** What the verdict rests on that was not evaluated; empty: nothing. */
  readonly assumptions: readonly string[];
}

export interface ReportProblem {
  readonly line: number;
  readonly message: string;
}

/** One hunk that was run, for the code lens. */
export interface RunHunk extends Place {
  readonly path: string;
  readonly functions: readonly string[];
  /** Scenario ids whose runs executed lines of the hunk. */
  readonly scenarios: readonly string[];
}

/** What was evaluated, modelled, opaque, and not run. */
export interface Confidence {
  readonly evaluated: readonly string[];
  readonly modelled: readonly string[];
  readonly opaque: readonly { readonly what: string; readonly line: number }[];
  readonly notRun: readonly { readonly scenario: string; readonly why: string }[];
}

export interface ScenarioResult {
  readonly id: string;
  readonly title: string;
  readonly ok: boolean;
  readonly sentence: string;
}

export interface PatchReport {
  readonly file: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly subject: string | null;
  readonly author: string | null;
  readonly date: string | null;
  readonly messageId: string | null;
  readonly series: { readonly version: number; readonly index: number; readonly total: number } | null;
  readonly base: 'fragment' | 'tree' | 'blob';
  readonly sites: readonly Site[];
  readonly findings: readonly Finding[];
  readonly problems: readonly ReportProblem[];
  readonly hunks: readonly RunHunk[];
  readonly scenarios: readonly ScenarioResult[];
  readonly confidence: Confidence;
}

/** An edit of the patch file; 1-based, the end exclusive. */
export interface FixEdit {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly newText: string;
}

/** A mend that a review of the edited patch has confirmed. Hunk headers, offsets and the diffstat are edited along. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly FixEdit[];
}

export interface Report {
  readonly patches: readonly PatchReport[];
  /** Problems of the whole input (unreadable, empty). */
  readonly problems: readonly ReportProblem[];
  /** True if nothing of the input could be read as a patch. */
  readonly unreadable: boolean;
  readonly summary: {
    readonly patches: number;
    readonly errors: number;
    readonly warnings: number;
    readonly notes: number;
  };
  /** The run of a scenario over a patch (index into `patches`), made on demand from what the review kept; null: no such run. */
  replay(patch: number, scenario: string, variant: 'patched' | 'unpatched'): Replay | null;
  /** Mends for a finding of a patch (index into `patches`), each tried out; worked out on demand. */
  fixes(patch: number, finding: Finding): readonly Fix[];
}

export interface ReviewOptions {
  /** How the input is named in findings. */
  readonly file: string;
  /** KeyIDs of the simulated machine, 1..63. */
  readonly keyIds?: number;
  readonly pagingLevels?: readonly (4 | 5)[];
  readonly syncs?: readonly SyncConvention[];
  /** Scenarios that are not run: ids, or their first part (`boot`, `hot-add`) for all of a kind. */
  readonly skipScenarios?: readonly string[];
  /** Rules switched off, and changed severities. */
  readonly rules?: Partial<Record<RuleSlug, 'off' | Severity>>;
  /** The kernel tree at hand: content of a path, or null. */
  readonly readKernelFile?: (path: string) => string | null;
  /** Content of a git blob, by (abbreviated) name, or null. */
  readonly readBlob?: (name: string) => string | null;
}

/** Which function is the sync, and how it is told what to copy. */
export interface SyncConvention {
  readonly name: string;
  readonly arguments: 'start-end' | 'start-size' | 'start-pages' | 'pfn-pages' | 'none';
  readonly end: 'exclusive' | 'inclusive';
}
