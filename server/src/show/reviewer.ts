import type { PatchFile } from '../patch/model.ts';
import type { Report, ReviewOptions } from '../review/report.ts';

/** What a front end needs of the core. The entry points put the real one in; tests put in a fake. */
export interface Reviewer {
  /** Reviews one input. Synchronous: the caller decides when the time is right. */
  review(input: Uint8Array | string, options: ReviewOptions): Report;
  /** Reads the same input as messages, files and hunks. */
  read(input: Uint8Array | string): PatchFile;
}
