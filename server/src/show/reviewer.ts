import type { PatchFile } from '../patch/model.ts';
import type { Report, ReviewOptions } from '../review/report.ts';
import type { ReviewProgress } from '../review/review.ts';

/** An input as findings name it. */
export interface Named {
  readonly file: string;
  readonly input: Uint8Array | string;
}

/** What a front end needs of the core. The entry points put the real one in; tests put in a fake. */
export interface Reviewer {
  /**
   * Reviews one input. Synchronous: the caller decides when the time is right. With `remember`, the next review of the same
   * file does again only what the edits in between concern.
   */
  review(input: Uint8Array | string, options: ReviewOptions & { readonly remember?: boolean }): Report;
  /** The same in steps, one before each patch; an iteration that is not finished leaves nothing behind but what is remembered. */
  steps?(
    input: Uint8Array | string,
    options: ReviewOptions & { readonly remember?: boolean },
  ): Generator<ReviewProgress, Report>;
  /** Reviews inputs that may belong together, a series in files of its own for one; a report for each, in their order. */
  together?(inputs: readonly Named[], options: Omit<ReviewOptions, 'file'>): readonly Report[];
  /** Lets go of what `remember` kept for a file. */
  forget?(file: string): void;
  /** Reads the same input as messages, files and hunks. */
  read(input: Uint8Array | string): PatchFile;
}
