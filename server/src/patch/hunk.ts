/** One hunk: reads exactly what its `@@` counts announce, and says so where the text does not keep that promise. */
import type { Hunk, HunkLine, Problem } from './model.ts';
import type { SourceLine } from './source.ts';

const HEADER = /^@@ -(\d{1,10})(?:,(\d{1,10}))? \+(\d{1,10})(?:,(\d{1,10}))? @@/;

export interface HunkResult {
  readonly hunk: Hunk;
  /** Index of the first line behind the hunk. */
  readonly next: number;
  readonly problem: Problem | null;
  /** True if lines are missing (and not merely too many). */
  readonly short: boolean;
}

/** `---`, `+++` and a hunk header (be it a damaged one) in a row: the only thing outside `diff --git` that begins a file. */
export function isFileHeader(lines: readonly SourceLine[], index: number): boolean {
  return (
    (lines[index]?.text.startsWith('--- ') ?? false) &&
    (lines[index + 1]?.text.startsWith('+++ ') ?? false) &&
    (lines[index + 2]?.text.startsWith('@@ -') ?? false)
  );
}

interface Body {
  readonly lines: HunkLine[];
  oldLine: number;
  newLine: number;
  /** Lines at the end that were empty in the input: blank context, or the space behind a hunk that is cut. */
  trailingEmpty: number;
}

/** Reads the hunk whose header is `lines[index]`; null if that is no hunk header. */
export function readHunk(lines: readonly SourceLine[], index: number): HunkResult | null {
  const source = lines[index];
  const match = source ? HEADER.exec(source.text) : null;
  if (!source || !match) return null;
  const oldCount = Number(match[2] ?? '1');
  const newCount = Number(match[4] ?? '1');
  const behind = source.text.slice(match[0].length);
  const gap = behind.startsWith(' ') ? 1 : 0;
  const header = {
    line: source.line,
    oldStart: Number(match[1]),
    oldCount,
    newStart: Number(match[3]),
    newCount,
    heading: behind.slice(gap),
    headingColumn: source.column + match[0].length + gap,
  };
  // A side without lines names the line in front of the hunk.
  const oldLine = header.oldStart + (oldCount === 0 ? 1 : 0);
  const newLine = header.newStart + (newCount === 0 ? 1 : 0);
  const body: Body = { lines: [], oldLine, newLine, trailingEmpty: 0 };
  let next = index + 1;
  const oldEnd = oldLine + oldCount;
  const newEnd = newLine + newCount;
  while (next < lines.length && (body.oldLine < oldEnd || body.newLine < newEnd)) {
    if (!takeLine(body, lines, next, oldEnd, newEnd)) break;
    next++;
  }
  const short = body.oldLine < oldEnd || body.newLine < newEnd;
  if (short) {
    dropTrailingEmpty(body);
    next -= body.trailingEmpty;
    const hunk = { ...header, lines: body.lines };
    return { hunk, next, problem: shortfall(hunk, next >= lines.length), short };
  }
  next = skipNoNewline(lines, next);
  const promised = body.lines.length;
  next = takeOverrun(body, lines, next);
  const hunk = { ...header, lines: body.lines };
  return { hunk, next, problem: body.lines.length > promised ? overrun(hunk, body.lines[promised]) : null, short };
}

/** Takes one line into the body; false where it cannot belong to the hunk. */
function takeLine(body: Body, lines: readonly SourceLine[], at: number, oldEnd: number, newEnd: number): boolean {
  const source = lines[at];
  if (!source) return false;
  const oldLeft = oldEnd - body.oldLine;
  const newLeft = newEnd - body.newLine;
  const { text } = source;
  switch (text[0]) {
    case '+':
      return newLeft > 0 && push(body, source, 'added', 1);
    case '-':
      // A header that comes too early: unless these two lines are the very end of the hunk, `@@` cannot follow them.
      if ((oldLeft !== 1 || newLeft !== 1) && isFileHeader(lines, at)) return false;
      if ((oldLeft !== 1 || newLeft !== 0) && isSignature(lines, at)) return false;
      return oldLeft > 0 && push(body, source, 'removed', 1);
    case ' ':
      return oldLeft > 0 && newLeft > 0 && push(body, source, 'context', 1);
    case '\\':
      return true;
    case '\t':
      // Some mailers eat the marker of a context line that is otherwise white space and code.
      return oldLeft > 0 && newLeft > 0 && push(body, source, 'context', 0);
    case undefined:
      return oldLeft > 0 && newLeft > 0 && push(body, source, 'context', 0);
    default:
      return false;
  }
}

