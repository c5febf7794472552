/** Applies the hunks of a file to its pre-image, and gives the diff back with the whole file as context. */
import type { FileDiff, Hunk, HunkLine } from './model.ts';

/** How many context lines at either end of a hunk may differ from the file, as patch(1) allows. */
const MOST_FUZZ = 2;

/**
 * The file's diff as one hunk over the whole pre-image, so that everything around the patch's own hunks is read as if the
 * mail had shown it. Lines that the mail does not show stand at the header of the nearest hunk before them. Null if a
 * hunk does not apply, with any offset and up to two lines of fuzz.
 */
export function expandFrom(file: FileDiff, preImage: string): FileDiff | null {
  const base = preImage.split('\n');
  if (base.at(-1) === '') base.pop();
  const placed = placeHunks(file.hunks, base);
  const first = file.hunks[0];
  if (!placed || !first) return null;
  const lines: HunkLine[] = [];
  let oldLine = 1;
  let newLine = 1;
  let header = first.line;
  const filler = (until: number) => {
    for (; oldLine <= until; oldLine++, newLine++)
      lines.push({
        kind: 'context',
        text: base[oldLine - 1] ?? '',
        line: header,
        column: 0,
        decoded: true,
        oldLine,
        newLine,
      });
  };
  for (const { hunk, at, lines: own } of placed) {
    filler(at);
    header = hunk.line;
    for (const line of own) {
      const old = line.kind === 'added' ? null : oldLine++;
      const fresh = line.kind === 'removed' ? null : newLine++;
      lines.push({ ...line, oldLine: old, newLine: fresh });
    }
  }
  filler(base.length);
  const hunk: Hunk = {
    line: first.line,
    oldStart: 1,
    oldCount: oldLine - 1,
    newStart: 1,
    newCount: newLine - 1,
    heading: '',
    headingColumn: 0,
    lines,
  };
  return { ...file, hunks: [hunk] };
}

interface Placed {
  readonly hunk: Hunk;
  /** Lines of the pre-image before the hunk. */
  readonly at: number;
  /** The hunk's lines without those that fuzz left out. */
  readonly lines: readonly HunkLine[];
}

function placeHunks(hunks: readonly Hunk[], base: readonly string[]): readonly Placed[] | null {
  const placed: Placed[] = [];
  let from = 0;
  let drift = 0;
  for (const hunk of hunks) {
    const found = placeHunk(hunk, base, from, drift);
    if (!found) return null;
    placed.push(found);
    drift = found.at + 1 - hunk.oldStart;
    from = found.at + found.lines.filter((line) => line.kind !== 'added').length;
  }
  return placed;
}

function placeHunk(hunk: Hunk, base: readonly string[], from: number, drift: number): Placed | null {
  for (let fuzz = 0; fuzz <= MOST_FUZZ; fuzz++) {
    const { lines, skipped } = withoutEnds(hunk.lines, fuzz);
    const old = lines.filter((line) => line.kind !== 'added').map((line) => line.text);
    if (fuzz > 0 && old.length === 0) return null;
    const expected = Math.max(from, hunk.oldStart - 1 + skipped + drift);
    const at = nearest(old, base, expected, from);
    if (at !== null) return { hunk, at, lines };
  }
  return null;
}

function withoutEnds(lines: readonly HunkLine[], fuzz: number) {
  const leading = Math.min(
    fuzz,
    Math.max(
      0,
      lines.findIndex((line) => line.kind !== 'context'),
    ),
  );
  const trailing = Math.min(fuzz, lines.length - 1 - lines.findLastIndex((line) => line.kind !== 'context'));
  return { lines: lines.slice(leading, lines.length - trailing), skipped: leading };
}

/** Where `old` stands in `base`, nearest to `expected` and not before `from`. */
function nearest(old: readonly string[], base: readonly string[], expected: number, from: number): number | null {
  const fits = (at: number) =>
    at >= from && at + old.length <= base.length && old.every((text, index) => base[at + index] === text);
  for (let distance = 0; distance <= base.length; distance++) {
    if (fits(expected - distance)) return expected - distance;
    if (fits(expected + distance)) return expected + distance;
  }
  return null;
}
