/**
 * Editing a patch so that it stays one: changes of the post-image become text edits of the patch file, and hunk
 * counts, the offsets of the hunks behind, and the diffstat follow. The new blob name in the `index` line is left as
 * it is; git uses it for binary patches only.
 */
import { statEdits } from './diffstat.ts';
import type { FileDiff, Hunk, HunkLine, InputRange, Message, PatchFile } from './model.ts';

/** A change at one line of the post-image. At most one for each line. */
export interface LineEdit {
  /** A context or added line of the file. */
  readonly at: HunkLine;
  /** Lines that come to stand in front of it. */
  readonly before?: readonly string[];
  /** What stands in its place; empty: the line goes. Absent: it stays. */
  readonly text?: readonly string[];
  /** Lines that come to stand behind it. */
  readonly after?: readonly string[];
}

/** Put `newText` in the place of the range. Ranges of one result do not overlap. */
export interface TextEdit extends InputRange {
  readonly newText: string;
}

/** The edits in order of place, or why there are none. */
export type EditResult =
  | { readonly edits: readonly TextEdit[]; readonly refused: null }
  | { readonly edits: null; readonly refused: string };

/** A hunk behind its changes. */
interface Edited {
  readonly hunk: Hunk;
  readonly edits: readonly TextEdit[];
  readonly before: Count;
  readonly after: Count;
}

export interface Count {
  readonly context: number;
  readonly added: number;
  readonly removed: number;
}

/**
 * Text edits that carry out `changes` in the post-image of `file`, which is one of `message.files`. A hunk that would
 * change nothing any more goes, a file without hunks too. Refused, with a sentence, where the input is not the text
 * itself (base64, quoted-printable, format=flowed) or nothing would remain.
 */
export function editPatch(
  patch: PatchFile,
  message: Message,
  file: FileDiff,
  changes: readonly LineEdit[],
): EditResult {
  const byLine = new Map(changes.map((change) => [change.at, change]));
  const refused = obstacle(patch, message, file, changes, byLine);
  if (refused !== null) return { edits: null, refused };
  const hunks = file.hunks.map((hunk) => editHunk(patch, hunk, byLine));
  const left = hunks.filter((hunk) => hunk.after.added + hunk.after.removed > 0);
  const isMove = file.oldPath !== file.newPath && file.oldPath !== null && file.newPath !== null;
  if (left.length === 0 && (message.files.length < 2 || isMove)) {
    return { edits: null, refused: 'Nothing would remain of the change: drop it as a whole, by hand.' };
  }
  const body = left.length === 0 ? [removeFile(patch, file)] : hunkEdits(patch, hunks);
  const sum = (counts: readonly Count[]) => ({
    added: counts.reduce((n, count) => n + count.added, 0),
    removed: counts.reduce((n, count) => n + count.removed, 0),
  });
  const stat = statEdits(
    patch,
    message,
    file,
    sum(hunks.map((hunk) => hunk.before)),
    left.length === 0 ? null : sum(hunks.map((hunk) => hunk.after)),
  );
  const edits = [...stat, ...body].sort((a, b) => a.line - b.line || a.column - b.column);
  return { edits, refused: null };
}

/** The patch file's text behind the edits, each line with the file's line ending. */
export function applyEdits(patch: PatchFile, edits: readonly TextEdit[]): string {
  const starts: number[] = [];
  let offset = 0;
  for (const line of patch.lines) {
    starts.push(offset);
    offset += line.length + patch.eol.length;
  }
  const text = patch.lines.map((line) => line + patch.eol).join('');
  const at = (line: number, column: number) => (starts[line] ?? text.length) + column;
  let out = '';
  let done = 0;
  for (const edit of edits) {
    out += text.slice(done, at(edit.line, edit.column)) + edit.newText;
    done = at(edit.endLine, edit.endColumn);
  }
  return out + text.slice(done);
}

