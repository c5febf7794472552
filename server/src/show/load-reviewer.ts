import { loadParser } from '../c/parse/parser.ts';
import { readPatch } from '../patch/read.ts';
import { review } from '../review/review.ts';
import type { Reviewer } from './reviewer.ts';

/** The real reviewer; loading the C parser is what takes time. Rejects when neither of the parser's two builds loads. */
export async function loadReviewer(): Promise<Reviewer> {
  const parser = await loadParser();
  return { review: (input, options) => review(input, { ...options, parser }), read: readPatch };
}
