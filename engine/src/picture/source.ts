/** The evaluated lines beside the picture: which line a step stands on, the first step of a line, values known so far. */
import type { Replay } from '../replay.ts';

export interface SourceIndex {
  /** Position just after the first step of a source line; null when no step evaluated it. */
  firstPosition(source: number): number | null;
  /** The line a position stands on: that of the last step with one; null when none had. */
  lineAt(position: number): number | null;
  /** Latest values behind a source line after `position` steps, in the order they became known. */
  valuesAt(source: number, position: number): readonly { readonly name: string; readonly value: string }[];
}

export function indexSource(replay: Replay): SourceIndex {
  const first = new Map<number, number>();
  const values = new Map<number, { position: number; name: string; value: string }[]>();
  const lines = new Int32Array(replay.steps.length + 1).fill(-1);
  replay.steps.forEach((step, index) => {
    lines[index + 1] = step.source ?? lines[index] ?? -1;
    if (step.source !== null && !first.has(step.source)) first.set(step.source, index + 1);
    for (const { source, name, value } of step.values) {
      const list = values.get(source) ?? [];
      list.push({ position: index + 1, name, value });
      values.set(source, list);
    }
  });
  return {
    firstPosition: (source) => first.get(source) ?? null,
    lineAt: (position) => {
      const line = lines[Math.max(0, Math.min(position, replay.steps.length))] ?? -1;
      return line < 0 ? null : line;
    },
    valuesAt: (source, position) => {
      const latest = new Map<string, string>();
      for (const value of values.get(source) ?? []) {
        if (value.position > position) break;
        latest.set(value.name, value.value);
      }
      return [...latest].map(([name, value]) => ({ name, value }));
    },
  };
}

/**
 * The event that made what `keyId` holds at `page` after `position` steps: position just after the last step so far
 * whose lanes touch it; where none has yet, the first one that will; null when no step ever touches it.
 */
export function madeBy(replay: Replay, keyId: number, page: number, position: number): number | null {
  const touches = (index: number): boolean =>
    replay.steps[index]?.lanes.some(
      (change) =>
        change.keyIds[0] <= keyId &&
        keyId <= change.keyIds[1] &&
        BigInt(change.start) <= BigInt(page) << 12n &&
        BigInt(page) << 12n < BigInt(change.end),
    ) === true;
  for (let index = Math.min(position, replay.steps.length) - 1; index >= 0; index -= 1)
    if (touches(index)) return index + 1;
  for (let index = position; index < replay.steps.length; index += 1) if (touches(index)) return index + 1;
  return null;
}
