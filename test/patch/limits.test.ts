/** Size and hostility: what is read grows with the input and not faster, and nothing throws. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { imageOf } from '../../server/src/patch/image.ts';
import { readPatch } from '../../server/src/patch/read.ts';

const MEGABYTE = 1024 * 1024;
const fill = (text: string, bytes = 50 * MEGABYTE) => text.repeat(Math.ceil(bytes / text.length)).slice(0, bytes);
const mail = (fields: string, body: string) => `From: a@example.org\nSubject: x\n${fields}\n${body}`;

const LARGE: Readonly<Record<string, () => string | Uint8Array>> = {
  prose: () => fill('The range has to be rounded out to the huge page that the change may have split.\n'),
  'one line': () => fill('a > b - c + @@ '),
  'bytes of no charset': () => new Uint8Array(50 * MEGABYTE).map((_, i) => (i * 2654435761) >>> 13),
  'one diff': () =>
    `--- a/x.c\n+++ b/x.c\n${fill('@@ -1,3 +1,4 @@ int f(void)\n \tint first_variable;\n-\ta();\n+\tb();\n+\tc();\n }\n')}`,
  base64: () => mail('Content-Transfer-Encoding: base64\n', fill(`${'QUJD'.repeat(19)}\n`)),
  'quoted-printable': () =>
    mail('Content-Transfer-Encoding: quoted-printable\n', fill('a =3D b; /* some more text */\n')),
  quoted: () => `> diff --git a/x b/x\n${fill('> > > > some quoted text of a long thread\n')}`,
};

describe.each(Object.entries(LARGE))('50 MB of %s', (_, make) => {
  test('are read within seconds', () => {
    const input = make();
    const start = performance.now();
    readPatch(input);
    // About a second on the machine this was written on; the limit allows for one that is five times slower.
    expect(performance.now() - start).toBeLessThan(8000);
  });
});

const HOSTILE: Readonly<Record<string, string>> = {
  newlines: '\n',
  'quote marks': '>',
  'hunk headers': '@@ -1,1 +1,1 @@\n',
  'git headers': 'diff --git a/x b/x\n',
  'file headers': '--- a/x\n+++ b/x\n',
  'mbox separators': 'From a@b Thu Jan  1 00:00:00 1970\nFrom: x\nSubject: y\n\n',
  commits: 'commit 1234567890abcdef\nAuthor: x\n\n    y\n',
  'encoded words': '=?utf-8?q?a=20?= ',
  backslashes: '\\303',
  brackets: '[',
  blanks: ' ',
};
const FRONTS = [
  '',
  'From: a@b\nSubject: ',
  'From: a@b\nSubject: x\n\n',
  'diff --git "',
  '--- a/x\n+++ b/x\n@@ -1,9999999 +1,99999999 @@\n+',
];

describe.each(Object.entries(HOSTILE))('2 MB of %s', (_, text) => {
  test.each(FRONTS)('behind %j are read in linear time', (front) => {
    const start = performance.now();
    readPatch(front + fill(text, 2 * MEGABYTE));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

test('any bytes and any cut of a patch are read without a throw, and their images hold together', () => {
  const piece = fc.constantFrom(
    'From: a@b\n',
    'Subject: [PATCH 1/2] x\n',
    '\n',
    'Content-Type: multipart/mixed; boundary=b\n',
    '--b\n',
    '--b--\n',
    'Content-Transfer-Encoding: base64\n',
    'Content-Transfer-Encoding: quoted-printable\n',
    'Content-Type: text/plain; format=flowed\n',
    'From a@b Thu Jan  1 00:00:00 1970\n',
    'commit 0123456789\nAuthor: x\n\n',
    '* x\nFrom: A @ 2019-05-08 14:43 UTC\n',
    'diff --git a/x b/x\n',
    '--- a/x\n',
    '+++ b/x\n',
    '@@ -1,2 +1,2 @@\n',
    '@@ -0,0 +1 @@\n',
    ' a\n',
    '-b\n',
    '+c\n',
    '> ',
    '>',
    '-- \n',
    '=\n',
    '\\ No newline\n',
    '--- /dev/null\n',
    'diff --cc x\n',
    'rename from x\n',
    'GIT binary patch\n',
    '\0',
    '\uD800',
    '=?utf-8?b?w?=',
  );
  const anything = fc.oneof(
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ maxLength: 300 }),
  );
  fc.assert(
    fc.property(anything, (input) => {
      const patch = readPatch(input);
      for (const message of patch.messages) {
        expect(message.endLine).toBeGreaterThan(message.line);
        for (const problem of message.problems) expect(problem.message).toMatch(/^[A-Z].*[.]$/);
        for (const file of message.files) {
          for (const side of ['old', 'new'] as const) {
            const image = imageOf(file, side);
            expect(image.segments.length).toBe(file.hunks.length);
            for (const { start, line } of image.segments.flatMap((segment) => segment.lines)) {
              expect(image.text.startsWith(`${line.text}\n`, start)).toBe(true);
            }
          }
        }
      }
    }),
    { numRuns: 2000 },
  );
});