function obstacle(
  patch: PatchFile,
  message: Message,
  file: FileDiff,
  changes: readonly LineEdit[],
  byLine: ReadonlyMap<HunkLine, LineEdit>,
): string | null {
  if (byLine.size !== changes.length) return 'Two changes are asked for one line: join them.';
  const shown = new Set(file.hunks.flatMap((hunk) => hunk.lines));
  const last = new Set(file.hunks.map((hunk) => hunk.lines.at(-1)));
  for (const change of changes) {
    if (!shown.has(change.at) || change.at.kind === 'removed') return 'The line is not in the post-image of this file.';
    const objection = lineObstacle(patch, change, last.has(change.at));
    if (objection !== null) return objection;
  }
  const encoded = patch.lines
    .slice(message.line, file.line)
    .some((line) => /^content-transfer-encoding:\s*(?:quoted-printable|base64)/i.test(line.slice(0, 80)));
  const literal = file.hunks.every(
    (hunk) => prefixOf(patch, hunk) !== null && hunk.lines.every((line) => !line.decoded),
  );
  return encoded || !literal
    ? 'The patch is encoded in the mail (base64, quoted-printable or format=flowed): decode it first.'
    : null;
}

function lineObstacle(patch: PatchFile, change: LineEdit, isLast: boolean): string | null {
  const { at, before = [], text, after = [] } = change;
  if ([...before, ...(text ?? []), ...after].some((line) => /[\r\n]/.test(line))) {
    return 'A new line holds a line break: give one entry for each line.';
  }
  const goes = at.kind === 'added' && text?.length === 0 && before.length === 0;
  if (endsFile(patch, at) && (after.length > 0 || goes)) {
    return 'The line ends a file that has no final newline: edit it by hand.';
  }
  // git apply takes a hunk without context at its end for the end of the file.
  return isLast && at.kind === 'context' && (text !== undefined || after.length > 0)
    ? 'The hunk shows no context behind this line, and git apply would refuse the result: make the patch again with more context.'
    : null;
}

/** What stands in front of every line of the hunk: quote marks, or nothing. Null where the header is not literal. */
function prefixOf(patch: PatchFile, hunk: Hunk): string | null {
  const header = patch.lines[hunk.line] ?? '';
  const at = header.indexOf('@@ -');
  return at < 0 ? null : header.slice(0, at);
}

/** True if `\ No newline at end of file` follows the line. */
function endsFile(patch: PatchFile, line: HunkLine): boolean {
  return /^(?:> ?)*\\ /.test(patch.lines[line.line + 1]?.slice(0, 100) ?? '');
}

function editHunk(patch: PatchFile, hunk: Hunk, byLine: ReadonlyMap<HunkLine, LineEdit>): Edited {
  const edits: TextEdit[] = [];
  const before = { context: 0, added: 0, removed: 0 };
  const after = { context: 0, added: 0, removed: 0 };
  for (const line of hunk.lines) {
    before[line.kind]++;
    const change = byLine.get(line);
    if (!change) {
      after[line.kind]++;
      continue;
    }
    const around = (change.before?.length ?? 0) + (change.after?.length ?? 0);
    if (line.kind === 'added') {
      after.added += around + (change.text?.length ?? 1);
      edits.push(editAdded(patch, prefixOf(patch, hunk) ?? '', line, change));
    } else {
      after.added += around + (change.text?.length ?? 0);
      after[change.text ? 'removed' : 'context']++;
      edits.push(...editContext(patch, prefixOf(patch, hunk) ?? '', line, change));
    }
  }
  return { hunk, edits, before, after };
}

/** An added line and what comes around it is rewritten in one piece. */
function editAdded(patch: PatchFile, prefix: string, line: HunkLine, change: LineEdit): TextEdit {
  const texts = [...(change.before ?? []), ...(change.text ?? [line.text]), ...(change.after ?? [])];
  if (texts.length === 0) return { line: line.line, column: 0, endLine: line.line + 1, endColumn: 0, newText: '' };
  const newText = texts.map((text) => `${prefix}+${text}`).join(patch.eol);
  return { line: line.line, column: 0, endLine: line.line, endColumn: lengthOf(patch, line.line), newText };
}

