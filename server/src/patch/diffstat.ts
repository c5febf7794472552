/** The diffstat of a mail: its line for one file, and the summary below. */
import type { FileDiff, Message, PatchFile } from './model.ts';
import type { TextEdit } from './write.ts';

export interface Changes {
  readonly added: number;
  readonly removed: number;
}

/** git format-patch writes diffstats this wide. */
const WIDTH = 72;
const SUMMARY = /^ (\d+) files? changed(?:, (\d+) insertions?\(\+\))?(?:, (\d+) deletions?\(-\))?$/;

/** Edits that bring the diffstat from `before` to `after`; `after` null: the file is gone. None where there is no diffstat. */
export function statEdits(
  patch: PatchFile,
  message: Message,
  file: FileDiff,
  before: Changes,
  after: Changes | null,
): TextEdit[] {
  const summary = summaryLine(patch, message);
  if (summary === null) return [];
  const edits = [summaryEdit(patch, summary, before, after)];
  for (let line = summary - 1; line > message.line && (patch.lines[line] ?? '').startsWith(' '); line--) {
    const edit = fileEdit(patch, line, file, after);
    if (edit) edits.push(edit);
  }
  for (let line = summary + 1; after === null && (patch.lines[line] ?? '').startsWith(' '); line++) {
    if (/^ create mode \d+ /.test(patch.lines[line] ?? '') && patch.lines[line]?.endsWith(` ${file.newPath}`))
      edits.push({ line, column: 0, endLine: line + 1, endColumn: 0, newText: '' });
  }
  return edits;
}

/** The last summary in front of the first diff. */
function summaryLine(patch: PatchFile, message: Message): number | null {
  for (let line = (message.files[0]?.line ?? message.line) - 1; line > message.line; line--) {
    if (SUMMARY.test(patch.lines[line] ?? '')) return line;
  }
  return null;
}

function summaryEdit(patch: PatchFile, line: number, before: Changes, after: Changes | null): TextEdit {
  const text = patch.lines[line] ?? '';
  const match = SUMMARY.exec(text);
  const files = Number(match?.[1] ?? '0') - (after === null ? 1 : 0);
  const added = Math.max(0, Number(match?.[2] ?? '0') + (after?.added ?? 0) - before.added);
  const removed = Math.max(0, Number(match?.[3] ?? '0') + (after?.removed ?? 0) - before.removed);
  const parts = [
    ` ${files} file${files === 1 ? '' : 's'} changed`,
    ...(added > 0 || removed === 0 ? [`${added} insertion${added === 1 ? '' : 's'}(+)`] : []),
    ...(removed > 0 || added === 0 ? [`${removed} deletion${removed === 1 ? '' : 's'}(-)`] : []),
  ];
  return { line, column: 0, endLine: line, endColumn: text.length, newText: parts.join(', ') };
}

function fileEdit(patch: PatchFile, line: number, file: FileDiff, after: Changes | null): TextEdit | null {
  const text = patch.lines[line] ?? '';
  const match = /^( (.+?) +\|)( +)(\d+)(?: ([-+]*))?$/.exec(text.slice(0, 1000));
  if (!match || !names(match[2] ?? '', file)) return null;
  if (after === null) return { line, column: 0, endLine: line + 1, endColumn: 0, newText: '' };
  const [, front = '', , gap = '', digits = '', graph = ''] = match;
  const total = `${after.added + after.removed}`.padStart(gap.length - 1 + digits.length);
  const room = WIDTH - front.length - total.length - 2;
  const drawn = draw(after, graph.length, Number(digits), room);
  return {
    line,
    column: 0,
    endLine: line,
    endColumn: text.length,
    newText: `${front} ${total}${drawn && ` ${drawn}`}`,
  };
}

/** True if a diffstat's name, perhaps cut (`.../x86/mm/init.c`) or of a rename (`{a => b}/x.c`), is the file's. */
function names(shown: string, file: FileDiff): boolean {
  const path = file.newPath ?? file.oldPath ?? '';
  const name = shown
    .replace(/\{[^{}]* => ([^{}]*)\}/, '$1')
    .replace(/^.* => /, '')
    .replace(/\/\//g, '/');
  return name === path || (name.startsWith('.../') && path.endsWith(name.slice(3)));
}

/** Plus and minus signs: one for each line, or at the scale of the line before, at most `room` of them. */
function draw(changes: Changes, oldLength: number, oldTotal: number, room: number): string {
  const total = changes.added + changes.removed;
  if (total === 0) return '';
  const scaled = oldTotal > 0 && oldLength < oldTotal;
  const wanted = scaled ? Math.round((oldLength * total) / oldTotal) : total;
  const length = Math.max(
    Math.min(wanted, Math.max(room, 10), total),
    changes.added > 0 && changes.removed > 0 ? 2 : 1,
  );
  let plus = Math.round((length * changes.added) / total);
  if (changes.added > 0) plus = Math.max(plus, 1);
  if (changes.removed > 0) plus = Math.min(plus, length - 1);
  return '+'.repeat(plus) + '-'.repeat(length - plus);
}
