/** Several patch files as one, line behind line: what belongs together can be read together. */
import type { FileDiff, Hunk, Message, PatchFile, Problem } from './model.ts';

export interface Joined {
  readonly patch: PatchFile;
  /** For each file the 0-based line at which it begins. */
  readonly starts: readonly number[];
}

export function joinFiles(files: readonly PatchFile[]): Joined {
  const starts: number[] = [];
  let at = 0;
  for (const { lines } of files) {
    starts.push(at);
    at += lines.length;
  }
  const start = (index: number) => starts[index] ?? 0;
  return {
    starts,
    patch: {
      lines: files.flatMap(({ lines }) => lines),
      eol: files[0]?.eol ?? '\n',
      messages: files.flatMap(({ messages }, index) => messages.map(messageAt(start(index)))),
      problems: files.flatMap(({ problems }, index) => problems.map(lowered<Problem>(start(index)))),
    },
  };
}

const lowered =
  <T extends { readonly line: number }>(by: number) =>
  (one: T): T => ({ ...one, line: one.line + by });

const messageAt =
  (by: number) =>
  (message: Message): Message => ({
    ...lowered<Message>(by)(message),
    endLine: message.endLine + by,
    files: message.files.map(
      (file): FileDiff => ({
        ...lowered<FileDiff>(by)(file),
        hunks: file.hunks.map(
          (hunk): Hunk => ({
            ...lowered<Hunk>(by)(hunk),
            lines: hunk.lines.map((line) => ({ ...line, line: line.line + by })),
          }),
        ),
      }),
    ),
    problems: message.problems.map(lowered<Problem>(by)),
  });
