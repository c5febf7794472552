/** Where pages stand on the line: the scale, the ruler, the cells, the overview. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellsOf } from '../../engine/src/picture/cells.ts';
import { createHistory } from '../../engine/src/picture/history.ts';
import { interestOf, melt } from '../../engine/src/picture/interest.ts';
import { createOverview } from '../../engine/src/picture/overview.ts';
import { pagesText } from '../../engine/src/picture/pages.ts';
import { rulerOf } from '../../engine/src/picture/ruler.ts';
import { clampLens, createScale, homeLens, toPage, toX, zoom } from '../../engine/src/picture/scale.ts';
import { createStates } from '../../engine/src/picture/state.ts';
import { manySteps, skippedFlush, splitHole, unpatched } from './samples.ts';

const options = { width: 800, breakWidth: 40, least: 20 };
const samples = { hole: splitHole(63), flush: skippedFlush(), unpatched: unpatched(3), many: manySteps(400) };

const anyLens = fc.tuple(
  fc.constantFrom(...Object.values(samples)),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.integer({ min: 0, max: 28 }),
);

describe('the scale', () => {
  test('covers every page once, in order, in the width it has', () => {
    fc.assert(
      fc.property(anyLens, ([replay, share, bits]) => {
        const interest = interestOf([replay]);
        const lens = clampLens(
          { start: share * interest.total, end: share * interest.total + 2 ** bits },
          interest.total,
        );
        const { pieces } = createScale(interest, lens, options);
        let page = 0;
        let x = 0;
        for (const piece of pieces) {
          expect(piece.start).toBe(page);
          expect(piece.x).toBeCloseTo(x, 6);
          expect(piece.width).toBeGreaterThan(0);
          page = piece.end;
          x += piece.width;
        }
        expect(page).toBe(interest.total);
        expect(x).toBeCloseTo(options.width, 6);
      }),
    );
  });

  test('leads back from a place to its page', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(samples)), fc.integer({ min: 0, max: 799 }), (replay, x) => {
        const interest = interestOf([replay]);
        const scale = createScale(interest, homeLens(interest), options);
        const page = toPage(scale, x);
        expect(toX(scale, page)).toBeLessThanOrEqual(x + 1e-6);
        expect(toX(scale, page + 1)).toBeGreaterThan(x - 1e-6);
      }),
    );
  });

  test('gives what changed and what differs most of the width', () => {
    for (const replay of [samples.hole, samples.unpatched]) {
      const interest = interestOf([replay]);
      const scale = createScale(interest, homeLens(interest), options);
      const hot = scale.pieces.filter((piece) => piece.kind === 'hot').reduce((sum, piece) => sum + piece.width, 0);
      expect(hot).toBeGreaterThan(options.width * 0.4);
    }
  });

  test('zooms from the whole mapping to one entry, which stays in sight', () => {
    const interest = interestOf([samples.hole]);
    let lens = { start: 0, end: interest.total };
    for (let i = 0; i < 40 && lens.end - lens.start > 1; i += 1) {
      lens = zoom(lens, 700, 3, interest.total);
      expect(lens.start).toBeLessThanOrEqual(700);
      expect(lens.end).toBeGreaterThan(700);
    }
    expect(lens).toEqual({ start: 700, end: 701 });
    for (let i = 0; i < 40; i += 1) lens = zoom(lens, 700, 1 / 3, interest.total);
    expect(lens).toEqual({ start: 0, end: interest.total });
  });
});

test('stretches melt by their smallest gaps', () => {
  const stretches = [0, 10, 12, 30, 31].map((start) => ({ start, end: start + 1 }));
  expect(melt(stretches, 9)).toEqual([
    { start: 0, end: 1 },
    { start: 10, end: 11 },
    { start: 12, end: 13 },
    { start: 30, end: 32 },
  ]);
  expect(melt(stretches, 2)).toEqual([
    { start: 0, end: 13 },
    { start: 30, end: 32 },
  ]);
});

test('cells say what a page-by-page look would', () => {
  const replay = samples.hole;
  const state = createStates(createHistory(replay))(replay.steps.length);
  const interest = interestOf([replay]);
  const scale = createScale(interest, homeLens(interest), options);
  const looks = state.groups.map((group) =>
    cellsOf(scale, group, 0)
      .filter((cell) => cell.piece !== 'outside')
      .map((cell) => [cell.start, cell.end, cell.look, cell.size]),
  );
  expect(looks).toEqual([
    [
      [0, 512, 'same', '2M'],
      [512, 513, 'changed', '4K'],
      [513, 1024, 'same', '4K'],
      [1024, 1536, 'same', '2M'],
    ],
    [
      [0, 512, 'same', '2M'],
      [512, 513, 'changed', '4K'],
      [513, 1024, 'hole', null],
      [1024, 1536, 'same', '2M'],
    ],
  ]);
});

test('the ruler names the entry of each table', () => {
  const interest = interestOf([samples.hole]);
  const scale = createScale(interest, homeLens(interest), options);
  const rows = rulerOf(scale, samples.hole.machine.pageOffset, 16);
  expect(rows.map((row) => [row.level, row.entries.map((entry) => entry.label)])).toEqual([
    ['pud', ['0']],
    ['pmd', ['0', '1', '2']],
    ['pte', ['0', '1-511']],
  ]);
});

test('the overview folds the empty rest of the mapping, and leads back', () => {
  const interest = interestOf([samples.hole]);
  const strip = createOverview(interest, 500);
  expect(strip.ramX).toBeLessThan(500);
  for (const x of [0, 100, 400, 450, 500]) expect(strip.toX(strip.toPage(x))).toBeCloseTo(x, 2);
});

test.each([
  [1, '4 KiB'],
  [511, '2044 KiB'],
  [512, '2 MiB'],
  [513, '2052 KiB'],
  [2 ** 28, '1 TiB'],
  [2 ** 28 - 1, '~1 TiB'],
])('%i pages are %s', (pages, text) => {
  expect(pagesText(pages)).toBe(text);
});
