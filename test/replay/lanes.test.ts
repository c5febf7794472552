/** Lanes at any step, held against a page-by-page array: the obvious way, without sharing, checkpoints or runs. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHistory } from '../../engine/src/picture/history.ts';
import { difference, runAt } from '../../engine/src/picture/lane.ts';
import { createStates } from '../../engine/src/picture/state.ts';
import { coherenceSentence, keyIdText } from '../../engine/src/picture/words.ts';
import type { LaneChange, Replay } from '../../engine/src/replay.ts';
import { manySteps, splitHole } from './samples.ts';

const PAGES = 24;
const KEY_IDS = 3;
const hex = (pages: number): string => `0x${(pages * 4096).toString(16)}`;

/** A change that maps part of its range, with pfns that sometimes continue their neighbours'. */
const change: fc.Arbitrary<LaneChange> = fc
  .record({
    keyIds: fc.tuple(fc.nat(KEY_IDS), fc.nat(KEY_IDS)),
    range: fc.tuple(fc.nat(PAGES), fc.nat(PAGES)),
    mapped: fc.tuple(fc.nat(PAGES), fc.nat(PAGES)),
    shift: fc.constantFrom(0, 0, 100),
    flags: fc.constantFrom(['rw'], ['rw', 'nx'], []),
  })
  .map(({ keyIds, range, mapped, shift, flags }) => {
    const [start, end] = [...range].sort((a, b) => a - b) as [number, number];
    const from = Math.max(start, Math.min(...mapped));
    const to = Math.min(end, Math.max(...mapped));
    return {
      keyIds: [Math.min(...keyIds), Math.max(...keyIds)] as const,
      start: hex(start),
      end: hex(end),
      runs:
        from < to
          ? [{ start: hex(from), end: hex(to), page: '4K' as const, pfn: `0x${(from + shift).toString(16)}`, flags }]
          : [],
    };
  });

const replayOf = (changes: readonly (readonly LaneChange[])[]): Replay => ({
  ...splitHole(KEY_IDS),
  initial: [],
  marks: [],
  steps: changes.map((lanes) => ({
    kind: 'write',
    label: '',
    detail: '',
    source: null,
    depth: 0,
    range: null,
    lanes,
    values: [],
  })),
});

type Naive = (string | null)[][];

function naiveAt(replay: Replay, position: number): Naive {
  const lanes: Naive = Array.from({ length: KEY_IDS + 1 }, () => new Array<string | null>(PAGES).fill(null));
  for (const step of replay.steps.slice(0, position)) {
    for (const { keyIds, start, end, runs } of step.lanes) {
      for (let keyId = keyIds[0]; keyId <= keyIds[1]; keyId += 1) {
        const lane = lanes[keyId] ?? [];
        for (let page = Number(start) / 4096; page < Number(end) / 4096; page += 1) lane[page] = null;
        for (const run of runs) {
          for (let page = Number(run.start) / 4096; page < Number(run.end) / 4096; page += 1) {
            lane[page] = `${Number(run.pfn) + page - Number(run.start) / 4096} ${[...run.flags].sort().join(' ')}`;
          }
        }
      }
    }
  }
  return lanes;
}

function seen(replay: Replay, position: number): Naive {
  return createHistory(replay)
    .at(position)
    .flatMap((span) =>
      Array.from({ length: span.last - span.first + 1 }, () =>
        Array.from({ length: PAGES }, (_, page) => {
          const run = runAt(span.lane, page);
          return run === null ? null : `${run.pfn + page - run.start} ${run.flags}`;
        }),
      ),
    );
}

const steps = fc.array(fc.array(change, { maxLength: 3 }), { minLength: 1, maxLength: 80 });

