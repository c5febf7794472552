/** A long review in slices: between two of its runs this process hears what else is wanted of it. */
import type { Report, ReviewOptions } from '../review/report.ts';
import type { ReviewProgress } from '../review/review.ts';
import type { Reviewer } from '../show/reviewer.ts';

/** Milliseconds of review between two looks at the mail; a run is never interrupted. */
const SLICE = 40;

export interface Watcher {
  readonly shouldStop: () => boolean;
  readonly onProgress: (progress: ReviewProgress) => void;
}

/** The report, or null once `shouldStop` says so. Throws what the review throws. */
export async function inSlices(
  reviewer: Reviewer,
  input: Uint8Array | string,
  options: ReviewOptions & { readonly remember?: boolean },
  { shouldStop, onProgress }: Watcher,
): Promise<Report | null> {
  if (reviewer.steps === undefined) return reviewer.review(input, options);
  const steps = reviewer.steps(input, options);
  let since = Date.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (Date.now() - since < SLICE) continue;
    onProgress(value);
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (shouldStop()) return null;
    since = Date.now();
  }
}
