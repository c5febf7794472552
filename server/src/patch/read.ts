/**
 * The way in: bytes or text to a PatchFile.
 *
 * Synchronous and total. That is why MIME, quoted-printable, base64 and RFC 2047 are decoded by this folder itself: a
 * language server reviews between two keystrokes, and postal-mime works only asynchronously and gives text without
 * the input line each decoded line came from.
 */
import { readMessages } from './message.ts';
import type { PatchFile, Problem } from './model.ts';
import { readLines, toSource } from './source.ts';

/**
 * Reads a unified diff, output of git format-patch, git show or git log -p, a mail, an mbox or a saved archive page,
 * told apart by content. Never throws; what cannot be read is a problem with its line. Time and memory are linear in
 * the input.
 */
export function readPatch(input: Uint8Array | string): PatchFile {
  const { lines, eol, problems } = readLines(input);
  const limits: Problem[] = [];
  const messages = readMessages(toSource(lines), limits);
  return { lines, eol, messages, problems: [...unreadable(lines, messages.length), ...problems, ...limits] };
}

/** gzip, zip, bzip2, xz: how they begin when read as text. */
const COMPRESSED = ['\u001f', 'PK\u0003\u0004', 'BZh', '\u00fd7zXZ'];

/** Why nothing at all was found, if so. */
function unreadable(lines: readonly string[], messages: number): Problem[] {
  const problem = (message: string): Problem[] => [{ line: 0, message }];
  const start = lines[0] ?? '';
  if (messages > 0) return [];
  if (lines.every((line) => line.trim() === '')) {
    return problem('The input is empty. Give a patch, a mail, an mbox or an archive page saved as text.');
  }
  if (COMPRESSED.some((magic) => start.startsWith(magic))) {
    return problem('The input is compressed and was not read. Unpack it first.');
  }
  if (lines.slice(0, 1000).some((line) => line.includes('\0'))) {
    return problem(
      'The input is binary and was not read. Give a patch, a mail, an mbox or an archive page saved as text.',
    );
  }
  return problem(
    'No diff and no mail was found in the input. Give a unified diff, git format-patch output, a mail or an mbox; ' +
      'a web page has to be saved as plain text.',
  );
}
