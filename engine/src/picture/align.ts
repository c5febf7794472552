/** Two runs side by side: which position of the second stands for each position of the first. */
import type { Replay } from '../replay.ts';

/** Above this many pairs the runs are aligned by their share done alone. */
const MOST_PAIRS = 1_000_000;

/** Index: position in `a` (0..steps); value: position in `b`. Monotonic; the ends meet. */
export function alignPositions(a: Replay, b: Replay): readonly number[] {
  const rows = a.steps.length;
  const columns = b.steps.length;
  const positions = new Array<number>(rows + 1).fill(0);
  if (rows * columns > MOST_PAIRS || rows === 0) {
    return positions.map((_, index) => (rows === 0 ? columns : Math.round((index * columns) / rows)));
  }
  const keyOf = (replay: Replay) => replay.steps.map((step) => `${step.kind} ${step.label}`);
  const keysA = keyOf(a);
  const keysB = keyOf(b);
  // Longest common subsequence, from the back.
  const width = columns + 1;
  const longest = new Uint32Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i -= 1) {
    for (let j = columns - 1; j >= 0; j -= 1) {
      longest[i * width + j] =
        keysA[i] === keysB[j]
          ? 1 + (longest[(i + 1) * width + j + 1] ?? 0)
          : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
    }
  }
  let j = 0;
  for (let i = 0; i < rows; i += 1) {
    let k = j;
    while (k < columns && (longest[i * width + k + 1] ?? 0) === (longest[i * width + k] ?? 0) && keysA[i] !== keysB[k])
      k += 1;
    if (k < columns && keysA[i] === keysB[k]) j = k + 1;
    positions[i + 1] = j;
  }
  positions[rows] = columns;
  return positions;
}
