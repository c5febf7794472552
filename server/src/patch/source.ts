/**
 * From bytes to lines. Everything behind this file works on lines that know where they came from: `SourceLine`.
 *
 * A line ends at `\n` or `\r\n`. A lone `\r` stays content, as git sees it.
 */
import type { PatchFile, Problem } from './model.ts';

/** One logical line: after unquoting, unescaping or MIME decoding, with its place in the input. */
export interface SourceLine {
  readonly text: string;
  /** 0-based line of the input. */
  readonly line: number;
  /** UTF-16 column of the input line where `text[0]` stands. */
  readonly column: number;
  /** True where `text` is not literally what the input line holds from `column` on. */
  readonly decoded: boolean;
}

/** More than any mail or kernel release needs; beyond it the memory for line objects would no longer be modest. */
const MAX_LINES = 2_000_000;
const MAX_BYTES = 256 * 1024 * 1024;

/** Splits the input. Total: whatever the bytes are, there are lines, and `problems` says what was lost. */
export function readLines(input: Uint8Array | string): Pick<PatchFile, 'lines' | 'eol' | 'problems'> {
  const problems: Problem[] = [];
  let bounded = input;
  if (input.length > MAX_BYTES) {
    bounded = typeof input === 'string' ? input.slice(0, MAX_BYTES) : input.subarray(0, MAX_BYTES);
    problems.push({
      line: 0,
      message: 'The input is larger than 256 MiB: only its beginning was read. Split it and review the pieces.',
    });
  }
  const text = typeof bounded === 'string' ? bounded : decodeBytes(bounded, problems);
  const lines = splitLines(text.startsWith('\uFEFF') ? text.slice(1) : text);
  if (lines.length > MAX_LINES) {
    lines.length = MAX_LINES;
    problems.push({
      line: MAX_LINES,
      message: `The input has more than ${MAX_LINES} lines: the rest was not read. Split it and review the pieces.`,
    });
  }
  const firstEnd = text.indexOf('\n');
  return { lines, eol: firstEnd > 0 && text[firstEnd - 1] === '\r' ? '\r\n' : '\n', problems };
}

/** Lines without their endings; the empty rest behind a final newline is no line. Stops a little above MAX_LINES. */
export function splitLines(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  while (start < text.length && lines.length <= MAX_LINES) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    lines.push(text.slice(start, end > start && text[end - 1] === '\r' ? end - 1 : end));
    start = end + 1;
  }
  return lines;
}

export function toSource(lines: readonly string[]): SourceLine[] {
  return lines.map((text, line) => ({ text, line, column: 0, decoded: false }));
}

function decodeBytes(bytes: Uint8Array, problems: Problem[]): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return decodeLineByLine(bytes, problems);
  }
}

/**
 * An mbox can hold mails in several charsets, so the fallback is decided per line: one byte becomes one character,
 * which keeps columns close to what an editor shows.
 */
function decodeLineByLine(bytes: Uint8Array, problems: Problem[]): string {
  const utf8 = new TextDecoder('utf-8');
  const western = new TextDecoder('windows-1252');
  const parts: string[] = [];
  let first = -1;
  let count = 0;
  for (let start = 0; start < bytes.length && parts.length <= MAX_LINES; ) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    const line = bytes.subarray(start, end);
    let text = utf8.decode(line);
    if (text.includes('\uFFFD')) {
      text = western.decode(line);
      if (first < 0) first = parts.length;
      count++;
    }
    parts.push(text);
    start = end;
  }
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  problems.push({
    line: Math.max(first, 0),
    message: `Line ${first + 1}${more} is not UTF-8 and was read as Windows-1252. Save the mail as UTF-8 if characters look wrong.`,
  });
  return parts.join('');
}
