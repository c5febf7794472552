/** From one piece of the input to its messages: header, decoded parts, diffs. */
import { readBody, readText } from './body.ts';
import { isoDate } from './date.ts';
import { headerBeginsAt, readHeader } from './header.ts';
import { inBodyHeader, isPatchItself } from './inbody.ts';
import { isHtmlOnly, type Part, readParts } from './mime.ts';
import type { Message, Problem, SeriesPosition } from './model.ts';
import type { SourceLine } from './source.ts';
import { isFromLine, pageHeader, splitUnits, type Unit } from './split.ts';
import { isReply, seriesOf } from './subject.ts';

/** Mails inside of mails; deeper is hostile. */
const MAX_DEPTH = 6;

/** A year of a busy list; a file with more is no review. */
const MAX_MESSAGES = 50_000;

/** All messages in the lines, in order; a mail attached to a mail follows it. */
export function readMessages(lines: readonly SourceLine[], problems: Problem[], depth = 0): Message[] {
  const units = splitUnits(lines);
  const surplus = units[MAX_MESSAGES];
  if (surplus) {
    problems.push({
      line: lines[surplus.start]?.line ?? 0,
      message: `The input holds more than ${MAX_MESSAGES} mails: the rest was not read. Split it and review the pieces.`,
    });
  }
  return units.slice(0, MAX_MESSAGES).flatMap((unit) => readUnit(lines.slice(unit.start, unit.end), unit.kind, depth));
}

function readUnit(lines: readonly SourceLine[], kind: Unit['kind'], depth: number): Message[] {
  switch (kind) {
    case 'mbox':
      return readMail('mail', lines, unescapeFrom(lines.slice(1)), depth);
    case 'mail':
      return readMail('mail', lines, lines, depth);
    case 'page':
      return readMail('archive', lines, lines.slice(pageHeader(lines, 0) ?? 0), depth);
    case 'thread':
      return [readThreadMail(lines)];
    case 'commit':
      return [readCommit(lines)];
    case 'bare':
      return readBare(lines);
  }
}

/** mboxrd (and mboxo) put `>` in front of `From `; the text then begins one column further right. */
function unescapeFrom(lines: readonly SourceLine[]): SourceLine[] {
  return lines.map((source) =>
    source.text.startsWith('>') && /^>+From /.test(source.text)
      ? { ...source, text: source.text.slice(1), column: source.column + 1 }
      : source,
  );
}

function readMail(
  kind: 'mail' | 'archive',
  all: readonly SourceLine[],
  lines: readonly SourceLine[],
  depth: number,
): Message[] {
  const header = readHeader(lines, 0);
  const { fields } = header;
  const problems: Problem[] = [];
  const parts = readParts(lines.slice(header.next), fields, problems);
  if (isHtmlOnly(fields, parts)) {
    problems.push({ line: all[0]?.line ?? 0, message: 'The mail is HTML only and was not read. Save its plain text.' });
  }
  const nested = depth < MAX_DEPTH ? parts.filter(isMail) : [];
  const own = parts.filter((part) => !nested.includes(part));
  const results = own.map(readBody);
  const text = own[0]?.lines ?? [];
  const inBody = inBodyHeader(text);
  const subject = inBody.subject ?? fields.get('subject') ?? null;
  const message: Message = {
    ...extent(all),
    kind,
    subject,
    author: inBody.from ?? fields.get('from') ?? null,
    headers: fields,
    date: isoDate(inBody.date ?? '') ?? isoDate(fields.get('date') ?? ''),
    messageId: identifier(fields.get('message-id')),
    inReplyTo: identifier(fields.get('in-reply-to')),
    series: positionOf(subject, text),
    files: results.flatMap((result) => result.files),
    problems: [...problems, ...results.flatMap((result) => result.problems)],
  };
  return [message, ...nested.flatMap((part) => readMessages(part.lines, problems, depth + 1))];
}

