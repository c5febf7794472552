/** Random file edits, the diff of them written the obvious way, and the envelopes in which a diff travels. */
import fc from 'fast-check';

export interface Line {
  readonly kind: 'context' | 'added' | 'removed';
  readonly text: string;
}

export interface Edit {
  readonly path: string;
  /** The whole file as an edit script: every old line is context or removed, every new one context or added. */
  readonly script: readonly Line[];
  readonly context: number;
}

/** Lines that look like something else: headers, signatures, quotes, separators, escapes. */
const NASTY = [
  '',
  ' ',
  '}',
  '-',
  '- ',
  '-- a/x.c',
  '++ b/x.c',
  '-- ',
  '@@ -1,2 +3,4 @@',
  'diff --git a/x.c b/x.c',
  'From me Thu Jan  1 00:00:00 1970',
  '>From me',
  '> +quoted',
  '=3D=20',
  'trailing space ',
  '\tint ret = 0;',
  '\t\treturn -ENOMEM;\t',
  '/* Grüße, 漢字 🐧 */',
  'a = b ? "=?utf-8?q?x?=" : 0;',
  `\t${'long_name_of_a_function('.repeat(8)}`,
  '\\ No newline at end of file',
  '\f',
  'null\0byte',
];

const text = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }).map((s) => s.replace(/[\r\n]/g, '')) },
);

const line: fc.Arbitrary<Line> = fc.record({
  kind: fc.constantFrom('context', 'context', 'context', 'added', 'removed'),
  text,
});

