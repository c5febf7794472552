import { loadParser } from '../c/parse/parser.ts';
import { readPatch } from '../patch/read.ts';
import { reviewTogether } from '../review/across.ts';
import { createReviewMemory, type ReviewMemory } from '../review/memory.ts';
import type { ReviewOptions } from '../review/report.ts';
import { type ReviewInput, review, reviewSteps } from '../review/review.ts';
import type { Reviewer } from './reviewer.ts';

/** The real reviewer; loading the C parser is what takes time. Rejects when neither of the parser's two builds loads. */
export async function loadReviewer(): Promise<Reviewer> {
  const parser = await loadParser();
  const memories = new Map<string, ReviewMemory>();
  const inputOf = ({ remember, ...options }: ReviewOptions & { readonly remember?: boolean }): ReviewInput => {
    if (!remember) return { ...options, parser };
    const memory = memories.get(options.file) ?? createReviewMemory();
    memories.set(options.file, memory);
    return { ...options, parser, memory };
  };
  return {
    review: (input, options) => review(input, inputOf(options)),
    steps: (input, options) => reviewSteps(input, inputOf(options)),
    together: (inputs, options) => reviewTogether(inputs, { ...options, parser }),
    forget: (file) => void memories.delete(file),
    read: readPatch,
  };
}
