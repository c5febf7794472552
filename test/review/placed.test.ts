/** What a hunk does not tell the place of is said, and nothing else. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { type CParser, loadParser } from '../../server/src/c/parse/parser.ts';
import { review } from '../../server/src/review/review.ts';
import { withoutMarks } from './annotated.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});

const problemsOf = (patch: string) =>
  review(patch, { file: 'placed.patch', parser }).patches.flatMap(({ problems }) => problems);

test('a declaration without a value needs no place, wherever its hunk begins', () => {
  const pair = readFileSync(new URL('../fixtures/review/kernel-between.patch', import.meta.url), 'utf8');
  expect(problemsOf(withoutMarks(pair))).toEqual([]);
});