/** A context line that goes becomes a removed one; what comes in its place is added below. */
function editContext(patch: PatchFile, prefix: string, line: HunkLine, change: LineEdit): TextEdit[] {
  const added = (texts: readonly string[]) => texts.map((text) => `${prefix}+${text}`);
  const edits: TextEdit[] = [];
  const front = added(change.before ?? [])
    .map((text) => text + patch.eol)
    .join('');
  if (change.text) {
    edits.push({
      line: line.line,
      column: 0,
      endLine: line.line,
      endColumn: line.column,
      newText: `${front}${prefix}-`,
    });
  } else if (front !== '') {
    edits.push({ line: line.line, column: 0, endLine: line.line, endColumn: 0, newText: front });
  }
  const behind = added([...(change.text ?? []), ...(change.after ?? [])]);
  if (behind.length === 0) return edits;
  // The note that the file ends without a newline holds for the old line and for the new one.
  const note = endsFile(patch, line) ? [patch.lines[line.line + 1] ?? ''] : [];
  const at = line.line + note.length;
  const end = lengthOf(patch, at);
  const newText = [...behind, ...note].map((text) => patch.eol + text).join('');
  edits.push({ line: at, column: end, endLine: at, endColumn: end, newText });
  return edits;
}

function lengthOf(patch: PatchFile, line: number): number {
  return patch.lines[line]?.length ?? 0;
}

/** Bodies and headers of all hunks of one file; hunks behind a change move with it. */
function hunkEdits(patch: PatchFile, hunks: readonly Edited[]): TextEdit[] {
  const edits: TextEdit[] = [];
  let shift = 0;
  for (const { hunk, edits: body, before, after } of hunks) {
    if (body.length === 0 && shift === 0) continue;
    if (after.added + after.removed === 0) edits.push(removeHunk(patch, hunk));
    else edits.push(...headerEdit(patch, hunk, shift, before, after), ...body);
    shift += after.context + after.added - before.context - before.added;
  }
  return edits;
}

function headerEdit(patch: PatchFile, hunk: Hunk, shift: number, before: Count, after: Count): TextEdit[] {
  const text = patch.lines[hunk.line] ?? '';
  const match = /@@ -[\d,]+ \+[\d,]+ @@/.exec(text);
  if (!match) return [];
  const oldCount = after.context + after.removed;
  const newCount = after.context + after.added;
  const wasEmpty = before.context + before.added === 0;
  // A side without lines names the line in front of it.
  const step = Number(wasEmpty && newCount > 0) - Number(!wasEmpty && newCount === 0);
  const newStart = Math.max(0, hunk.newStart + shift + step);
  const newText = `@@ -${side(hunk.oldStart, oldCount)} +${side(newStart, newCount)} @@`;
  if (newText === match[0]) return [];
  const end = match.index + match[0].length;
  return [{ line: hunk.line, column: match.index, endLine: hunk.line, endColumn: end, newText }];
}

function side(start: number, count: number): string {
  return count === 1 ? `${start}` : `${start},${count}`;
}

/** The line behind the last of the hunk. */
function endOf(patch: PatchFile, hunk: Hunk): number {
  const last = hunk.lines.at(-1);
  if (!last) return hunk.line + 1;
  return last.line + (endsFile(patch, last) ? 2 : 1);
}

function removeLines(line: number, endLine: number): TextEdit {
  return { line, column: 0, endLine, endColumn: 0, newText: '' };
}

function removeHunk(patch: PatchFile, hunk: Hunk): TextEdit {
  return removeLines(hunk.line, endOf(patch, hunk));
}

function removeFile(patch: PatchFile, file: FileDiff): TextEdit {
  const last = file.hunks.at(-1);
  return removeLines(file.line, last ? endOf(patch, last) : file.line + 1);
}
