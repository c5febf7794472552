/** A diff in the mails that carry it. */
const SUBJECT = 'x86/mm: Keep the mappings of all KeyIDs in step';

const headers = (subject: string, encoding = '8bit') =>
  [
    'From: A. Developer <developer@example.org>',
    'Date: Mon, 3 Jun 2019 10:00:00 +0000',
    `Subject: ${subject}`,
    `Message-Id: <20190603100000.1-${subject.length}@example.org>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=UTF-8',
    `Content-Transfer-Encoding: ${encoding}`,
    '',
    '',
  ].join('\n');

const body = (diff: string) =>
  `The mappings of the other KeyIDs have to follow a change.\n\nSigned-off-by: A. Developer <developer@example.org>\n---\n ${diff.split('\n')[0]?.split(' b/')[1] ?? ''} | 12 ++++++++++++\n\n${diff}-- \n2.20.1\n\n`;

const envelope = 'From 1234567890123456789012345678901234567890 Mon Sep 17 00:00:00 2001\n';

export const formatPatch = (diff: string) => envelope + headers(`[PATCH] ${SUBJECT}`) + body(diff);

/** One mbox with a patch in each mail. */
export const mbox = (diffs: readonly string[]) =>
  diffs
    .map((diff, index) => envelope + headers(`[PATCH ${index + 1}/${diffs.length}] ${SUBJECT}`) + body(diff))
    .join('');

/** A reply that quotes the whole patch. */
export const quoted = (diff: string) =>
  `${headers(`Re: [PATCH] ${SUBJECT}`)}On Mon, Jun 03, 2019 at 10:00:00AM +0000, A. Developer wrote:\n${body(diff)
    .split('\n')
    .slice(0, -2)
    .map((line) => `> ${line}`)
    .join('\n')}\n\nLooks fine to me.\n`;

export const base64 = (diff: string) =>
  `${headers(`[PATCH] ${SUBJECT}`, 'base64')}${(
    Buffer.from(body(diff), 'utf8')
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\n')}\n`;

/** Every character that quoted-printable may encode and commonly does; lines broken at 76. */
export const quotedPrintable = (diff: string) =>
  `${headers(`[PATCH] ${SUBJECT}`, 'quoted-printable')}${body(diff)
    .split('\n')
    .map((line) => encoded(line))
    .join('\n')}`;

function encoded(line: string): string {
  const text = line.replace(/=/g, '=3D').replace(/[ \t]$/, (blank) => (blank === ' ' ? '=20' : '=09'));
  const lines: string[] = [];
  let rest = text;
  while (rest.length > 75) {
    const cut = /=.?$/.test(rest.slice(0, 75)) ? rest.slice(0, 75).lastIndexOf('=') : 75;
    lines.push(`${rest.slice(0, cut)}=`);
    rest = rest.slice(cut);
  }
  return [...lines, rest].join('\n');
}
