/** Finds the pieces of an input: the mails of an mbox, the commits of `git log -p`, the mails of an archive page. */
import { headerBeginsAt } from './header.ts';
import type { SourceLine } from './source.ts';

/**
 * One piece: lines [start, end). `mbox` is a mail behind its `From ` line, `thread` one mail of an archive's thread
 * view, `bare` anything without a header.
 */
export interface Unit {
  readonly kind: 'mbox' | 'mail' | 'commit' | 'page' | 'thread' | 'bare';
  readonly start: number;
  readonly end: number;
}

/** How far down a saved page the mail's header may begin. */
const PAGE_LINES = 80;

export function splitUnits(lines: readonly SourceLine[]): readonly Unit[] {
  const first = lines.findIndex((line) => line.text.trim() !== '');
  if (first < 0) return [];
  if (headerBeginsAt(lines, first)) return [{ kind: 'mail', start: first, end: lines.length }];
  const from = indexesOf(lines, first, isFromLine);
  if (from.length > 0) return cut('mbox', from, first, lines.length);
  const commits = indexesOf(lines, first, isCommitLine);
  if (commits.length > 0) return cut('commit', commits, first, lines.length);
  const thread = indexesOf(lines, first, isThreadFrom);
  if (thread.length > 0) {
    return cut(
      'thread',
      thread.map((index, n) => threadStart(lines, index, thread[n - 1] ?? first - 1)),
      first,
      lines.length,
    );
  }
  const header = pageHeader(lines, first);
  return [{ kind: header === null ? 'bare' : 'page', start: first, end: lines.length }];
}

/** Index of the header inside an archive page, or null where there is none before the first diff. */
export function pageHeader(lines: readonly SourceLine[], start: number): number | null {
  for (let i = start; i < lines.length && i < start + PAGE_LINES; i++) {
    const text = lines[i]?.text ?? '';
    if (/^(?:diff --git |@@ -|--- \S)/.test(text)) return null;
    if (/^(?:from|subject|list|date|message-id):/i.test(text) && headerBeginsAt(lines, i)) return i;
  }
  return null;
}

type Test = (lines: readonly SourceLine[], index: number) => boolean;

function indexesOf(lines: readonly SourceLine[], start: number, test: Test): number[] {
  const found: number[] = [];
  for (let i = start; i < lines.length; i++) if (test(lines, i)) found.push(i);
  return found;
}

function cut(kind: Unit['kind'], starts: readonly number[], first: number, end: number): Unit[] {
  const units: Unit[] = starts.map((start, n) => ({ kind, start, end: starts[n + 1] ?? end }));
  const head = starts[0] ?? end;
  return head > first ? [{ kind: 'bare', start: first, end: head }, ...units] : units;
}

/**
 * An mbox separator: `From ` with something like a date, and a mail's header right behind it. A line of prose
 * (`From then on ...`) has neither.
 */
export function isFromLine(lines: readonly SourceLine[], index: number): boolean {
  const text = lines[index]?.text ?? '';
  if (!text.startsWith('From ') || text.length > 400) return false;
  return /\d:\d\d/.test(text) && /\b\d{4}\b/.test(text) && headerBeginsAt(lines, index + 1);
}

function isCommitLine(lines: readonly SourceLine[], index: number): boolean {
  const text = lines[index]?.text ?? '';
  if (!text.startsWith('commit ') || !/^commit [0-9a-f]{7,64}(?: .*)?$/.test(text.slice(0, 400))) return false;
  return /^(?:Author|AuthorDate|Merge|tree|parent|author|Reflog|Date)[: ]/.test(lines[index + 1]?.text ?? '');
}

/** `From: Name @ 2019-05-08 14:43 UTC (permalink / raw)` in the thread view of public-inbox. */
function isThreadFrom(lines: readonly SourceLine[], index: number): boolean {
  const text = lines[index]?.text ?? '';
  return text.startsWith('From: ') && text.length < 400 && / @ \d{4}-\d\d-\d\d +\d\d?:\d\d/.test(text);
}

/** The thread view puts `* subject` some lines above the From line. */
function threadStart(lines: readonly SourceLine[], from: number, floor: number): number {
  for (let i = from - 1; i > floor; i--) {
    const text = lines[i]?.text ?? '';
    if (text.startsWith('* ')) return i;
    if (text.trim() === '') break;
  }
  return from;
}
