/** Mails and diffs as they really arrive, and worse: each input with what is to be read of it. */
import { expect, test } from 'vitest';
import { readPatch } from '../../server/src/patch/read.ts';
import { render } from './render.ts';

/** Holds the rendering of what is read against the expected lines; an expected `...` stands for the rest of a line. */
function check(name: string, input: readonly string[] | string | Uint8Array, expected: readonly string[]): void {
  test(name, () => {
    const patch = readPatch(Array.isArray(input) ? `${input.join('\n')}\n` : (input as string | Uint8Array));
    const lines = render(patch).split('\n');
    const shortened = lines.map((line, n) => {
      const cut = expected[n]?.indexOf('...') ?? -1;
      return cut >= 0 && line.slice(0, cut) === expected[n]?.slice(0, cut) ? expected[n] : line;
    });
    expect(shortened).toEqual(expected);
  });
}

const HEAD = ['--- a/mm/x.c', '+++ b/mm/x.c'];
const SMALL = [...HEAD, '@@ -1,2 +1,2 @@ int f(void)', ' {', '-\ta();', '+\tb();'];
const MAIL = ['From: A. Writer <a@example.org>', 'Subject: [PATCH] x86/mm: Mend it'];
const small = (line: number) => [
  `  ${line}: mm/x.c`,
  `    ${line + 2}: -1,2 +1,2 int f(void)`,
  `      ${line + 3}.1 1:1  {`,
  `      ${line + 4}.1 2: -\ta();`,
  `      ${line + 5}.1 :2 +\tb();`,
];

check('empty input', '', ['! 1: The input is empty. ...']);
check('blank lines only', '\n \n\n', ['! 1: The input is empty. ...']);
check('binary input', new Uint8Array(1000), ['! 1: The input is binary and was not read. ...']);
check('compressed input', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0), [
  '! 1: The input is compressed and was not read. ...',
  '! 1: Line 1 is not UTF-8 ...',
]);
check('prose', ['Dear list,', 'this is only text.'], ['! 1: No diff and no mail was found in the input. ...']);

check('a plain diff', SMALL, ['diff 1-6', ...small(1)]);
check('a byte order mark', `\uFEFF${SMALL.join('\n')}`, ['diff 1-6', ...small(1)]);
check('UTF-16 with a byte order mark', Buffer.from(`\uFEFF${SMALL.join('\n')}`, 'utf16le'), ['diff 1-6', ...small(1)]);
check('CRLF', `${SMALL.join('\r\n')}\r\n`, ['diff 1-6', ...small(1)]);
check('bytes that are not UTF-8', Buffer.from(`${[...HEAD, '@@ -0,0 +1 @@', '+/* \xfc */'].join('\n')}\n`, 'latin1'), [
  '! 4: Line 4 is not UTF-8 and was read as Windows-1252. ...',
  'diff 1-4',
  '  1: mm/x.c',
  '    3: -0,0 +1,1',
  '      4.1 :1 +/* ü */',
]);

