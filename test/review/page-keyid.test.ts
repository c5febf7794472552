import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadParser } from '../../server/src/c/parse/parser.ts';
import { review } from '../../server/src/review/review.ts';
import { withoutMarks } from './annotated.ts';

test('the replay of a page that is freed with its lines in the caches: used, not flushed, used again', async () => {
  const annotated = readFileSync(new URL('../fixtures/review/page-keyid.patch', import.meta.url), 'utf8');
  const report = review(withoutMarks(annotated), { file: 'page-keyid.patch', parser: await loadParser() });
  const steps = report.replay(0, 'page-keyid/free', 'patched')?.steps ?? [];
  const told = steps.filter(({ kind }) => kind !== 'statement');
  expect(told.map(({ kind, detail }) => `${kind}: ${detail}`)).toEqual([
    'model: the memory is in use',
    'model: write of 8 KiB at 0xffff898004040000 through the mapping of KeyID 1',
    'missing: the lines of KeyID 1 are still in the caches: nothing has flushed them',
    'model: and is used again',
    'model: write of 8 KiB at 0xffff888004040000 through the mapping of KeyID 0',
    'fault: 8 KiB at 0xffff888004040000: lines written through KeyID 1 are not flushed, and the page is used through KeyID 0',
    'return: free_encrypted_page() returns',
  ]);
  const today = report.replay(0, 'page-keyid/free', 'unpatched')?.steps ?? [];
  expect(today.some(({ kind }) => kind === 'cache-flush')).toBe(true);
  expect(today.some(({ kind }) => kind === 'fault')).toBe(false);
});
