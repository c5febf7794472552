/** The timeline's rows, the source column, two runs side by side, and the picture in characters. */
import { describe, expect, test } from 'vitest';
import { alignPositions } from '../../engine/src/picture/align.ts';
import { createHistory } from '../../engine/src/picture/history.ts';
import { indexSource, madeBy } from '../../engine/src/picture/source.ts';
import { createStates } from '../../engine/src/picture/state.ts';
import { pictureLines } from '../../engine/src/picture/terminal.ts';
import { foldedAtFirst, rowAt, stepBy, timelineRows } from '../../engine/src/picture/timeline.ts';
import { copyText, laneText, stateSentence } from '../../engine/src/picture/words.ts';
import { goodSync, manySteps, skippedFlush, splitHole, unpatched } from './samples.ts';

describe('rows', () => {
  const { steps } = splitHole(63);
  const folded = timelineRows(steps, foldedAtFirst(steps));

  test('a sync of 63 KeyIDs folds into one', () => {
    const sync = folded.find((row) => steps[row.index]?.kind === 'sync');
    expect(sync).toMatchObject({ inside: 64, folded: true, position: 72 });
    expect(folded.length).toBe(steps.length - 64);
    expect(timelineRows(steps, new Set()).length).toBe(steps.length);
  });

  test('stepping goes over what is folded, and comes back the same way', () => {
    const seen: number[] = [];
    for (let at = 0; at < steps.length; at = stepBy(folded, at, 1)) seen.push(at);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 72, 73]);
    const back: number[] = [];
    for (let at = 73; at > 0; at = stepBy(folded, at, -1)) back.push(at);
    expect(back).toEqual([...seen].reverse().slice(0, -1));
  });

  test('a position inside a folded row belongs to it', () => {
    expect(folded[rowAt(folded, 40)]?.position).toBe(72);
    expect(stepBy(folded, 40, 1)).toBe(72);
    expect(rowAt(folded, 0)).toBe(-1);
  });
});

describe('source', () => {
  const replay = splitHole(3);
  const source = indexSource(replay);

  test('a line leads to its first event, an event to its line', () => {
    expect(source.firstPosition(6)).toBe(8);
    expect(source.firstPosition(0)).toBeNull();
    expect([3, 5, 8, 14].map(source.lineAt)).toEqual([null, 2, 6, 10]);
  });

  test('values stand behind a line once they are known', () => {
    expect(source.valuesAt(3, 5)).toEqual([]);
    expect(source.valuesAt(3, 6)).toEqual([{ name: 'first', value: '0xffff888000200000' }]);
  });

  test('a band leads to the event that made it', () => {
    expect(madeBy(replay, 0, 512, 14)).toBe(4);
    expect(madeBy(replay, 0, 600, 14)).toBe(2);
    expect(madeBy(replay, 2, 600, 14)).toBe(10);
    expect(madeBy(replay, 2, 600, 3)).toBe(9 + 1);
    expect(madeBy(replay, 2, 5000, 14)).toBeNull();
  });
});

test('two runs meet where their steps do', () => {
  const a = splitHole(3);
  const b = unpatched(3);
  const positions = alignPositions(a, b);
  expect(positions[0]).toBe(0);
  expect(positions[4]).toBe(4);
  expect(positions.at(-1)).toBe(b.steps.length);
  expect([...positions].sort((x, y) => x - y)).toEqual([...positions]);
  const long = alignPositions(manySteps(3000), manySteps(2000));
  expect([long[0], long[1500], long[3000]]).toEqual([0, 1000, 2000]);
});

describe('words', () => {
  const replay = splitHole(63);
  const states = createStates(createHistory(replay));

  test('each lane has a text equivalent', () => {
    const [canonical, others] = states(replay.steps.length).groups;
    if (canonical === undefined || others === undefined) throw new Error('two groups');
    expect(laneText(replay, canonical)).toBe('KeyID 0: changed 4 KiB at 0xffff888000200000.');
    expect(laneText(replay, others)).toBe(
      'KeyID 1-63: changed 4 KiB at 0xffff888000200000; ' +
        'hole (mapped in KeyID 0, missing here): 2044 KiB at 0xffff888000201000; synced 4 KiB at 0xffff888000200000.',
    );
  });

  test('a position is one sentence', () => {
    expect(stateSentence(replay, states(0))).toBe('Before the first step. Every KeyID equals KeyID 0.');
    expect(stateSentence(replay, states(4))).toBe(
      'Step 4 of 74: KeyID 0: the first entry of the new table loses rw. KeyID 1-63: stale 4 KiB.',
    );
  });

  test('the whole state can be taken away as text', () => {
    const text = copyText(replay, states(74), pictureLines(replay, 80));
    for (const part of [replay.scenario.call, 'WRONG: KeyID 1-63 lose', 'hole', 'KeyID 2-63  same as KeyID 1'])
      expect(text).toContain(part);
  });
});

describe('in characters', () => {
  test('the hole of a split', () => {
    expect(pictureLines(splitHole(63), 72)).toEqual([
      'KeyID 0    | 2M | 4K x 512 ##########:::::::::::::::::::::: | 2M | ... |',
      'KeyID 1    | 2M |          ##########         hole          | 2M | ... |',
      'KeyID 2-63  same as KeyID 1',
      '             # changed',
    ]);
  });

  test('a stale entry, and KeyIDs that follow', () => {
    const [, stale] = pictureLines(unpatched(63), 72);
    expect(stale).toMatch(/^KeyID 1 .*\/\/ stale \/\//);
    expect(pictureLines(goodSync(3), 72)[1]).toBe('KeyID 1-3  same as KeyID 0');
  });

  test('a KeyID that differs stands right under KeyID 0', () => {
    expect(pictureLines(skippedFlush(), 100).map((line) => line.slice(0, 9).trim())).toEqual([
      'KeyID 0',
      'KeyID 3',
      'KeyID 1-2',
      '',
    ]);
  });

  test('no line is longer than the terminal', () => {
    for (const replay of [splitHole(63), skippedFlush(), manySteps(200)])
      for (const width of [20, 40, 60, 80, 200])
        for (const line of pictureLines(replay, width)) expect(line.length).toBeLessThanOrEqual(width);
  });
});