check(
  'the signature right behind a hunk',
  [...MAIL, '', ...SMALL, '-- ', '2.20.1', ''],
  ['mail 1-12 [PATCH] x86/mm: Mend it | A. Writer <a@example.org>', ...small(4)],
);
check('a signature that lost its blank', [...SMALL, '--', '2.20.1'], ['diff 1-8', ...small(1)]);
check(
  'a removed line that looks like a signature',
  [...HEAD, '@@ -1,2 +1 @@', ' {', '-- ', '-- ', '2.20.1'],
  ['diff 1-7', '  1: mm/x.c', '    3: -1,2 +1,1', '      4.1 1:1  {', '      5.1 2: -- '],
);
check(
  'removed and added lines that look like headers',
  [...HEAD, '@@ -1,3 +1,3 @@', '--- a/y.c', '+++ b/y.c', ' x', '-y', '+z'],
  [
    'diff 1-8',
    '  1: mm/x.c',
    '    3: -1,3 +1,3',
    '      4.1 1: --- a/y.c',
    '      5.1 :1 +++ b/y.c',
    '      6.1 2:2  x',
    '      7.1 3: -y',
    '      8.1 :3 +z',
  ],
);
check(
  'lines that look like headers at the end of a hunk',
  [...HEAD, '@@ -1 +1 @@', '--- a/y.c', '+++ b/y.c', '@@ -9 +9 @@', '-y', '+z'],
  [
    'diff 1-8',
    '  1: mm/x.c',
    '    3: -1,1 +1,1',
    '      4.1 1: --- a/y.c',
    '      5.1 :1 +++ b/y.c',
    '    6: -9,1 +9,1',
    '      7.1 9: -y',
    '      8.1 :9 +z',
  ],
);
check(
  'stripped blank context',
  [...HEAD, '@@ -1,3 +1,4 @@', '', ' a', '+b', ''],
  [
    'diff 1-7',
    '  1: mm/x.c',
    '    3: -1,3 +1,4',
    '      4.0 1:1',
    '      5.1 2:2  a',
    '      6.1 :3 +b',
    '      7.0 3:4',
  ].map((line) => (/:\d$/.test(line) && line.includes('.0') ? `${line}  ` : line)),
);
check(
  'context that lost its marker before a tab',
  [...HEAD, '@@ -1,2 +1,3 @@', '\ta();', '+\tb();', ' }'],
  ['diff 1-6', '  1: mm/x.c', '    3: -1,2 +1,3', '      4.0 1:1  \ta();', '      5.1 :2 +\tb();', '      6.1 2:3  }'],
);
check(
  'no newline at the end of the file',
  [...HEAD, '@@ -1 +1 @@', '-a', '\\ No newline at end of file', '+b', '\\ No newline at end of file'],
  ['diff 1-7', '  1: mm/x.c', '    3: -1,1 +1,1', '      4.1 1: -a', '      6.1 :1 +b'],
);
check(
  '-U0',
  [...HEAD, '@@ -3,0 +4,2 @@ f', '+a', '+b', '@@ -9 +10,0 @@', '-c'],
  [
    'diff 1-7',
    '  1: mm/x.c',
    '    3: -3,0 +4,2 f',
    '      4.1 :4 +a',
    '      5.1 :5 +b',
    '    6: -9,1 +10,0',
    '      7.1 9: -c',
  ],
);

