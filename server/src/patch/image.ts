/** The pre- and post-image of what a patch shows of a file, and the way from an image position to the input and back. */
import type { FileDiff, Hunk, HunkLine, Image, ImageSegment, InputRange, PatchFile } from './model.ts';

/** Every image line ends with a newline; between two segments stands one more. */
export function imageOf(file: FileDiff, side: 'old' | 'new'): Image {
  const unwanted = side === 'old' ? 'added' : 'removed';
  const segments: ImageSegment[] = [];
  const pieces: string[] = [];
  let offset = 0;
  for (const hunk of file.hunks) {
    if (segments.length > 0) {
      pieces.push('');
      offset++;
    }
    const start = offset;
    const lines: { line: HunkLine; start: number }[] = [];
    for (const line of hunk.lines) {
      if (line.kind === unwanted) continue;
      lines.push({ line, start: offset });
      pieces.push(line.text);
      offset += line.text.length + 1;
    }
    segments.push({ hunk, start, end: offset, lines });
  }
  return { side, text: pieces.length > 0 ? `${pieces.join('\n')}\n` : '', segments };
}

/**
 * The place in the input of the image's [startOffset, endOffset). The end stands right behind the last character, so
 * a range that takes in a newline ends at the end of that line. A decoded line (base64, quoted-printable) has no
 * exact columns: it is covered whole. Offsets between segments and outside of the text go to the nearest line.
 */
export function toInput(
  image: Image,
  startOffset: number,
  endOffset: number,
  patchFile: Pick<PatchFile, 'lines'>,
): InputRange {
  const first = nearest(image, startOffset);
  const last = endOffset > startOffset ? nearest(image, endOffset - 1) : first;
  if (!first || !last) return headerRange(image.segments[0]?.hunk, patchFile);
  const start = columnOf(first, 0);
  const end = endOffset > startOffset ? columnOf(last, 1) : start;
  return {
    line: first.line.line,
    column: first.line.decoded ? 0 : start,
    endLine: last.line.line,
    endColumn: last.line.decoded ? (patchFile.lines[last.line.line] ?? '').length : end,
  };
}

/** 1-based line in the kernel file of the image's side; null between two segments. */
export function toKernelLine(image: Image, offset: number): number | null {
  const found = locate(image, offset);
  if (!found) return null;
  return image.side === 'old' ? found.line.oldLine : found.line.newLine;
}

/**
 * The image offset of an input position (0-based line, UTF-16 column); the column behind the last character gives the
 * newline's offset. Null where that line is not in the image or the column lies in its marker or quoting. Any column
 * of a decoded line gives the beginning of its text.
 */
export function fromInput(image: Image, line: number, column: number): number | null {
  const segment =
    image.segments[lastAtMost(image.segments, line, (item) => item.lines[0]?.line.line ?? item.hunk.line)];
  if (!segment) return null;
  let index = lastAtMost(segment.lines, line, (item) => item.line.line);
  // One line of base64 can hold several lines of code: the first of them.
  while (index > 0 && segment.lines[index - 1]?.line.line === line) index--;
  const found = segment.lines[index];
  if (!found || found.line.line !== line) return null;
  if (found.line.decoded) return found.start;
  const within = column - found.line.column;
  return within < 0 || within > found.line.text.length ? null : found.start + within;
}

interface Located {
  readonly line: HunkLine;
  /** Offset inside `line.text`; its length stands for the newline. */
  readonly within: number;
}

function columnOf(at: Located, width: 0 | 1): number {
  return at.line.column + Math.min(at.within + width, at.line.text.length);
}

/** The line that holds `offset`, or null. */
function locate(image: Image, offset: number): Located | null {
  const segment = image.segments[lastAtMost(image.segments, offset, (item) => item.start)];
  const found = segment?.lines[lastAtMost(segment.lines, offset, (item) => item.start)];
  if (!segment || !found || offset >= segment.end) return null;
  return { line: found.line, within: offset - found.start };
}

/** As `locate`; in a gap the end of the line before it, in front of everything the first line. */
function nearest(image: Image, offset: number): Located | null {
  const exact = locate(image, Math.max(0, offset));
  if (exact) return exact;
  for (let i = lastAtMost(image.segments, offset, (item) => item.start); i >= 0; i--) {
    const last = image.segments[i]?.lines.at(-1);
    if (last) return { line: last.line, within: last.line.text.length };
  }
  const first = image.segments.find((segment) => segment.lines.length > 0)?.lines[0];
  return first ? { line: first.line, within: 0 } : null;
}

/** Index of the last item whose key is at most `value`; -1 if there is none. Keys do not decrease. */
function lastAtMost<T>(items: readonly T[], value: number, key: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && key(item) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function headerRange(hunk: Hunk | undefined, patchFile: Pick<PatchFile, 'lines'>): InputRange {
  const line = hunk?.line ?? 0;
  return { line, column: 0, endLine: line, endColumn: (patchFile.lines[line] ?? '').length };
}
