/** What a rule is given and what it says. */
import type { Message, PatchFile } from '../patch/model.ts';
import type { ImplementationRun } from './implementation/analyse.ts';
import type { Cleared } from './implementation/opinion.ts';
import type { Program } from './program.ts';
import type { Evidence, Finding, Place, RuleSlug, Severity } from './report.ts';
import type { Cause } from './run/causes.ts';
import type { Run, Spot } from './run/run.ts';

/** One scenario: the patched run, and the runs it is held against. */
export interface Trial {
  readonly run: Run;
  /** The kernel as it is without any patch; it runs when first asked for, as what is `before` does. */
  readonly model: Run;
  /** The code before the patch; null where the patch shows nothing of it that differs from the model. */
  readonly before: Run | null;
  /** Why what is stale at the end is stale. */
  readonly causes: readonly Cause[];
  /** What of it is not so with the patch's own sync; null: nothing, or nobody has looked. */
  readonly cleared: Cleared | null;
}

/** A trial's run once more, with an allocation of its syncs that fails, or with MKTME off. */
export interface Failure {
  readonly run: Run;
  /** The kernel's own run, which has no sync that could fail. */
  readonly model: Run;
  readonly trial: Trial;
}

export interface Context {
  readonly file: string;
  readonly patch: PatchFile;
  readonly message: Message;
  readonly post: Program;
  readonly pre: Program;
  readonly trials: readonly Trial[];
  readonly failures: readonly Failure[];
  /** Functions of the patch that reach a sync by the patch's own text. */
  readonly hooked: ReadonlySet<string>;
  /** Runs of the syncs that the patch itself implements. */
  readonly implementations: readonly ImplementationRun[];
  /** Findings of the whole input, once the rules have spoken. */
  readonly found?: readonly Finding[];
}

/** Where a finding stands: a place in code, or a line of the patch that is no code. */
export type At =
  | { readonly spot: Spot }
  | { readonly place: Place; readonly path: string; readonly function: string | null };

export interface Draft {
  readonly rule: RuleSlug;
  readonly severity: Severity;
  readonly at: At;
  readonly message: string;
  /** Drafts at one place with one reason are one finding. */
  readonly reason: string;
  readonly run: Run | null;
  readonly evidence?: Partial<Evidence>;
  readonly related?: readonly { readonly at: At; readonly message: string }[];
  readonly assumptions?: readonly string[];
}

export interface Rule {
  readonly slug: RuleSlug;
  readonly severity: Severity;
  /** The page a user reads: what, why, how to mend it, an example. Markdown. */
  readonly docs: string;
  check(context: Context): readonly Draft[];
}