check(
  'a diff cut inside a hunk',
  [...HEAD, '@@ -1,7 +1,8 @@', ' a', '+b'],
  [
    'diff 1-5',
    '  1: mm/x.c',
    '    3: -1,7 +1,8',
    '      4.1 1:1  a',
    '      5.1 :2 +b',
    '  ! 3: The hunk announces 7 old and 8 new lines, but only 1 and 2 follow: the input is cut here. Get the complete patch.',
  ],
);
check(
  'a diff cut behind its headers',
  ['diff --git a/x.c b/x.c', 'index 123456..abcdef 100644', '--- a/x.c', '+++ b/x.c'],
  ['diff 1-4', '  1: x.c'],
);
check(
  'a diff cut behind diff --git',
  [...SMALL, 'diff --git a/y.c b/y.c'],
  ['diff 1-7', ...small(1), '  ! 7: The input is cut behind this line. Get the complete patch.'],
);
check(
  'counts too large before the next file',
  [
    ...HEAD,
    '@@ -1,5 +1,5 @@',
    ' a',
    '-b',
    '+c',
    '',
    'diff --git a/y.c b/y.c',
    '--- a/y.c',
    '+++ b/y.c',
    '@@ -1 +1 @@',
    '-d',
    '+e',
  ],
  [
    'diff 1-13',
    '  1: mm/x.c',
    '    3: -1,5 +1,5',
    '      4.1 1:1  a',
    '      5.1 2: -b',
    '      6.1 :2 +c',
    '  8: y.c',
    '    11: -1,1 +1,1',
    '      12.1 1: -d',
    '      13.1 :1 +e',
    '  ! 3: The hunk announces 5 old and 5 new lines, but only 2 and 2 follow: the patch is damaged ...',
  ],
);
check(
  'counts too large before a header without diff --git',
  [...HEAD, '@@ -1,5 +1,5 @@', ' a', '-b', '+c', '--- a/y.c', '+++ b/y.c', '@@ -1 +1 @@', '-d', '+e'],
  [
    'diff 1-11',
    '  1: mm/x.c',
    '    3: -1,5 +1,5',
    '      4.1 1:1  a',
    '      5.1 2: -b',
    '      6.1 :2 +c',
    '  7: y.c',
    '    9: -1,1 +1,1',
    '      10.1 1: -d',
    '      11.1 :1 +e',
    '  ! 3: The hunk announces 5 old and 5 new lines, but only 2 and 2 follow: the patch is damaged ...',
  ],
);
check(
  'counts too large before the signature',
  [...HEAD, '@@ -1,5 +1,5 @@', ' a', '-b', '+c', '-- ', '2.20.1', ''],
  [
    'diff 1-9',
    '  1: mm/x.c',
    '    3: -1,5 +1,5',
    '      4.1 1:1  a',
    '      5.1 2: -b',
    '      6.1 :2 +c',
    '  ! 3: The hunk announces 5 old and 5 new lines, but only 2 and 2 follow: the patch is damaged ...',
  ],
);
check(
  'counts too small',
  [...HEAD, '@@ -1,2 +1,2 @@', ' a', '-b', '+c', '+d', ' e', '-- ', '2.20.1'],
  [
    'diff 1-10',
    '  1: mm/x.c',
    '    3: -1,2 +1,2',
    '      4.1 1:1  a',
    '      5.1 2: -b',
    '      6.1 :2 +c',
    '      7.1 :3 +d',
    '      8.1 3:4  e',
    '  ! 3: The hunk announces 2 old and 2 new lines, but 3 and 4 follow (the surplus begins at line 7): all were read. ...',
  ],
);
check(
  'counts beyond all measure',
  [...HEAD, '@@ -1,99999999999 +1 @@', '+a', '@@ -1,9999999999 +1 @@', '+a'],
  [
    'diff 1-6',
    '  1: mm/x.c',
    '    5: -1,9999999999 +1,1',
    '      6.1 :1 +a',
    '  ! 3: This hunk header cannot be read; ...',
    '  ! 5: The hunk announces 9999999999 old and 1 new lines, but only 0 and 1 follow: the input is cut here. ...',
  ],
);
check(
  'a hunk without a file',
  ['@@ -1 +1 @@', '-a', '+b'],
  ['diff 1-3', '  ! 1: This hunk stands under no file header (---, +++) and was left out: ...'],
);

