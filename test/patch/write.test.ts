/** An edited patch is still a patch: git applies it, the result is what was asked for, and the diffstat is true. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FileDiff, HunkLine, PatchFile } from '../../server/src/patch/model.ts';
import { readPatch } from '../../server/src/patch/read.ts';
import { applyEdits, editPatch, type LineEdit } from '../../server/src/patch/write.ts';
import { diffLines, type Edit, edits, newLines, oldLines } from './generate.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'patch-write-'));
  execFileSync('git', ['init', '-q', directory]);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const git = (args: readonly string[], input: string) =>
  execFileSync('git', ['apply', ...args], { cwd: directory, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });

function put(path: string, lines: readonly string[]): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), lines.map((line) => `${line}\n`).join(''));
}

const content = (path: string) =>
  existsSync(join(directory, path)) ? readFileSync(join(directory, path), 'utf8') : null;

const count = (edit: Edit, kind: 'added' | 'removed') => edit.script.filter((line) => line.kind === kind).length;

/** A mail with the diffstat that belongs to it. */
function mailOf(files: readonly Edit[]): string {
  const stat = files.map((edit) => {
    const [added, removed] = [count(edit, 'added'), count(edit, 'removed')];
    return ` ${edit.path} | ${added + removed} ${'+'.repeat(added)}${'-'.repeat(removed)}`;
  });
  const sum = (kind: 'added' | 'removed') => files.reduce((n, edit) => n + count(edit, kind), 0);
  const summary = ` ${files.length} files changed, ${sum('added')} insertions(+), ${sum('removed')} deletions(-)`;
  const diff = diffLines(files, { git: true, prefix: true, stripBlank: false });
  return [
    'From: a@example.org',
    'Subject: [PATCH] x',
    '',
    'Text.',
    '---',
    ...stat,
    summary,
    '',
    ...diff,
    '-- ',
    '2.20.1',
    '',
  ].join('\n');
}

/** The numbers of the mail's diffstat, as `git apply --numstat` prints them, in sum. */
function statOf(mail: string): { readonly perFile: ReadonlyMap<string, number>; readonly summary: string } {
  const lines = mail.split('\n');
  const rows = lines.flatMap((line) => {
    const match = /^ (\S+) +\| +(\d+)/.exec(line);
    return match ? [[match[1] ?? '', Number(match[2])] as const] : [];
  });
  return { perFile: new Map(rows), summary: lines.find((line) => / files? changed/.test(line)) ?? '' };
}

const inserted = fc.array(fc.constantFrom('', '\tif (!cache)', '-- ', '+++ b/x', ' x', 'ä = 1;', '@@ -1 +1 @@'), {
  maxLength: 3,
});
const change = fc.record(
  { place: fc.nat(), before: inserted, text: inserted, after: inserted },
  { requiredKeys: ['place'] },
);

interface Wanted {
  readonly place: number;
  readonly before?: string[];
  readonly text?: string[];
  readonly after?: string[];
}

/** Spreads random changes over the editable lines of a file; one change for each line. */
function spread(file: FileDiff, wanted: readonly Wanted[]): LineEdit[] {
  const lines = file.hunks.flatMap((hunk) =>
    hunk.lines.filter(
      (line, n) => line.kind !== 'removed' && !(line.kind === 'context' && n === hunk.lines.length - 1),
    ),
  );
  const chosen = new Map<HunkLine, LineEdit>();
  for (const { place, ...what } of wanted) {
    const at = lines[place % Math.max(lines.length, 1)];
    if (at) chosen.set(at, { at, ...what });
  }
  return [...chosen.values()];
}

function expectedLines(edit: Edit, changes: readonly LineEdit[]): string[] {
  const byNumber = new Map(changes.map((c) => [c.at.newLine, c]));
  return newLines(edit).flatMap((text, n) => {
    const c = byNumber.get(n + 1);
    return c ? [...(c.before ?? []), ...(c.text ?? [text]), ...(c.after ?? [])] : [text];
  });
}

