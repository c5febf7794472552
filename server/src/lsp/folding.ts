/** Folds: each mail of several, its header, each file, each hunk, quoted text. */
import { type FoldingRange, FoldingRangeKind } from 'vscode-languageserver-protocol';
import type { PatchFile } from '../patch/model.ts';

export function foldsOf({ messages, lines }: PatchFile): FoldingRange[] {
  const folds: FoldingRange[] = [];
  const add = (startLine: number, endLine: number, kind?: FoldingRangeKind): void => {
    if (endLine > startLine) folds.push({ startLine, endLine, ...(kind === undefined ? {} : { kind }) });
  };
  for (const message of messages) {
    if (messages.length > 1) add(message.line, lastOf(lines, message.endLine - 1));
    if (message.kind !== 'diff') add(message.line, headerEnd(lines, message.line), FoldingRangeKind.Comment);
    message.files.forEach((file, index) => {
      const ends = file.hunks.map((hunk) => hunk.lines.at(-1)?.line ?? hunk.line);
      const next = message.files[index + 1];
      add(file.line, ends.at(-1) ?? (next === undefined ? file.line : next.line - 1), FoldingRangeKind.Region);
      file.hunks.forEach((hunk, at) => {
        add(hunk.line, ends[at] ?? hunk.line);
      });
    });
  }
  quotes(lines, add);
  return folds;
}

/** The last line of a message that says something. */
function lastOf(lines: readonly string[], from: number): number {
  let line = from;
  while (line > 0 && (lines[line] ?? '') === '') line -= 1;
  return line;
}

/** The last line before the first blank one. */
function headerEnd(lines: readonly string[], from: number): number {
  let line = from;
  while (line + 1 < lines.length && lines[line + 1] !== '') line += 1;
  return line;
}

/** Runs of three and more quoted lines. */
function quotes(lines: readonly string[], add: (start: number, end: number, kind: FoldingRangeKind) => void): void {
  let start = -1;
  for (let line = 0; line <= lines.length; line += 1) {
    const isQuoted = /^(>|\s?>)/.test(lines[line] ?? '');
    if (isQuoted && start < 0) start = line;
    if (isQuoted || start < 0) continue;
    if (line - start >= 3) add(start, line - 1, FoldingRangeKind.Comment);
    start = -1;
  }
}