check(
  'prose that looks like headers',
  [
    ...MAIL,
    '',
    'This changes',
    '--- a',
    '+++ b',
    'and',
    '--- the rest',
    'diff --git is a command',
    '---',
    ' mm/x.c | 2 +-',
    '',
    'diff --git a/mm/x.c b/mm/x.c',
    ...SMALL,
  ],
  ['mail 1-19 [PATCH] x86/mm: Mend it | A. Writer <a@example.org>', '  13: mm/x.c', ...small(14).slice(1)],
);
check(
  '--no-prefix, mnemonic prefixes, quilt, a backup copy',
  ['mm/x.c mm/x.c', 'i/mm/x.c w/mm/x.c', 'linux.orig/mm/x.c linux/mm/x.c', 'mm/x.c.orig mm/x.c'].flatMap((pair) => {
    const [a = '', b = ''] = pair.split(' ');
    return [`--- ${a}\t2019-05-08 10:00:00.000 +0300`, `+++ ${b} 2019-05-08 10:00:00`, '@@ -1 +0,0 @@', '-a'];
  }),
  [
    'diff 1-16',
    ...[1, 5, 9, 13].flatMap((n) => [`  ${n}: mm/x.c`, `    ${n + 2}: -1,1 +0,0`, `      ${n + 3}.1 1: -a`]),
  ],
);
check(
  'C-quoted and spaced paths',
  [
    'diff --git "a/with\\303\\244 \\"q\\".c" "b/with\\303\\244 \\"q\\".c"',
    'old mode 100644',
    'new mode 100755',
    'diff --git a/two words.c b/two words.c',
    'old mode 100644',
    'new mode 100755',
  ],
  ['diff 1-6', '  1: withä "q".c', '  4: two words.c'],
);
check(
  'new, deleted, renamed, binary',
  [
    'diff --git a/new.c b/new.c',
    'new file mode 100644',
    'index 000000000000..123456789abc',
    '--- /dev/null',
    '+++ b/new.c',
    '@@ -0,0 +1 @@',
    '+a',
    'diff --git a/old.c b/old.c',
    'deleted file mode 100644',
    '--- a/old.c',
    '+++ /dev/null',
    '@@ -1 +0,0 @@',
    '-a',
    'diff --git a/from.c b/to.c',
    'similarity index 100%',
    'rename from from.c',
    'rename to to.c',
    'diff --git a/pic.png b/pic.png',
    'index 123456..abcdef 100644',
    'Binary files a/pic.png and b/pic.png differ',
    'diff --git a/pic2.png b/pic2.png',
    'index 123456..abcdef 100644',
    'GIT binary patch',
    'literal 3',
    'Kc${NkU|;|M00aO5',
    '',
    'literal 0',
    'HcmV?d00001',
    '',
  ],
  [
    'diff 1-29',
    '  1: null => new.c',
    '    6: -0,0 +1,1',
    '      7.1 :1 +a',
    '  8: old.c => null',
    '    12: -1,1 +0,0',
    '      13.1 1: -a',
    '  14: from.c => to.c',
    '  18: pic.png (binary)',
    '  21: pic2.png (binary)',
  ],
);
check(
  'a combined diff',
  [
    'diff --cc mm/x.c',
    'index 123456,abcdef..fedcba',
    '--- a/mm/x.c',
    '+++ b/mm/x.c',
    '@@@ -1,2 -1,2 +1,2 @@@',
    '- a',
    ' -b',
    '++c',
    'diff --git a/mm/x.c b/mm/x.c',
    ...SMALL,
  ],
  ['diff 1-15', '  9: mm/x.c', ...small(10).slice(1), '  ! 1: A combined diff of a merge was left out. ...'],
);
check(
  'a context diff',
  ['*** a/x.c 2019', '--- b/x.c 2019', '***************', '*** 1,2 ****', '! a'],
  ['diff 1-5', '  ! 1: A context diff begins here and was not read. ...'],
);