function push(body: Body, source: SourceLine, kind: HunkLine['kind'], marker: number): true {
  body.lines.push({
    kind,
    text: source.text.slice(marker),
    line: source.line,
    column: source.column + marker,
    decoded: source.decoded,
    oldLine: kind === 'added' ? null : body.oldLine++,
    newLine: kind === 'removed' ? null : body.newLine++,
  });
  body.trailingEmpty = source.text === '' ? body.trailingEmpty + 1 : 0;
  return true;
}

/** `-- ` with something behind it that no hunk can hold, as the version number of git. */
function isSignature(lines: readonly SourceLine[], at: number): boolean {
  const text = lines[at]?.text;
  if (text !== '-- ' && text !== '--') return false;
  const after = lines[at + 1]?.text;
  return after === undefined || !/^(?:[-+ \t\\@]|$|diff )/.test(after);
}

function skipNoNewline(lines: readonly SourceLine[], next: number): number {
  return lines[next]?.text.startsWith('\\ ') ? next + 1 : next;
}

function dropTrailingEmpty(body: Body): void {
  body.lines.splice(body.lines.length - body.trailingEmpty);
}

/** The counts are used up, but the text goes on as a hunk does: counts that lie, as after editing by hand. */
function takeOverrun(body: Body, lines: readonly SourceLine[], start: number): number {
  let next = start;
  for (; next < lines.length; next++) {
    const source = lines[next];
    const marker = source?.text[0];
    if (!source || (marker !== '+' && marker !== '-' && marker !== ' ')) break;
    if (source.text === '--' || source.text === '---' || source.text === '-- ' || isPatchEnd(lines, next)) break;
    push(body, source, marker === '+' ? 'added' : marker === '-' ? 'removed' : 'context', 1);
  }
  return next > start ? skipNoNewline(lines, next) : next;
}

function isPatchEnd(lines: readonly SourceLine[], at: number): boolean {
  const text = lines[at]?.text ?? '';
  return (text.startsWith('--- ') && (lines[at + 1]?.text.startsWith('+++ ') ?? false)) || /^ \S+ +\| +\d+ /.test(text);
}

function counted(hunk: Hunk): { old: number; new: number } {
  const added = hunk.lines.filter((line) => line.kind === 'added').length;
  const removed = hunk.lines.filter((line) => line.kind === 'removed').length;
  return { old: hunk.lines.length - added, new: hunk.lines.length - removed };
}

function shortfall(hunk: Hunk, atEnd: boolean): Problem {
  const is = counted(hunk);
  const what =
    `The hunk announces ${hunk.oldCount} old and ${hunk.newCount} new lines, ` +
    `but only ${is.old} and ${is.new} follow`;
  const advice = atEnd
    ? 'the input is cut here. Get the complete patch.'
    : 'the patch is damaged or was edited. What is there was read; send it unmangled or mend the counts.';
  return { line: hunk.line, message: `${what}: ${advice}` };
}

function overrun(hunk: Hunk, first: HunkLine | undefined): Problem {
  const is = counted(hunk);
  return {
    line: hunk.line,
    message:
      `The hunk announces ${hunk.oldCount} old and ${hunk.newCount} new lines, but ${is.old} and ${is.new} follow ` +
      `(the surplus begins at line ${(first?.line ?? hunk.line) + 1}): all were read. Mend the counts, git apply refuses them.`,
  };
}
