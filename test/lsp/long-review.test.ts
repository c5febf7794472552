// A review of many patches: heard of on its way, given up when it is cancelled or no longer wanted.
import { expect, it } from 'vitest';
import type { Reviewer } from '../../server/src/show/reviewer.ts';
import { fakeRead } from '../fixtures/patch-files.ts';
import { fakeReview, MAIL } from '../fixtures/reports.ts';
import { startSession, until } from './session.ts';

const URI = 'file:///patches/series.mbox';
const TOTAL = 50;

/** Takes 50 ms a patch, and counts the patches. */
function slow(): { readonly reviewer: Reviewer; readonly done: () => number } {
  let done = 0;
  const reviewer: Reviewer = {
    review: fakeReview,
    read: fakeRead,
    *steps(input, options) {
      for (let patch = 0; patch < TOTAL; patch += 1) {
        const end = Date.now() + 50;
        while (Date.now() < end);
        done += 1;
        yield { done: patch, total: TOTAL };
      }
      return fakeReview(input, options);
    },
  };
  return { reviewer, done: () => done };
}

it('tells how far it is, and ends when it is cancelled', async () => {
  const { reviewer, done } = slow();
  const { open, told, client } = await startSession({ reviewer });
  await open(URI, MAIL);
  const answer = client.sendRequest<{ items: unknown[] }>('textDocument/diagnostic', { textDocument: { uri: URI } });
  await until(() => told.some(({ params }) => (params as { done?: number }).done === 3));
  await client.sendNotification('mktme/cancel', { uri: URI });
  expect((await answer).items).toEqual([]);
  expect(told.at(-1)).toMatchObject({ method: 'mktme/reviewed', params: { state: 'failed', reason: /cancelled/ } });
  expect(done()).toBeLessThan(TOTAL / 2);
});

it('begins again with the newer text after an edit', async () => {
  const { reviewer, done } = slow();
  const { open, change, client, told } = await startSession({ reviewer });
  await open(URI, MAIL);
  const answer = client.sendRequest<{ items: unknown[] }>('textDocument/diagnostic', { textDocument: { uri: URI } });
  await until(() => done() > 2);
  await change(URI, 2, MAIL.replace('sync_direct_mapping(first, last)', 'wbinvd()'));
  expect((await answer).items).toHaveLength(1);
  expect(done()).toBeLessThan(2 * TOTAL);
  expect(told.filter(({ method }) => method === 'mktme/reviewed')).toHaveLength(1);
}, 10_000);