check(
  'a folded and encoded header',
  [
    'Received: by x',
    '\tfor <y>; Mon, 1 Jan 2018',
    'From: =?iso-8859-1?Q?J=F6rg_M=FCller?= <j@example.org>',
    'Subject: [RFC PATCH',
    ' 1/1] =?utf-8?b?R3LDvA==?=',
    ' =?utf-8?b?w59l?= to all',
    'Date: Thu, 31 Dec 2020 23:30:00 -0130',
    'Message-Id: <1@x>',
    '',
    ...SMALL,
  ],
  [
    'mail 1-15 v1 1/1 [RFC PATCH 1/1] Grüße to all | Jörg Müller <j@example.org> | 2021-01-01T01:00:00Z | 1@x',
    ...small(10),
  ],
);
check(
  'the author of git am',
  [...MAIL, '', 'From: B. Author <b@example.org>', '', 'Text.', ...SMALL],
  ['mail 1-12 [PATCH] x86/mm: Mend it | B. Author <b@example.org>', ...small(7)],
);
check(
  'behind scissors',
  [
    MAIL[0] ?? '',
    'Subject: Re: [PATCH 1/9] Old',
    '',
    '> you said',
    'Fine, then:',
    '-- >8 --',
    'From: C <c@example.org>',
    'Subject: [PATCH v3 2/4] New',
    '',
    ...SMALL,
  ],
  ['mail 1-15 v3 2/4 [PATCH v3 2/4] New | C <c@example.org>', ...small(10)],
);
check(
  'a reply quotes its series position and has none',
  [MAIL[0] ?? '', 'Subject: Re: [PATCH 18/62] Old', '', '> you said', '', ...SMALL],
  ['mail 1-11 Re: [PATCH 18/62] Old | A. Writer <a@example.org>', ...small(6)],
);
check(
  'a patch sent as a reply keeps its position',
  [MAIL[0] ?? '', 'Subject: Re: [PATCH 18/62] Old', '', 'Signed-off-by: A', '---', ...SMALL],
  ['mail 1-11 v1 18/62 Re: [PATCH 18/62] Old | A. Writer <a@example.org>', ...small(6)],
);
check(
  'a free diff goes before a quoted one',
  [...MAIL, '', '> --- a/q.c', '> +++ b/q.c', '> @@ -1 +1 @@', '> -a', '> +b', 'Better:', '', ...SMALL],
  ['mail 1-16 [PATCH] x86/mm: Mend it | A. Writer <a@example.org>', ...small(11)],
);
check(
  'a quoted diff with comments in it',
  [
    ...MAIL,
    '',
    '> --- a/q.c',
    '> +++ b/q.c',
    '> @@ -1,2 +1,3 @@',
    '>  a',
    '> +b',
    '',
    'Why b?',
    '',
    '>',
    '> -- ',
    '> 2.20.1',
  ],
  [
    'mail 1-14 [PATCH] x86/mm: Mend it | A. Writer <a@example.org>',
    '  4: q.c',
    '    6: -1,2 +1,3',
    '      7.3 1:1  a',
    '      8.3 :2 +b',
    '      12.1 2:3  ',
  ],
);
check(
  'mboxrd: the text begins behind the escape',
  [
    'From a@b Thu Jan  1 00:00:00 1970',
    ...MAIL,
    '',
    '>From: B <b@example.org>',
    '',
    '>From x to y',
    ...SMALL,
    '',
    'From c@d Thu Jan  1 00:00:00 1970',
    ...MAIL,
    '',
    'Nothing.',
  ],
  [
    'mail 1-14 [PATCH] x86/mm: Mend it | B <b@example.org>',
    ...small(8),
    'mail 15-19 [PATCH] x86/mm: Mend it | A. Writer <a@example.org>',
  ],
);
check(
  'git log -p',
  [
    'commit 0123456789abcdef',
    'Author: A <a@b>',
    'Date:   Mon Jun 17 17:43:28 2019 +0300',
    '',
    '    Title',
    '',
    '    diff --git a/no b/no',
    '',
    ...SMALL,
    '',
    'commit abcdef0123456789',
    'Merge: 123 456',
    'Author: B <b@c>',
    'Date:   Mon Jun 17 17:43:28 2019 +0300',
    '',
    '    Merge it',
  ],
  [
    'commit 1-15 Title | A <a@b> | 2019-06-17T14:43:28Z',
    ...small(9),
    'commit 16-21 Merge it | B <b@c> | 2019-06-17T14:43:28Z',
  ],
);
check(
  'a thread page',
  [
    '* [PATCH 1/2] One',
    '@ 2019-05-08 14:43 A',
    'From: A @ 2019-05-08 14:43 UTC (permalink / raw)',
    '  To: list',
    '',
    ...SMALL,
    '',
    '^ permalink raw reply',
    '* Re: [PATCH 1/2] One',
    'From: B @ 2019-05-09 14:43 UTC (permalink / raw)',
    '',
    'Nice.',
  ],
  [
    'archive 1-13 v1 1/2 [PATCH 1/2] One | A | 2019-05-08T14:43:00Z',
    ...small(6),
    'archive 14-17 Re: [PATCH 1/2] One | B | 2019-05-09T14:43:00Z',
  ],
);
check(
  'quoted-printable over soft breaks',
  [
    ...MAIL,
    'Content-Transfer-Encoding: quoted-printable',
    '',
    ...HEAD,
    '@@ -1 +1 @@',
    '-a =3D=',
    ' b;',
    '+a =3D c;',
    '--=20',
    '2.20.1',
  ],
  [
    'mail 1-12 [PATCH] x86/mm: Mend it | A. Writer <a@example.org>',
    '  5: mm/x.c',
    '    7: -1,1 +1,1',
    '      8.1~ 1: -a = b;',
    '      10.1~ :1 +a = c;',
  ],
);
check(
  'a MIME mail cut before its end, nested, with HTML beside',
  [
    ...MAIL,
    'Content-Type: multipart/mixed; boundary=o',
    '',
    '--o',
    'Content-Type: multipart/alternative; boundary="i"',
    '',
    '--i',
    'Content-Type: text/html',
    '',
    '<b>',
    '--i',
    '',
    ...SMALL,
    '--i--',
    '--o',
    'Content-Type: image/png',
    '',
    'xxxx',
  ],
  [
    'mail 1-24 [PATCH] x86/mm: Mend it | A. Writer <a@example.org>',
    ...small(14),
    '  ! 24: The mail ends inside a MIME part: ...',
  ],
);
check(
  'attached mails of a series',
  [
    ...MAIL,
    'Content-Type: multipart/mixed; boundary=o',
    '',
    '--o',
    '',
    'See.',
    '--o',
    'Content-Type: application/octet-stream; name="1.patch"',
    '',
    'From 0123456789abcdef Mon Sep 17 00:00:00 2001',
    'From: A <a@b>',
    'Subject: [PATCH 1/2] One',
    '',
    ...SMALL,
    '--o--',
  ],
  [
    'mail 1-21 [PATCH] x86/mm: Mend it | A. Writer <a@example.org>',
    'mail 11-20 v1 1/2 [PATCH 1/2] One | A <a@b>',
    ...small(15),
  ],
);
check(
  'HTML only',
  [...MAIL, 'Content-Type: text/html', '', '<pre>'],
  [
    'mail 1-5 [PATCH] x86/mm: Mend it | A. Writer <a@example.org>',
    '  ! 1: The mail is HTML only and was not read. ...',
  ],
);
check(
  'format=flowed with stuffed and wrapped lines',
  [...MAIL, 'Content-Type: text/plain; format=flowed', '', ...HEAD, '@@ -1,2 +1,3 @@', '  a', '', '+x = ', 'y;'],
  [
    'mail 1-11 [PATCH] x86/mm: Mend it | A. Writer <a@example.org>',
    '  5: mm/x.c',
    '    7: -1,2 +1,3',
    '      8.2 1:1  a',
    '      9.0 2:2  ',
    '      10.1~ :3 +x = y;',
    '  ! 5: The mail is format=flowed, which breaks patches: ...',
  ],
);
check(
  'format=flowed with stuffed lines, of which a blank one looks like a soft break',
  [...MAIL, 'Content-Type: text/plain; format=flowed', '', ...HEAD, '@@ -1,4 +1,4 @@', '  a', '  ', '-x', '+y', '  b'],
  [
    'mail 1-12 [PATCH] x86/mm: Mend it | A. Writer <a@example.org>',
    '  5: mm/x.c',
    '    7: -1,4 +1,4',
    '      8.2 1:1  a',
    '      9.2 2:2  ',
    '      10.1 3: -x',
    '      11.1 :3 +y',
    '      12.2 4:4  b',
    '  ! 5: The mail is format=flowed, which breaks patches: ...',
  ],
);
check(
  'format=flowed by name only',
  [...MAIL, 'Content-Type: text/plain; format=flowed', '', ...SMALL],
  [
    'mail 1-10 [PATCH] x86/mm: Mend it | A. Writer <a@example.org>',
    ...small(5),
    '  ! 5: The mail declares format=flowed, but the diff is whole as it stands ...',
  ],
);
