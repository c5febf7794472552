/** From the text of one mail part to its diffs: as it stands, unflowed, or out of the quoting of a reply. */
import { type DiffResult, readDiff } from './diff.ts';
import { unflow, unstuffed } from './flowed.ts';
import type { Part } from './mime.ts';
import type { Problem } from './model.ts';
import { unquote } from './quote.ts';
import type { SourceLine } from './source.ts';

/**
 * The diffs of a part. A diff that stands free is the mail's own; only a mail without one is read for the diffs it
 * quotes.
 */
export function readBody(part: Part): DiffResult {
  const plain = readText(part.lines);
  if (!part.flowed) return plain;
  const undone = readText(unflow(part.lines, part.delSp));
  if (plain.files.length === 0 && undone.files.length === 0) return plain;
  const asItStands = plain.files.length >= undone.files.length && plain.short <= undone.short;
  if (!asItStands) return withNote(undone, UNDONE);
  if (!isStuffed(plain)) return withNote(plain, INTACT);
  // A program that stuffs and never wraps leaves spaces at the ends of lines that are no soft breaks.
  return withNote(plain.short === undone.short ? undone : readText(part.lines.map(unstuffed)), UNDONE);
}

export function readText(lines: readonly SourceLine[]): DiffResult {
  const own = readDiff(lines);
  if (own.files.length > 0) return own;
  const quoted = unquote(lines);
  if (!quoted) return own;
  const result = readDiff(quoted);
  return result.files.length > 0 ? result : own;
}

const INTACT =
  'The mail declares format=flowed, but the diff is whole as it stands and was read so. Send patches without it.';
const UNDONE =
  'The mail is format=flowed, which breaks patches: its stuffed spaces and soft line breaks were undone to read this ' +
  'diff. Ask for the patch without format=flowed, git am will not take it.';

function withNote(result: DiffResult, message: string): DiffResult {
  const note: Problem = { line: result.files[0]?.line ?? 0, message };
  return { ...result, problems: [note, ...result.problems] };
}

/** Context lines that all begin with one more space than their marker: the sender's program stuffed them. */
function isStuffed(result: DiffResult): boolean {
  let context = 0;
  for (const file of result.files) {
    for (const hunk of file.hunks) {
      for (const line of hunk.lines) {
        if (line.kind !== 'context' || line.text === '') continue;
        if (!line.text.startsWith(' ')) return false;
        context++;
      }
    }
  }
  return context > 0;
}
