import type { Range } from './address.ts';
import { spacesOf } from './create.ts';
import { flagsOf, keyOddness } from './flags.ts';
import type { Machine } from './machine.ts';
import { pageNames } from './ops/change.ts';
import type { LaneChange, ReplayRun } from './replay.ts';
import { runsOf } from './table/find.ts';
import type { Span } from './table/span.ts';

const hex = (pages: number): string => `0x${(BigInt(pages) << 12n).toString(16)}`;

/**
 * The mappings of all KeyIDs in some windows of canonical addresses, as a replay holds them: offsets from the start of each KeyID's
 * own mapping, KeyID-0 first and alone, neighbouring KeyIDs that look alike together, window by window. A part of a
 * window outside the canonical mapping is left out. An entry with foreign KeyID bits has a flag more: 'keyid-N'.
 */
export const lanesOf = (machine: Machine, windows: readonly Range[]): LaneChange[] => {
  const { geometry, spaces } = spacesOf(machine);
  const { pageOffset } = geometry.layout;
  const changes: LaneChange[] = [];
  for (const window of windows) {
    const lo = Math.max(0, Number((window.start - pageOffset) >> 12n));
    const hi = Math.min(geometry.lanePages, Number((window.end - pageOffset + 0xfffn) >> 12n));
    if (lo >= hi) continue;
    const add = (from: number, to: number, runs: readonly ReplayRun[]): void => {
      changes.push({ keyIds: [from, to], start: hex(lo), end: hex(hi), runs });
    };
    add(0, 0, replayRuns(spaces.canonical, lo, hi, 0));
    let from = 1;
    let last: { from: number; to: number; runs: ReplayRun[]; text: string } | null = null;
    for (const { to, root } of spaces.lanes) {
      // Foreign KeyID bits are named, so that they differ from KeyID to KeyID even where the trees do not.
      const odd = (root?.attrs ?? 0) > 0xff;
      for (let first = from; first <= to; first = odd ? first + 1 : to + 1) {
        const end = odd ? first : to;
        const runs = replayRuns(root, lo, hi, first);
        const text = JSON.stringify(runs);
        if (last !== null && last.text === text) last.to = end;
        else {
          if (last !== null) add(last.from, last.to, last.runs);
          last = { from: first, to: end, runs, text };
        }
      }
      from = to + 1;
    }
    if (last !== null) add(last.from, last.to, last.runs);
  }
  return changes;
};

const replayRuns = (root: Span | null, lo: number, hi: number, keyId: number): ReplayRun[] =>
  runsOf(root, lo, hi).map(({ start, end, level, leaf }) => {
    const odd = keyOddness(leaf.attr);
    const flags = flagsOf(leaf.attr);
    return {
      start: hex(start),
      end: hex(end),
      page: pageNames[level as 0 | 1 | 2],
      pfn: `0x${(leaf.delta + start).toString(16)}`,
      flags: odd === 0 ? flags : [...flags, `keyid-${odd ^ keyId}`],
    };
  });
