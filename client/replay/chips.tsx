/** The steps in a row, those on view only; a run of nested steps folds into one that opens. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { rowAt, type TimelineRow } from '../../engine/src/picture/timeline.ts';
import type { Replay, ReplayStep } from '../../engine/src/replay.ts';

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

interface Props {
  readonly replay: Replay;
  readonly rows: readonly TimelineRow[];
  readonly position: number;
  readonly onGo: (position: number) => void;
  readonly onFold: (index: number) => void;
}

export function Chips({ replay, rows, position, onGo, onFold }: Props) {
  const lefts = useMemo(() => placesOf(replay, rows), [replay, rows]);
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ left: 0, width: 1600 });
  const look = ({ scrollLeft: left, clientWidth: width }: HTMLElement): void =>
    setView((before) => (before.left === left && before.width === width ? before : { left, width }));
  const current = rowAt(rows, position);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const left = lefts[Math.max(0, current)] ?? 0;
    const right = lefts[current + 1] ?? left;
    if (left < element.scrollLeft + 60) element.scrollLeft = Math.max(0, left - element.clientWidth / 3);
    else if (right > element.scrollLeft + element.clientWidth - 60)
      element.scrollLeft = right - (element.clientWidth * 2) / 3;
    look(element);
    // Who steps from chip to chip by keyboard stays on the one that is current.
    if (element.contains(document.activeElement))
      element.querySelector<HTMLElement>('[aria-current]')?.focus({ preventScroll: true });
  }, [current, lefts]);

  const first = Math.max(0, lowerBound(lefts, view.left - 300));
  const last = Math.min(rows.length, lowerBound(lefts, view.left + view.width + 300) + 1);
  return (
    <div class="chips" ref={box} onScroll={(event) => look(event.currentTarget)}>
      <ul class="chips-run" aria-label="Steps" style={{ width: `${lefts[rows.length] ?? 0}px` }}>
        {rows.slice(first, last).map((row, offset) => {
          const at = first + offset;
          const step = replay.steps[row.index];
          if (step === undefined) return null;
          const left = lefts[at] ?? 0;
          // The Tab key comes by once, not once a chip.
          const tabIndex = at === Math.max(0, current) ? 0 : -1;
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
                  tabIndex={tabIndex}
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
                tabIndex={tabIndex}
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
