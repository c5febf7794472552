import { expect, test } from 'vitest';
import { expandFrom } from '../../server/src/patch/expand.ts';
import { readPatch } from '../../server/src/patch/read.ts';

const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
const file = (all: readonly string[]) => `${all.join('\n')}\n`;
const diff = (body: string) => `--- a/x.c\n+++ b/x.c\n${body}`;

/** The post-image that expanding gives, or null. */
function check(patch: string, preImage: string): string | null {
  const [diffed] = readPatch(patch).messages.flatMap((message) => message.files);
  const expanded = diffed ? expandFrom(diffed, preImage) : null;
  const [hunk] = expanded?.hunks ?? [];
  return hunk ? file(hunk.lines.filter((line) => line.kind !== 'removed').map((line) => line.text)) : null;
}

const hunk = '@@ -5,3 +5,4 @@\n line 5\n-line 6\n+line six\n+line six and a half\n line 7\n';
const wanted = file([...lines(1, 5), 'line six', 'line six and a half', ...lines(7, 20)]);

test('a hunk applies where it says', () => {
  expect(check(diff(hunk), file(lines(1, 20)))).toBe(wanted);
});

test('a hunk applies with an offset', () => {
  expect(check(diff(hunk), file(['new', 'new', ...lines(1, 20)]))).toBe(
    file(['new', 'new', ...wanted.trimEnd().split('\n')]),
  );
});

test('a hunk applies with fuzz, and the file keeps its own context', () => {
  const changed = file([...lines(1, 4), 'line five', ...lines(6, 20)]);
  expect(check(diff(hunk), changed)).toBe(wanted.replace('line 5\n', 'line five\n'));
});

test('a hunk that does not apply gives nothing', () => {
  expect(check(diff(hunk), file(lines(100, 120)))).toBeNull();
});

test('lines the mail does not show stand at the header of the hunk before them', () => {
  const [diffed] = readPatch(diff(hunk)).messages.flatMap((message) => message.files);
  const expanded = diffed && expandFrom(diffed, file(lines(1, 20)));
  const last = expanded?.hunks[0]?.lines.at(-1);
  expect(last).toMatchObject({ text: 'line 20', line: diffed?.hunks[0]?.line, oldLine: 20, newLine: 21 });
});