/** An attached mail, or the output of git format-patch as an attachment. */
function isMail(part: Part): boolean {
  if (!part.attached) return false;
  const first = part.lines.findIndex((line) => line.text.trim() !== '');
  return first >= 0 && (headerBeginsAt(part.lines, first) || isFromLine(part.lines, first));
}

function extent(lines: readonly SourceLine[]): { line: number; endLine: number } {
  const line = lines[0]?.line ?? 0;
  return { line, endLine: Math.max(line, lines.at(-1)?.line ?? line) + 1 };
}

/** The id between the angle brackets. */
function identifier(value: string | undefined): string | null {
  if (value === undefined) return null;
  return /<([^<>\s]+)>/.exec(value)?.[1] ?? (value.trim() || null);
}

/** `Re: [PATCH 18/62]` quotes a position; it is this mail's own only if the mail is that patch. */
function positionOf(subject: string | null, body: readonly SourceLine[]): SeriesPosition | null {
  if (subject === null) return null;
  return isReply(subject) && !isPatchItself(body) ? null : seriesOf(subject);
}

/** One mail of an archive's thread view: `* subject`, then `From: Name @ date UTC (permalink / raw)`. */
function readThreadMail(lines: readonly SourceLine[]): Message {
  const at = Math.max(
    0,
    lines.findIndex((line) => line.text.startsWith('From: ')),
  );
  const from = /^From: (.*?) +@ +(\S+ +\S+(?: +UTC)?)/.exec(lines[at]?.text ?? '');
  const title = lines[0]?.text.startsWith('* ') ? lines[0].text.slice(2).trim() : null;
  const author = from?.[1] ?? null;
  const body = lines.slice(at + 1);
  const headers = new Map<string, string>();
  if (author !== null) headers.set('from', author);
  if (title !== null) headers.set('subject', title);
  return {
    ...plainMessage(lines, 'archive'),
    ...diffsOf(body),
    subject: title,
    author,
    headers,
    date: isoDate(from?.[2] ?? ''),
    series: positionOf(title, body),
  };
}

/** One commit of git show or git log -p: fields, then the message indented by four. */
function readCommit(lines: readonly SourceLine[]): Message {
  const headers = new Map<string, string>([['commit', /[0-9a-f]{7,64}/.exec(lines[0]?.text ?? '')?.[0] ?? '']]);
  let i = 1;
  for (; i < lines.length && lines[i]?.text.trim() !== ''; i++) {
    const field = /^([A-Za-z]+):?\s+(.*)$/.exec(lines[i]?.text ?? '');
    if (field) headers.set((field[1] ?? '').toLowerCase(), (field[2] ?? '').trim());
  }
  const subject = lines.slice(i, i + 50).find((line) => line.text.startsWith('    ') && line.text.trim() !== '');
  const author = headers.get('author')?.replace(/>\s+\d{6,} [+-]\d{4}$/, '>') ?? null;
  if (author !== null) headers.set('from', author);
  const seconds = /> (\d{6,12}) [+-]\d{4}$/.exec(headers.get('author') ?? '')?.[1];
  const date = headers.get('authordate') ?? headers.get('date') ?? '';
  return {
    ...plainMessage(lines, 'commit'),
    ...diffsOf(lines.slice(i)),
    subject: subject?.text.trim() ?? null,
    author,
    headers,
    date: isoDate(date) ?? (seconds ? `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z` : null),
  };
}

function diffsOf(lines: readonly SourceLine[]): Pick<Message, 'files' | 'problems'> {
  const { files, problems } = readText(lines);
  return { files, problems };
}

/** A diff without any header: one message, or none where there is nothing to say of it. */
function readBare(lines: readonly SourceLine[]): Message[] {
  const result = diffsOf(lines);
  if (result.files.length === 0 && result.problems.length === 0) return [];
  return [{ ...plainMessage(lines, 'diff'), ...result }];
}

function plainMessage(lines: readonly SourceLine[], kind: Message['kind']): Message {
  return {
    ...extent(lines),
    kind,
    subject: null,
    author: null,
    headers: new Map(),
    date: null,
    messageId: null,
    inReplyTo: null,
    series: null,
    files: [],
    problems: [],
  };
}
