/** A series in files of its own: `git format-patch -o DIR`, a mail folder. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadParser } from '../../server/src/c/parse/parser.ts';
import { reviewTogether } from '../../server/src/review/across.ts';
import { review } from '../../server/src/review/review.ts';
import { withoutMarks } from './annotated.ts';

const parser = await loadParser();
const mbox = withoutMarks(readFileSync('test/fixtures/review/helper.mbox.patch', 'utf8'));
const mails = mbox.split(/(?=^From \d{40} )/m);

interface Named {
  readonly file: string;
  readonly input: string;
}

const files = mails.map((input, index): Named => ({ file: `000${index + 1}.patch`, input }));

/** Each finding by file and the text of its line. */
const said = (inputs: readonly Named[]) =>
  reviewTogether(inputs, { parser }).flatMap((report) =>
    report.patches.flatMap(({ findings }) =>
      findings.map(({ file, line, rule, message }) => {
        const lines = inputs.find((each) => each.file === file)?.input.split('\n') ?? [];
        return `${file} ${rule} @ ${lines[line - 1]?.slice(1).trim()} ${message.includes('mends this') ? '(mended)' : ''}`.trim();
      }),
    ),
  );

const MENDED = '0001.patch partial-sync @ ret = sync_direct_mapping(va, va + PAGE_SIZE); (mended)';
const BROAD = '0003.patch over-broad-sync @ ret = sync_direct_mapping(va, va + PUD_SIZE);';

test('is one change, whatever the order of the files', () => {
  expect(new Set(said(files))).toEqual(new Set([MENDED, BROAD]));
  expect(new Set(said(files.toReversed()))).toEqual(new Set([MENDED, BROAD]));
});

test('says of each line what it says of the same series in one mbox', () => {
  const whole = review(mbox, { file: 'all', parser }).patches.flatMap(({ findings }) => findings);
  const parts = reviewTogether(files, { parser }).flatMap((report) => report.patches[0]?.findings ?? []);
  expect(parts.map(({ rule, message }) => [rule, message])).toEqual(whole.map(({ rule, message }) => [rule, message]));
});

test('has replays whose lines are those of the file', () => {
  const reports = reviewTogether(files, { parser });
  const [finding] = reports[0]?.patches[0]?.findings ?? [];
  const source = reports[0]?.replay(0, finding?.scenario ?? '', 'patched')?.source ?? [];
  const lines = source.flatMap(({ patchLine, text }) => (patchLine === null ? [] : [{ patchLine, text }]));
  expect(lines.length).toBeGreaterThan(0);
  for (const { patchLine, text } of lines) expect(mails[1]?.split('\n')[patchLine - 1]?.slice(1)).toBe(text);
});

test.each([
  ['patches without number', (input: string) => input.replace(/\[PATCH \d\/3\]/, '[PATCH]')],
  ['two patches of one number', (input: string) => input.replace('[PATCH 3/3]', '[PATCH 1/3]')],
  [
    'the second of another thread',
    (input: string) =>
      input
        .replace('ada@example.org>\n\n', 'ada@example.org>\nIn-Reply-To: <x@example.org>\n\n')
        .replace('<20190701080000.2-2-', '<y.'),
  ],
])('%s stand alone', (_, change) => {
  const changed = files.map((each, index) => ({
    ...each,
    input: index === 1 || !_.includes('second') ? change(each.input) : each.input,
  }));
  expect(said(changed)).not.toContain(MENDED);
});
