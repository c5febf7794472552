import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { type CParser, loadParser } from '../../server/src/c/parse/parser.ts';
import { review } from '../../server/src/review/review.ts';
import { withMarks, withoutMarks } from './annotated.ts';

const folder = new URL('../fixtures/review/', import.meta.url);
let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});

/** Reviews the patch without its marks and compares the marks it earns with those that stand in it. */
async function check(name: string) {
  const annotated = readFileSync(new URL(name, folder), 'utf8');
  const patch = withoutMarks(annotated);
  const report = review(patch, { file: name, parser });
  expect(report.problems).toEqual([]);
  const findings = report.patches.flatMap((each) => each.findings);
  await expect(withMarks(patch, findings)).toMatchFileSnapshot(`../fixtures/review/${name}`);
}

test.each(readdirSync(folder).filter((name) => name.endsWith('.patch')))('%s', check);