function check(patch: PatchFile, files: readonly Edit[], number: number, wanted: readonly Wanted[]): void {
  const message = patch.messages[0];
  const file = message?.files[number];
  const edit = files[number];
  if (!message || !file || !edit) throw new Error('the generated mail was not read');
  const changes = spread(file, wanted);
  const result = editPatch(patch, message, file, changes);
  if (result.edits === null) {
    expect(result.refused).toMatch(/^Nothing would remain/);
    return;
  }
  const mail = applyEdits(patch, result.edits);
  for (const each of files) put(each.path, oldLines(each));
  const zero = files.some((each) => each.context === 0) ? ['--unidiff-zero'] : [];
  git([...zero, '--check'], mail);
  const numbers = new Map(
    git([...zero, '--numstat'], mail)
      .trim()
      .split('\n')
      .map((row) => row.split('\t'))
      .map(([added, removed, path]) => [path ?? '', [Number(added), Number(removed)] as const]),
  );
  git(zero, mail);
  for (const each of files) {
    const lines = each === edit ? expectedLines(each, changes) : newLines(each);
    expect(content(each.path)).toBe(lines.map((line) => `${line}\n`).join(''));
  }
  const sums = [...numbers.values()].reduce(([a, r], [added, removed]) => [a + added, r + removed], [
    0, 0,
  ] as readonly number[] as [number, number]);
  const stat = statOf(mail);
  expect(Object.fromEntries(stat.perFile)).toEqual(
    Object.fromEntries([...numbers].map(([path, [added, removed]]) => [path, added + removed])),
  );
  const summary = /(\d+) files? changed(?:, (\d+) ins\w+\(\+\))?(?:, (\d+) del\w+\(-\))?/.exec(stat.summary);
  expect(summary?.slice(1).map((n) => Number(n ?? '0'))).toEqual([numbers.size, ...sums]);
  const again = readPatch(mail);
  expect([...again.problems, ...again.messages.flatMap((m) => m.problems)]).toEqual([]);
}

describe('an edited patch', () => {
  test('is taken by git apply and does what was asked', () => {
    const plain = edits.filter((files) =>
      files.every((edit) => edit.script.every((line) => !/[\0\r]/.test(line.text))),
    );
    fc.assert(
      fc.property(plain, fc.nat(), fc.array(change, { minLength: 1, maxLength: 4 }), (files, number, wanted) => {
        const patch = readPatch(mailOf(files));
        check(patch, files, number % files.length, wanted as Wanted[]);
      }),
      { numRuns: 100 },
    );
  });

  test('keeps quote marks and CRLF', () => {
    const diff = ['diff --git a/x.c b/x.c', '--- a/x.c', '+++ b/x.c', '@@ -1,2 +1,3 @@ f', ' {', '+\ta();', ' }'];
    const patch = readPatch(`From: a@b\r\nSubject: x\r\n\r\n${diff.map((line) => `> ${line}\r\n`).join('')}`);
    const message = patch.messages[0];
    const file = message?.files[0];
    const [first, second] = file?.hunks[0]?.lines ?? [];
    if (!message || !file || !first || !second) throw new Error('not read');
    const result = editPatch(patch, message, file, [
      { at: first, after: ['\tint ret;'] },
      { at: second, text: ['\tret = a();', '\treturn ret;'] },
    ]);
    expect(result.refused).toBeNull();
    expect(
      applyEdits(patch, result.edits ?? [])
        .split('\r\n')
        .slice(6),
    ).toEqual(['> @@ -1,2 +1,5 @@ f', '>  {', '> +\tint ret;', '> +\tret = a();', '> +\treturn ret;', '>  }', '']);
  });

  test('keeps the note of a missing final newline with the line that ends the file', () => {
    const note = '\\ No newline at end of file';
    const patch = readPatch(['--- a/x.c', '+++ b/x.c', '@@ -1 +1 @@', '-a', note, '+b', note, ''].join('\n'));
    const message = patch.messages[0];
    const file = message?.files[0];
    const added = file?.hunks[0]?.lines[1];
    if (!message || !file || !added) throw new Error('not read');
    const result = editPatch(patch, message, file, [{ at: added, text: ['c', 'd'] }]);
    const edited = applyEdits(patch, result.edits ?? []);
    writeFileSync(join(directory, 'x.c'), 'a');
    git([], edited);
    expect(content('x.c')).toBe('c\nd');
    expect(editPatch(patch, message, file, [{ at: added, after: ['e'] }]).refused).toMatch(/final newline/);
  });

  test.each([
    ['base64', 'Content-Transfer-Encoding: base64', (diff: string) => `${Buffer.from(diff).toString('base64')}\n`],
    ['quoted-printable', 'Content-Transfer-Encoding: quoted-printable', (diff: string) => diff],
  ])('is refused in %s', (_, field, encode) => {
    const diff = '--- a/x.c\n+++ b/x.c\n@@ -1 +1,2 @@\n+a\n b\n';
    const patch = readPatch(`From: a@b\nSubject: x\n${field}\n\n${encode(diff)}`);
    const message = patch.messages[0];
    const file = message?.files[0];
    const at = file?.hunks[0]?.lines[0];
    if (!message || !file || !at) throw new Error('not read');
    expect(editPatch(patch, message, file, [{ at, text: ['c = d'] }]).refused).toMatch(/encoded/);
  });

  test('is refused behind the last context line, which git apply would not take', () => {
    const patch = readPatch('--- a/x.c\n+++ b/x.c\n@@ -1 +1,2 @@\n+a\n b\n');
    const message = patch.messages[0];
    const file = message?.files[0];
    const at = file?.hunks[0]?.lines[1];
    if (!message || !file || !at) throw new Error('not read');
    expect(editPatch(patch, message, file, [{ at, after: ['c'] }]).refused).toMatch(/context/);
  });
});
