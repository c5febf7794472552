import { loadParser } from '../c/parse/parser.ts';
import { readPatch } from '../patch/read.ts';
import { createReviewMemory, type ReviewMemory } from '../review/memory.ts';
import { review } from '../review/review.ts';
import type { Reviewer } from './reviewer.ts';

/** The real reviewer; loading the C parser is what takes time. Rejects when neither of the parser's two builds loads. */
export async function loadReviewer(): Promise<Reviewer> {
  const parser = await loadParser();
  const memories = new Map<string, ReviewMemory>();
  return {
    review(input, { remember, ...options }) {
      if (!remember) return review(input, { ...options, parser });
      const memory = memories.get(options.file) ?? createReviewMemory();
      memories.set(options.file, memory);
      return review(input, { ...options, parser, memory });
    },
    forget: (file) => void memories.delete(file),
    read: readPatch,
  };
}
