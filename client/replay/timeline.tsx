/** What happened, in order, and what did not: controls, the line of time, and the steps as chips. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { countText } from '../../engine/src/picture/pages.ts';
import { rowAt, type TimelineRow } from '../../engine/src/picture/timeline.ts';
import type { Replay, ReplayStep } from '../../engine/src/replay.ts';
import { Icon } from './icons.tsx';
import { KEYS_HELP } from './keyboard.ts';
import type { Player } from './player.ts';
import { Scrubber } from './scrubber.tsx';
import { SPEEDS } from './ui.ts';

interface Props {
  readonly replay: Replay;
  readonly rows: readonly TimelineRow[];
  readonly position: number;
  readonly sentence: string;
  readonly player: Player;
  readonly onGo: (position: number) => void;
  readonly onStep: (by: 1 | -1) => void;
  readonly onFold: (index: number) => void;
}

export function Timeline({ replay, rows, position, sentence, player, onGo, onStep, onFold }: Props) {
  const steps = replay.steps.length;
  return (
    <section class="timeline" aria-label="Timeline">
      <div class="transport" title={KEYS_HELP}>
        <span class="group">
          <button type="button" aria-label="To the beginning" disabled={position === 0} onClick={() => onGo(0)}>
            <Icon name="first" />
          </button>
          <button type="button" aria-label="Step back" disabled={position === 0} onClick={() => onStep(-1)}>
            <Icon name="back" />
          </button>
          <button type="button" class="play" aria-label={player.playing ? 'Pause' : 'Play'} onClick={player.toggle}>
            <Icon name={player.playing ? 'pause' : 'play'} />
          </button>
          <button type="button" aria-label="Step" disabled={position === steps} onClick={() => onStep(1)}>
            <Icon name="next" />
          </button>
          <button type="button" aria-label="To the end" disabled={position === steps} onClick={() => onGo(steps)}>
            <Icon name="last" />
          </button>
        </span>
        <Scrubber replay={replay} position={position} onGo={onGo} />
        <span class="count">{`${countText(position)} / ${countText(steps)}`}</span>
        <select
          aria-label="Speed, steps per second"
          value={player.speed}
          onChange={(event) => player.setSpeed(Number(event.currentTarget.value))}
        >
          {SPEEDS.map((speed) => (
            <option key={speed} value={speed}>{`${speed}/s`}</option>
          ))}
        </select>
      </div>
      <Chips replay={replay} rows={rows} position={position} onGo={onGo} onFold={onFold} />
      <p class="sentence" role="status" aria-live={player.playing ? 'off' : 'polite'}>
        {sentence}
      </p>
    </section>
  );
}

const GLYPH: Record<ReplayStep['kind'], string> = {
  statement: '›',
  model: '·',
  write: '#',
  split: '÷',
  collapse: '∪',
  table: '▤',
  sync: '⇉',
  'sync-keyid': '→',
  'tlb-flush': '↻',
  'cache-flush': '↻',
  missing: '✕',
  fault: '!',
  return: '↩',
};

const CHIP_CHAR = 7.2;
const CAPITAL_MORE = 2.6;
const CHIP_PADDING = 34;
const FOLD_WIDTH = 20;
const GAP = 4;
const MOST_CHARS = 34;

function Chips({
  replay,
  rows,
  position,
  onGo,
  onFold,
}: Pick<Props, 'replay' | 'rows' | 'position' | 'onGo' | 'onFold'>) {
  const lefts = useMemo(() => placesOf(replay, rows), [replay, rows]);
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ left: 0, width: 1600 });
  const current = rowAt(rows, position);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const left = lefts[Math.max(0, current)] ?? 0;
    const right = lefts[current + 1] ?? left;
    if (left < element.scrollLeft + 60) element.scrollLeft = Math.max(0, left - element.clientWidth / 3);
    else if (right > element.scrollLeft + element.clientWidth - 60)
      element.scrollLeft = right - (element.clientWidth * 2) / 3;
    setView({ left: element.scrollLeft, width: element.clientWidth });
  }, [current, lefts]);

  const first = Math.max(0, lowerBound(lefts, view.left - 300));
  const last = Math.min(rows.length, lowerBound(lefts, view.left + view.width + 300) + 1);
  return (
    <div
      class="chips"
      ref={box}
      onScroll={(event) => setView({ left: event.currentTarget.scrollLeft, width: event.currentTarget.clientWidth })}
    >
      <ul class="chips-run" aria-label="Steps" style={{ width: `${lefts[rows.length] ?? 0}px` }}>
        {rows.slice(first, last).map((row, offset) => {
          const at = first + offset;
          const step = replay.steps[row.index];
          if (step === undefined) return null;
          const left = lefts[at] ?? 0;
          const state = at === current ? ' current' : row.position > position ? ' ahead' : '';
          return (
            <li
              key={row.index}
              class={`chip ${step.kind}${state}${row.depth > 0 ? ' nested' : ''}`}
              style={{ transform: `translateX(${left}px)`, width: `${(lefts[at + 1] ?? left) - left - GAP}px` }}
            >
              {row.inside > 0 && (
                <button
                  type="button"
                  class="fold"
                  aria-expanded={!row.folded}
                  aria-label={`${row.inside} steps inside`}
                  onClick={() => onFold(row.index)}
                >
                  {row.folded ? '▸' : '▾'}
                </button>
              )}
              <button
                type="button"
                class="chip-label"
                aria-current={at === current ? 'step' : undefined}
                title={step.detail}
                onClick={() => onGo(row.position)}
              >
                <span class="glyph" aria-hidden="true">
                  {GLYPH[step.kind]}
                </span>
                <span class="chip-text">{chipText(step)}</span>
                {step.kind === 'missing' && <span class="never">: never</span>}
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const chipText = (step: ReplayStep): string =>
  step.label.length > MOST_CHARS ? `${step.label.slice(0, MOST_CHARS - 1)}…` : step.label;

/** Left edge of each chip, and behind the last one the whole width. */
function placesOf(replay: Replay, rows: readonly TimelineRow[]): Float64Array {
  const lefts = new Float64Array(rows.length + 1);
  rows.forEach((row, index) => {
    const step = replay.steps[row.index];
    const text = step === undefined ? '' : chipText(step) + (step.kind === 'missing' ? ': never' : '');
    const capitals = text.match(/[A-Z]/g)?.length ?? 0;
    const width =
      text.length * CHIP_CHAR + capitals * CAPITAL_MORE + CHIP_PADDING + (row.inside > 0 ? FOLD_WIDTH : 0) + GAP;
    lefts[index + 1] = (lefts[index] ?? 0) + width;
  });
  return lefts;
}

function lowerBound(sorted: Float64Array, wanted: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
