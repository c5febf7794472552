/** The real mails, which stay outside of the repository: read whole, without a problem, each place where it is. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromInput, imageOf, toInput, toKernelLine } from '../../server/src/patch/image.ts';
import type { PatchFile } from '../../server/src/patch/model.ts';
import { readPatch } from '../../server/src/patch/read.ts';

const CORPUS = new URL('../../../shared/corpus/', import.meta.url);
const present = existsSync(CORPUS);

if (!present) {
  test('real mails', () => {
    console.warn('The real mails (../shared/corpus) are not here: reading them was not tested.');
  });
}

const read = (name: string): PatchFile => readPatch(readFileSync(new URL(name, CORPUS)));
const names = present
  ? [...readdirSync(CORPUS), ...readdirSync(new URL('quiet/', CORPUS)).map((name) => `quiet/${name}`)].filter((name) =>
      /\.(?:eml|mbox|txt)$/.test(name),
    )
  : [];

describe.runIf(present)('the real mails', () => {
  test.each(names)('%s is read whole', (name) => {
    const patch = read(name);
    expect([...patch.problems, ...patch.messages.flatMap((message) => message.problems)]).toEqual([]);
    for (const message of patch.messages) {
      expect(message.subject).toContain('PATCH');
      expect(message.author).toContain('@');
      expect(message.date).toMatch(/^2019-0\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(message.messageId).toContain('@');
      for (const file of message.files) checkPlaces(patch, file);
    }
    const marked = patch.messages.flatMap((message) => message.files).flatMap((file) => file.hunks).length;
    expect(marked).toBe(patch.lines.filter((line) => line.startsWith('@@ -')).length);
  });

  test('the follow-up: a discussion with a diff of its own', () => {
    const patch = read('2019-06-17-pageattr-hook.txt');
    const message = patch.messages[0];
    expect(message).toMatchObject({ kind: 'archive', series: null, date: '2019-06-17T14:43:28Z' });
    expect(message?.messageId).toBe('20190617144328.oqwx5rb5yfm2ziws@box');
    expect(message?.headers.get('date')).toBe('Mon, 17 Jun 2019 17:43:28 +0300');
    const file = message?.files.find((candidate) => candidate.newPath === 'arch/x86/mm/pageattr.c');
    if (!file) throw new Error('no diff of pageattr.c');
    const image = imageOf(file, 'new');
    const call = image.text.indexOf('sync_direct_mapping(start, end);');
    expect(toInput(image, call, call + 31, patch)).toEqual({ line: 195, column: 3, endLine: 195, endColumn: 34 });
    // The hunk's first line (input line 175) is line 347 of the kernel file, and nothing is removed on the way.
    expect(toKernelLine(image, call)).toBe(347 + (196 - 175));
    expect(fromInput(image, 195, 3)).toBe(call);
    expect(file.hunks[0]?.heading).toBe('static void cpa_flush(struct cpa_data *data, int cache)');
    expect(file.oldBlob).toBe('6a9a77a403c9');
  });

  test('the whole posting: 63 mails, a cover and 62 patches', () => {
    const { messages } = read('2019-05-08-rfc-series.mbox');
    expect(messages.map((message) => message.series)).toEqual(
      Array.from({ length: 63 }, (_, index) => ({ version: 1, index, total: 62 })),
    );
    expect(messages.filter((message) => message.files.length > 0)).toHaveLength(62);
    expect(messages[0]?.files).toEqual([]);
  });
});

function checkPlaces(patch: PatchFile, file: PatchFile['messages'][number]['files'][number]): void {
  for (const side of ['old', 'new'] as const) {
    const image = imageOf(file, side);
    for (const { line, start } of image.segments.flatMap((segment) => segment.lines)) {
      expect(patch.lines[line.line]?.slice(line.column)).toBe(line.text);
      expect(fromInput(image, line.line, line.column)).toBe(start);
    }
  }
}