describe('lanes', () => {
  test('hold at every position what the changes up to there say', () => {
    fc.assert(
      fc.property(steps, fc.nat(80), (changes, wanted) => {
        const replay = replayOf(changes);
        const position = Math.min(wanted, replay.steps.length);
        expect(seen(replay, position)).toEqual(naiveAt(replay, position));
      }),
      { numRuns: 200 },
    );
  });

  test('are the same wherever one came from', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.nat(80), { maxLength: 12 }), (changes, jumps) => {
        const replay = replayOf(changes);
        const history = createHistory(replay);
        for (const jump of jumps) expect(history.at(jump)).toEqual(createHistory(replay).at(jump));
      }),
      { numRuns: 100 },
    );
  });

  test('differ exactly where single pages differ', () => {
    fc.assert(
      fc.property(steps, (changes) => {
        const replay = replayOf(changes);
        const lanes = createHistory(replay).at(replay.steps.length);
        const naive = naiveAt(replay, replay.steps.length);
        for (const span of lanes) {
          const found = difference(span.lane, lanes[0]?.lane ?? []);
          for (let page = 0; page < PAGES; page += 1) {
            const here = naive[span.first]?.[page] ?? null;
            const canonical = naive[0]?.[page] ?? null;
            const wanted =
              here === canonical ? undefined : here === null ? 'hole' : canonical === null ? 'extra' : 'stale';
            expect(found.find((each) => each.start <= page && page < each.end)?.kind).toBe(wanted);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('any of 10,000 steps is reached in under a millisecond, amortised', () => {
    const history = createHistory(manySteps(10_000));
    const before = performance.now();
    for (let i = 1, at = 7; i <= 10_000; i += 1, at = (at * 48_271) % 2_147_483_647) history.at(at % 10_001);
    expect((performance.now() - before) / 10_000).toBeLessThan(1);
  });

  test('of 63 KeyIDs cost one splice per step: they share one object', () => {
    const replay = splitHole(63);
    const lanes = createHistory(replay).at(replay.steps.length);
    expect(lanes.map(({ first, last }) => [first, last])).toEqual([
      [0, 0],
      [1, 63],
    ]);
  });
});

describe('groups', () => {
  const groupsAt = (replay: Replay, position: number): string[] =>
    createStates(createHistory(replay))(position).groups.map((group) => keyIdText(group.keyIds));

  test.each([
    [0, ['KeyID 0', 'KeyID 1-63']],
    [4, ['KeyID 0', 'KeyID 1-63']],
    [10, ['KeyID 0', 'KeyID 1-2', 'KeyID 3-63']],
    [74, ['KeyID 0', 'KeyID 1-63']],
  ])('after %i steps', (position, wanted) => {
    expect(groupsAt(splitHole(63), position)).toEqual(wanted);
  });

  test('those that differ from KeyID 0 come first', () => {
    const replay = splitHole(3);
    const step = replay.steps[0];
    if (step === undefined) throw new Error('the sample has steps');
    const lanes: LaneChange[] = [{ keyIds: [3, 3], start: '0x0', end: '0x1000', runs: [] }];
    expect(groupsAt({ ...replay, steps: [{ ...step, lanes }] }, 1)).toEqual(['KeyID 0', 'KeyID 3', 'KeyID 1-2']);
  });

  test('say in words how they stand', () => {
    const states = createStates(createHistory(splitHole(63)));
    expect(coherenceSentence(states(0))).toBe('Every KeyID equals KeyID 0.');
    expect(coherenceSentence(states(4))).toBe('KeyID 1-63: stale 4 KiB.');
    expect(coherenceSentence(states(10))).toBe('KeyID 1-2: hole 2044 KiB; KeyID 3-63: stale 4 KiB.');
  });

  test('one that a step leaves alone stays the same object, so that it is not drawn again', () => {
    const states = createStates(createHistory(manySteps(200)));
    const [before, after] = [states(199), states(200)];
    expect(after.groups.length).toBeGreaterThan(30);
    // The group that the KeyID left, and the one that it makes.
    expect(after.groups.filter((group) => !before.groups.includes(group)).length).toBe(2);
  });
});
