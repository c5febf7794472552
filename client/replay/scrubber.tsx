/** The line of time: a native slider over a strip that shows where the run changed, synced, failed, or left something out. */
import { memo } from 'preact/compat';
import type { Replay, ReplayStep } from '../../engine/src/replay.ts';

interface Props {
  readonly replay: Replay;
  readonly position: number;
  readonly onGo: (position: number) => void;
}

export function Scrubber({ replay, position, onGo }: Props) {
  const steps = replay.steps.length;
  return (
    <span class="scrubber">
      <Marks replay={replay} />
      <input
        type="range"
        min={0}
        max={steps}
        step={1}
        value={position}
        style={{ '--done': `${(100 * position) / Math.max(1, steps)}%` }}
        aria-label="Position"
        aria-valuetext={
          position === 0 ? 'before the first step' : `step ${position}: ${replay.steps[position - 1]?.label}`
        }
        onInput={(event) => onGo(Number(event.currentTarget.value))}
      />
    </span>
  );
}

const CLASSES = ['write', 'sync', 'fault', 'missing'] as const;
type MarkClass = (typeof CLASSES)[number];

const classOf = (kind: ReplayStep['kind']): MarkClass | null =>
  kind === 'write' || kind === 'split' || kind === 'collapse'
    ? 'write'
    : kind === 'sync' || kind === 'sync-keyid'
      ? 'sync'
      : kind === 'fault' || kind === 'missing'
        ? kind
        : null;

/** Places are in thousandths of the line: however many steps, at most so many marks. */
const PLACES = 1000;

const Marks = memo(function Marks({ replay }: { replay: Replay }) {
  const steps = Math.max(1, replay.steps.length);
  const places: Record<MarkClass, Set<number>> = {
    write: new Set(),
    sync: new Set(),
    fault: new Set(),
    missing: new Set(),
  };
  replay.steps.forEach((step, index) => {
    const kind = classOf(step.kind);
    if (kind !== null) places[kind].add(Math.round(((index + 1) * PLACES) / steps));
  });
  return (
    <svg class="marks" viewBox={`0 0 ${PLACES} 20`} preserveAspectRatio="none" aria-hidden="true">
      {CLASSES.map((kind) => (
        <path
          key={kind}
          class={`mark ${kind}`}
          d={[...places[kind]]
            .map((x) =>
              kind === 'missing' || kind === 'fault'
                ? `M${x - 4} 1L${x + 4} 9M${x + 4} 1L${x - 4} 9`
                : `M${x} ${kind === 'write' ? 1 : 4}V9`,
            )
            .join('')}
        />
      ))}
    </svg>
  );
});
