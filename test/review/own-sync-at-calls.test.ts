/** A narrow hook behind a sync of the patch's own that does more than it is asked for: what of it is the hook's fault. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { type CParser, loadParser } from '../../server/src/c/parse/parser.ts';
import { review } from '../../server/src/review/review.ts';
import { withoutMarks } from './annotated.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});

const patch = withoutMarks(
  readFileSync(new URL('../fixtures/review/own-rounding.mbox.patch', import.meta.url), 'utf8'),
);
const START = 'start = round_down(start, PUD_SIZE);';
const END = 'end = round_up(end, PUD_SIZE);';

interface Case {
  readonly name: string;
  readonly edits: readonly (readonly [string, string])[];
  /** Errors at the hook. */
  readonly errors: readonly string[];
}

const cases: readonly Case[] = [
  { name: 'rounds out', edits: [], errors: [] },
  {
    name: 'takes everything, and takes too long where a request has many pages',
    edits: [
      [START, 'start = PAGE_OFFSET;'],
      [END, 'end = start + direct_mapping_size;'],
    ],
    errors: [],
  },
  { name: 'rounds the start only', edits: [[END, 'end = PAGE_ALIGN(end);']], errors: ['partial-sync'] },
  {
    name: 'rounds if something unknown says so',
    edits: [[START, 'start = rounding_wanted() ? round_down(start, PUD_SIZE) : start;']],
    errors: ['partial-sync'],
  },
  // These are the sync's own faults, and not its caller's.
  {
    name: 'leaves out the last KeyID',
    edits: [['keyid <= mktme_nr_keyids()', 'keyid < mktme_nr_keyids()']],
    errors: [],
  },
  {
    name: 'writes the KeyID of the mapping before',
    edits: [['(unsigned long)keyid << ', '(unsigned long)(keyid - 1) << ']],
    errors: [],
  },
  {
    name: "copies back to KeyID-0's mapping, of which nothing else is believed",
    edits: [['set_pte(to, __pte(val ? with_keyid(val, keyid) : 0));', 'set_pte(from, *to);']],
    errors: ['partial-sync'],
  },
];

test.each(cases)('$name', ({ edits, errors }) => {
  const text = edits.reduce((before, [from, to]) => {
    expect(before).toContain(from);
    return before.replace(from, to);
  }, patch);
  const findings = review(text, { file: 'x', parser }).patches.flatMap((each) => each.findings);
  const atHook = findings.filter((finding) => finding.function === 'cpa_sync' && finding.severity === 'error');
  expect([...new Set(atHook.map(({ rule }) => rule))]).toEqual(errors);
});

test('what hangs on a number of rounds that nobody knows is no fault of the sync', () => {
  const text = patch.replace('keyid <= mktme_nr_keyids()', 'keyid <= keyids_wanted()');
  expect(text).not.toBe(patch);
  const findings = review(text, { file: 'x', parser }).patches.flatMap((each) => each.findings);
  expect(findings.filter(({ rule }) => rule === 'faulty-sync')).toEqual([]);
});
