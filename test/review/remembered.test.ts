/** Remembering changes nothing: after any edits a review that remembers the one before says what a cold one says. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type CParser, loadParser } from '../../server/src/c/parse/parser.ts';
import { createReviewMemory } from '../../server/src/review/memory.ts';
import type { Report } from '../../server/src/review/report.ts';
import { review } from '../../server/src/review/review.ts';
import { HOOKS } from '../seeded/hooks/index.ts';
import { mbox } from '../seeded/mail.ts';
import { goodChange, patchOf } from '../seeded/seeded.ts';
import { withoutMarks } from './annotated.ts';

const LONG = 600_000;
let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});

const read = (name: string) => readFileSync(new URL(`../fixtures/review/${name}`, import.meta.url), 'utf8');
const seeded = (name: string) => HOOKS.filter((hook) => hook.name === name).map((hook) => patchOf(goodChange(hook)));

/** What a person does to a line: two numbers say where, as shares of the text and of the line. */
type Edit = (line: string, at: number) => string;

const inserted =
  (text: string): Edit =>
  (line, at) =>
    line.slice(0, at) + text + line.slice(at);

const edits: Readonly<Record<string, Edit>> = {
  'a blank at the end': (line) => `${line} `,
  'a blank': inserted(' '),
  'a letter': inserted('x'),
  'a brace': inserted('}'),
  'an opened comment': inserted('/*'),
  'a digit': (line) => line.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)),
  'a line of its own': (line) => `${line}\n+\t;`,
  'an empty line of context': (line) => `${line}\n `,
  'a deleted line': () => '',
  'another sign': (line) => line.replace(/[<>]=?/, '!='),
  'another name': (line) => line.replace(/\b(start|addr|src_\w+)\b/, 'end'),
  'removed instead of added': (line) => line.replace(/^\+/, '-'),
};

interface Step {
  readonly edit: string;
  readonly line: number;
  readonly at: number;
  /** Takes back the edit before it instead. */
  readonly undo: boolean;
}

const steps = fc.record<Step>({
  edit: fc.constantFrom(...Object.keys(edits)),
  line: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  undo: fc.boolean(),
});

function edited(text: string, { edit, line, at }: Step): string {
  const lines = text.split('\n');
  const index = Math.floor(line * lines.length);
  const before = lines[index] ?? '';
  lines[index] = edits[edit]?.(before, Math.floor(at * before.length)) ?? before;
  return lines.join('\n');
}

/** Everything that a report can be asked for. */
const said = ({ patches, problems, summary, replay }: Report) => ({
  patches,
  problems,
  summary,
  replays: patches.flatMap(({ findings }, index) =>
    [...new Set(findings.map(({ scenario }) => scenario))].map(
      (scenario) => scenario && replay(index, scenario, 'patched'),
    ),
  ),
});

function holds(text: string, sessions: number, length: number): void {
  const session = fc.array(steps, { minLength: length, maxLength: length });
  fc.assert(
    fc.property(session, (made) => {
      const memory = createReviewMemory();
      let before = text;
      let now = text;
      review(now, { file: 'x', parser, memory });
      for (const step of made) {
        [before, now] = step.undo ? [now, before] : [now, edited(now, step)];
        expect(said(review(now, { file: 'x', parser, memory }))).toEqual(said(review(now, { file: 'x', parser })));
      }
    }),
    { numRuns: sessions, endOnFailure: true },
  );
}

test('a hook', () => holds(read('cpa-flush.patch'), 4, 6), LONG);
test('a hook in the flow of a request', () => holds(read('request.patch'), 2, 5), LONG);
test('a series', () => holds(read('series.mbox.patch'), 3, 5), LONG);
test('hot-plug', () => holds(read('hot-plug.patch'), 3, 5), LONG);
test(
  'a sync that rounds its range out, and a narrow hook: with the rounding, without, and with another',
  () => {
    const rounds = withoutMarks(read('own-rounding.mbox.patch'));
    const memory = createReviewMemory();
    const faulty = [rounds, rounds.replace(/PUD_SIZE\);\n\+\tend/, 'PAGE_SIZE);\n+\tend'), `\n${rounds}`, rounds].map(
      (text) => {
        const remembered = said(review(text, { file: 'x', parser, memory }));
        expect(remembered).toEqual(said(review(text, { file: 'x', parser })));
        return remembered.summary.errors > 0;
      },
    );
    expect(faulty).toEqual([false, true, false, false]);
  },
  LONG,
);
test(
  'the sync itself, and a hook behind it',
  () => holds(mbox([...seeded('the sync itself'), read('cpa-flush.patch')]), 2, 6),
  LONG,
);
