/** The code a patch shows: one image of one file, parsed, with the way back to patch lines. */
import type { SourceFile, Span } from '../c/ast.ts';
import type { CParser } from '../c/parse/parser.ts';
import { parseSource } from '../c/parse/source.ts';
import { expandFrom } from '../patch/expand.ts';
import { imageOf, toInput, toKernelLine } from '../patch/image.ts';
import type { FileDiff, Hunk, HunkLine, Image, ImageSegment, Message, PatchFile, Problem } from '../patch/model.ts';
import type { Place, ReviewOptions } from './report.ts';

export interface CodeText {
  /** The input. A text outlives the review that read it: it keeps the lines only. */
  readonly patch: Pick<PatchFile, 'lines'>;
  /** Index of the message in the patch file. */
  readonly message: number;
  readonly file: FileDiff;
  readonly side: 'old' | 'new';
  readonly path: string;
  readonly image: Image;
  readonly source: SourceFile;
  /** True if the image is of the whole file, not only of what the hunks show. */
  readonly whole: boolean;
}

const isC = (path: string) => /\.[ch]$/.test(path);

/** Where whole files come from, if anywhere. */
export type Sources = Pick<ReviewOptions, 'readBlob' | 'readKernelFile'>;

export interface Texts {
  readonly texts: readonly CodeText[];
  /** What the post-images are made of: the hunks alone, a kernel tree, or the exact pre-images by their blob names. */
  readonly base: 'fragment' | 'tree' | 'blob';
  readonly problems: readonly Problem[];
}

export interface TextsInput extends Sources {
  readonly parser: CParser;
  readonly patch: PatchFile;
  /** Index of the message. */
  readonly message: number;
  /** What the last review read there: what reads the same, at the same place, stays the very same text. */
  readonly last: Texts | null;
}

/** Both images of every C file that a message touches; a file without one side has only the other. */
export function readTexts(input: TextsInput): Texts {
  const { patch, message } = input;
  const bases = new Set<Texts['base']>();
  const problems: Problem[] = [];
  const texts = (patch.messages[message]?.files ?? []).flatMap((shown): readonly CodeText[] => {
    if (shown.binary || !isC(shown.newPath ?? shown.oldPath ?? '')) return [];
    const { file, base, problem } = withWholeFile(shown, input);
    bases.add(base);
    if (problem) problems.push(problem);
    return textsOf(input, file, base !== 'fragment');
  });
  const worst = (['fragment', 'tree', 'blob'] as const).find((base) => bases.has(base));
  return { texts, base: worst ?? 'fragment', problems };
}

function textsOf({ parser, patch, message, last }: TextsInput, file: FileDiff, whole: boolean): readonly CodeText[] {
  const shown = JSON.stringify(file);
  const earlier = (last?.texts ?? []).filter(
    (text) => text.message === message && text.file.oldPath === file.oldPath && text.file.newPath === file.newPath,
  );
  const same = earlier.filter((text) => text.whole === whole && JSON.stringify(text.file) === shown);
  if (same.length > 0) return same;
  return (['old', 'new'] as const).flatMap((side) => {
    const path = side === 'old' ? file.oldPath : file.newPath;
    if (path === null) return [];
    const image = imageOf(file, side);
    const known = earlier.find((text) => text.side === side && readsAs(text.image, image));
    const source = known?.source ?? parseSource(parser, image.text, image.segments.map(segmentSpan));
    return [{ patch: { lines: patch.lines }, message, file, side, path, image, source, whole }];
  });
}

/** True if there is nothing in the one image to parse that is not in the other. */
const readsAs = (a: Image, b: Image) =>
  a.text === b.text && JSON.stringify(a.segments.map(segmentSpan)) === JSON.stringify(b.segments.map(segmentSpan));

interface Whole {
  readonly file: FileDiff;
  readonly base: Texts['base'];
  readonly problem?: Problem;
}

function withWholeFile(file: FileDiff, { readBlob, readKernelFile }: Sources): Whole {
  const blob = file.oldBlob && readBlob?.(file.oldBlob);
  const fromBlob = blob ? expandFrom(file, blob) : null;
  if (fromBlob) return { file: fromBlob, base: 'blob' };
  const content = file.oldPath && readKernelFile?.(file.oldPath);
  if (!content) return { file, base: 'fragment' };
  const fromTree = expandFrom(file, content);
  if (fromTree) return { file: fromTree, base: 'tree' };
  const message = `${file.oldPath} of the kernel tree is another version: the hunks do not apply, and only what they show is reviewed`;
  return { file, base: 'fragment', problem: { line: file.line, message } };
}

const segmentSpan = ({ start, end, hunk }: ImageSegment) => ({ start, end, heading: hunk.heading || null });

const hunksByLine = new WeakMap<Message, ReadonlyMap<number, Hunk>>();

/** The mail's own hunks by each input line that they show. */
export function shownHunks(message: Message): ReadonlyMap<number, Hunk> {
  const known = hunksByLine.get(message);
  if (known) return known;
  const hunks = new Map<number, Hunk>();
  for (const file of message.files)
    for (const hunk of file.hunks) for (const { line } of hunk.lines) hunks.set(line, hunk);
  hunksByLine.set(message, hunks);
  return hunks;
}

/** Where an offset of the image stands: its segment and the index of its line in the hunk. */
export function lineAt(
  text: CodeText,
  offset: number,
): { segment: ImageSegment; index: number; line: HunkLine } | null {
  const segment = text.image.segments.find((candidate) => offset >= candidate.start && offset < candidate.end);
  if (!segment) return null;
  let low = 0;
  let high = segment.lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((segment.lines[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const line = segment.lines[low]?.line;
  return line ? { segment, index: segment.hunk.lines.indexOf(line), line } : null;
}

/** The hunk lines from the first to the last line of a span, those of the other image between them too. */
export function hunkLines(text: CodeText, span: Span): readonly HunkLine[] {
  const first = lineAt(text, span.start);
  const last = lineAt(text, Math.max(span.start, span.end - 1));
  if (!first || !last) return [];
  return first.segment.hunk.lines.slice(first.index, last.index + 1);
}

/** True if the patch adds or removes a line anywhere inside the span. */
export const isChanged = (text: CodeText, span: Span) => hunkLines(text, span).some((line) => line.kind !== 'context');

/** The span in the patch file; 1-based. */
export function placeOf(text: CodeText, span: Span, file: string): Place {
  const range = toInput(text.image, span.start, span.end, text.patch);
  return {
    file,
    line: range.line + 1,
    column: range.column + 1,
    endLine: range.endLine + 1,
    endColumn: range.endColumn + 1,
  };
}

/** A whole hunk line (0-based input line) as a place, without its marker and leading blanks. */
export function placeOfLine(patch: PatchFile, line: number, file: string): Place {
  const content = patch.lines[line] ?? '';
  const column = (/^[-+ ]?\s*/.exec(content)?.[0].length ?? 0) + 1;
  return { file, line: line + 1, column, endLine: line + 1, endColumn: content.length + 1 };
}

export const kernelLineOf = (text: CodeText, span: Span) => toKernelLine(text.image, span.start);

export const codeOf = (text: CodeText, span: Span) => text.image.text.slice(span.start, span.end);
