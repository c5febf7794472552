/** Whatever wraps a diff: the same hunks come out, the images are parts of the sources, and every place leads home. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromInput, imageOf, toInput, toKernelLine } from '../../server/src/patch/image.ts';
import type { FileDiff, PatchFile } from '../../server/src/patch/model.ts';
import { readPatch } from '../../server/src/patch/read.ts';
import {
  carries,
  type DiffStyle,
  diffLines,
  type Edit,
  ENVELOPES,
  edits,
  hunksOf,
  newLines,
  oldLines,
} from './generate.ts';

const style: fc.Arbitrary<DiffStyle> = fc.record({ git: fc.boolean(), prefix: fc.boolean(), stripBlank: fc.boolean() });

const RUNS = { numRuns: 100 };

describe.each(Object.entries(ENVELOPES))('a diff as %s', (name, envelope) => {
  test('gives its hunks, images and places', () => {
    fc.assert(
      fc.property(edits, style, fc.boolean(), (files, how, asBytes) => {
        fc.pre(carries(name, files));
        const input = envelope.wrap(diffLines(files, how));
        const patch = readPatch(asBytes ? Buffer.from(input) : input);
        checkHunks(patch, files);
        for (const [n, file] of filesOf(patch).entries()) {
          checkSources(file, files[n]);
          if (envelope.exact) checkPlaces(patch, file);
        }
      }),
      RUNS,
    );
  });
});

const filesOf = (patch: PatchFile) => patch.messages.flatMap((message) => message.files);

function checkHunks(patch: PatchFile, files: readonly Edit[]): void {
  const read = filesOf(patch).map((file) => ({
    old: file.oldPath,
    new: file.newPath,
    hunks: file.hunks.map((hunk) => hunk.lines.map(({ kind, text }) => ({ kind, text }))),
  }));
  const written = files.map((edit) => ({
    old: edit.path,
    new: edit.path,
    hunks: hunksOf(edit).map((hunk) => hunk.lines),
  }));
  expect(read).toEqual(written);
  const problems = patch.messages.flatMap((message) => message.problems).filter((p) => !p.message.includes('flowed'));
  expect([...patch.problems, ...problems]).toEqual([]);
}

/** Each image line is the line of the source whose number it carries. */
function checkSources(file: FileDiff, edit: Edit | undefined): void {
  if (!edit) throw new Error('a file too many');
  for (const side of ['old', 'new'] as const) {
    const source = side === 'old' ? oldLines(edit) : newLines(edit);
    const image = imageOf(file, side);
    for (const segment of image.segments) {
      expect(image.text.slice(segment.start, segment.end)).toBe(segment.lines.map((l) => `${l.line.text}\n`).join(''));
      for (const { line, start } of segment.lines) {
        const number = side === 'old' ? line.oldLine : line.newLine;
        expect(source[(number ?? 0) - 1]).toBe(line.text);
        expect(toKernelLine(image, start)).toBe(number);
      }
    }
    const shown = image.segments.flatMap((s) => s.lines.map((l) => l.line));
    expect(image.text.replace(/\n/g, '')).toBe(shown.map((l) => l.text.replace(/\n/g, '')).join(''));
  }
}

/** Every character of an image stands where toInput says, and fromInput leads back. */
function checkPlaces(patch: PatchFile, file: FileDiff): void {
  for (const side of ['old', 'new'] as const) {
    const image = imageOf(file, side);
    for (const segment of image.segments) {
      for (const { line, start } of segment.lines) {
        for (let at = 0; at < line.text.length; at++) {
          const place = toInput(image, start + at, start + at + 1, patch);
          expect(place.endLine).toBe(place.line);
          expect(patch.lines[place.line]?.slice(place.column, place.endColumn)).toBe(line.text[at]);
          expect(fromInput(image, place.line, place.column)).toBe(start + at);
        }
        const whole = toInput(image, start, start + line.text.length + 1, patch);
        expect(patch.lines[whole.line]?.slice(whole.column, whole.endColumn)).toBe(line.text);
        if (line.column > 0) expect(fromInput(image, line.line, line.column - 1)).toBeNull();
      }
    }
  }
}