export const edits: fc.Arbitrary<readonly Edit[]> = fc
  .array(
    fc.record({
      script: fc
        .array(line, { minLength: 1, maxLength: 40 })
        .filter((script) => script.some((l) => l.kind !== 'context')),
      context: fc.integer({ min: 0, max: 4 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((files) => files.map((file, n) => ({ ...file, path: `mm/file${n}.c` })));

export const oldLines = (edit: Edit): string[] => edit.script.filter((l) => l.kind !== 'added').map((l) => l.text);
export const newLines = (edit: Edit): string[] => edit.script.filter((l) => l.kind !== 'removed').map((l) => l.text);

export interface GeneratedHunk {
  readonly header: string;
  readonly lines: readonly Line[];
}

/** Groups of changes with `edit.context` lines around them, as `diff -U` makes them. */
export function hunksOf(edit: Edit): GeneratedHunk[] {
  const near = edit.script.map((_, at) =>
    edit.script.slice(Math.max(0, at - edit.context), at + edit.context + 1).some((l) => l.kind !== 'context'),
  );
  const hunks: GeneratedHunk[] = [];
  let [oldLine, newLine] = [1, 1];
  let open: { lines: Line[]; oldStart: number; newStart: number } | null = null;
  const close = () => {
    if (!open) return;
    const oldCount = open.lines.filter((l) => l.kind !== 'added').length;
    const newCount = open.lines.filter((l) => l.kind !== 'removed').length;
    const side = (start: number, count: number) =>
      count === 1 ? `${start}` : `${count === 0 ? start - 1 : start},${count}`;
    hunks.push({
      header: `@@ -${side(open.oldStart, oldCount)} +${side(open.newStart, newCount)} @@ int f(void)`,
      lines: open.lines,
    });
    open = null;
  };
  edit.script.forEach((l, at) => {
    if (near[at]) {
      open ??= { lines: [], oldStart: oldLine, newStart: newLine };
      open.lines.push(l);
    } else close();
    if (l.kind !== 'added') oldLine++;
    if (l.kind !== 'removed') newLine++;
  });
  close();
  return hunks;
}

export interface DiffStyle {
  readonly git: boolean;
  readonly prefix: boolean;
  /** Blank context lines without their marker, as some mailers send them. */
  readonly stripBlank: boolean;
}

const MARKER = { context: ' ', added: '+', removed: '-' } as const;

export function diffLines(files: readonly Edit[], style: DiffStyle): string[] {
  return files.flatMap((edit) => {
    const [a, b] = style.prefix ? [`a/${edit.path}`, `b/${edit.path}`] : [edit.path, edit.path];
    const head = style.git ? [`diff --git ${a} ${b}`, 'index 0123456789ab..ba9876543210 100644'] : [];
    const body = hunksOf(edit).flatMap((hunk) => [
      hunk.header,
      ...hunk.lines.map((l) =>
        style.stripBlank && l.kind === 'context' && l.text === '' ? '' : MARKER[l.kind] + l.text,
      ),
    ]);
    return [...head, `--- ${a}`, `+++ ${b}`, ...body];
  });
}

const MESSAGE = [
  'Keep the mapping of every KeyID equal.',
  '',
  '--- this is prose, not a header',
  '@@ neither is this',
  'From now on at 10:20 in 2019 the range counts.',
  '',
  'Signed-off-by: A. Writer <writer@example.org>',
  '---',
  ' mm/file0.c | 3 ++-',
  '',
];

const HEADER = [
  'From: "A. Writer" <writer@example.org>',
  'To: reviewers@example.org,',
  '\tmore@example.org',
  'Subject: [PATCH v2 03/10] x86/mm: Keep the mappings equal',
  'Date: Mon, 17 Jun 2019 17:43:28 +0300',
  'Message-ID: <20190617-3@example.org>',
];

const SIGNATURE = ['-- ', '2.20.1', ''];

/** How a diff is wrapped; `exact` says that every hunk line stands literally in the input. */
export interface Envelope {
  readonly exact: boolean;
  wrap(diff: readonly string[]): string;
}

const joined = (lines: readonly string[], eol = '\n') => lines.map((l) => l + eol).join('');
const mail = (diff: readonly string[], more: readonly string[] = []) => [
  ...HEADER,
  ...more,
  '',
  ...MESSAGE,
  ...diff,
  ...SIGNATURE,
];

const COVER = ['From: x@example.org', 'Subject: [PATCH v2 00/10] Cover', '', 'Only words.', ''];
const FROM = 'From mboxrd@z Thu Jan  1 00:00:00 1970';

/** As RFC 2045 has it: `=`, 8-bit and trailing blanks escaped, soft breaks at 76. */
export function quotedPrintable(lines: readonly string[]): string[] {
  return lines.flatMap((l) => {
    const units = [...l].map((c, at, all) => {
      const plain = /[\t -<>-~]/.test(c) && !(at === all.length - 1 && /[ \t]/.test(c));
      return plain
        ? c
        : [...Buffer.from(c)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
    });
    const out = [''];
    for (const unit of units) {
      if ((out.at(-1) ?? '').length + unit.length > 75) {
        out[out.length - 1] += '=';
        out.push('');
      }
      out[out.length - 1] += unit;
    }
    return out;
  });
}

export const ENVELOPES: Readonly<Record<string, Envelope>> = {
  bare: { exact: true, wrap: (diff) => joined(diff) },
  'no final newline': { exact: true, wrap: (diff) => diff.join('\n') },
  mail: { exact: true, wrap: (diff) => joined(mail(diff)) },
  crlf: { exact: true, wrap: (diff) => joined(mail(diff), '\r\n') },
  mbox: {
    exact: true,
    wrap: (diff) => {
      const escaped = (lines: readonly string[]) => lines.map((l) => (/^>*From /.test(l) ? `>${l}` : l));
      return joined([FROM, ...escaped(COVER), FROM, ...escaped(mail(diff)), '', FROM, ...escaped(COVER)]);
    },
  },
  'git show': {
    exact: true,
    wrap: (diff) =>
      joined([
        'commit 0123456789abcdef0123456789abcdef01234567',
        'Author: A. Writer <writer@example.org>',
        'Date:   Mon Jun 17 17:43:28 2019 +0300',
        '',
        ...MESSAGE.slice(0, 6).map((l) => (l === '' ? '' : `    ${l}`)),
        '',
        ...diff,
      ]),
  },
  'archive page': {
    exact: true,
    wrap: (diff) =>
      joined([
        'list.example.org archive mirror',
        ' help / color / mirror / Atom feed',
        ...mail(diff).map((l) =>
          l.replace(/^(Date: .*)$/, '$1\t[thread overview]').replace(/^(Message-ID: .*)$/, '$1 (raw)'),
        ),
        '  parent reply\tother threads:[~2019-06-17 14:43 UTC|newest]',
        '',
        'Thread overview: 2+ messages / expand[flat|nested]  mbox.gz  Atom feed  top',
        '2019-05-08 14:43 [PATCH v2 00/10] Cover A. Writer',
      ]),
  },
  quoted: {
    exact: true,
    wrap: (diff) =>
      joined([
        ...HEADER.map((l) => l.replace('Subject: ', 'Subject: Re: ')),
        '',
        'On Monday somebody wrote:',
        ...diff.flatMap((l, at) =>
          at === 7 ? [`> > ${l}`.trimEnd(), '', 'Why this?', '', ''] : [`> > ${l}`.trimEnd()],
        ),
        '',
        'Thanks',
      ]),
  },
  'quoted tightly': {
    exact: true,
    wrap: (diff) => joined([...HEADER, '', ...diff.map((l) => `>${l}`), '', 'Thanks']),
  },
  'quoted-printable': {
    exact: false,
    wrap: (diff) =>
      joined([
        ...HEADER,
        'Content-Transfer-Encoding: quoted-printable',
        '',
        ...quotedPrintable([...MESSAGE, ...diff, ...SIGNATURE]),
      ]),
  },
  base64: {
    exact: false,
    wrap: (diff) =>
      joined([
        ...HEADER,
        'Content-Type: text/plain; charset="utf-8"',
        'Content-Transfer-Encoding: base64',
        '',
        ...(Buffer.from(joined([...MESSAGE, ...diff, ...SIGNATURE]))
          .toString('base64')
          .match(/.{1,76}/g) ?? []),
      ]),
  },
  multipart: {
    exact: true,
    wrap: (diff) =>
      joined([
        ...HEADER,
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed;',
        ' boundary="=-=part="',
        '',
        'For old readers.',
        '--=-=part=',
        'Content-Type: text/plain',
        '',
        'See the attachment.',
        '--=-=part=',
        'Content-Type: text/x-patch; name="fix.patch"',
        '',
        ...diff,
        '--=-=part=--',
      ]),
  },
  flowed: {
    exact: true,
    wrap: (diff) =>
      joined([
        ...HEADER,
        'Content-Type: text/plain; charset=utf-8; format=flowed',
        '',
        // The sender's program stuffs a space before a space, `>` and `From `, and must trim line ends.
        ...diff.map((l) => (/^(?: |>|From )/.test(l) ? ` ${l}` : l).replace(/ +$/, '')),
      ]),
  },
};

/** What an envelope cannot carry without loss, by nature and not by our reading. */
export function carries(envelope: string, files: readonly Edit[]): boolean {
  const texts = files.flatMap((edit) => edit.script.map((l) => l.text));
  switch (envelope) {
    case 'no final newline':
      // A stripped blank line at the very end leaves no trace.
      return files.slice(-1).every((edit) => hunksOf(edit).at(-1)?.lines.at(-1)?.text !== '');
    case 'quoted':
      return texts.every((t) => !/\s$/.test(t));
    case 'quoted tightly':
      return texts.every((t) => !t.startsWith('>') && !/^ *>/.test(t));
    case 'flowed':
      return texts.every((t) => !t.endsWith(' '));
    default:
      return true;
  }
}
