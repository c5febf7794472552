/** The picture: the whole mapping as a strip, the lens below it as lanes, and the entry under inspection. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Interest } from '../../engine/src/picture/interest.ts';
import { canonicalStretch, type Stretch } from '../../engine/src/picture/pages.ts';
import { createScale, toPage } from '../../engine/src/picture/scale.ts';
import { stateSentence } from '../../engine/src/picture/words.ts';
import { moveBetween } from './arrows.ts';
import { Inspector } from './inspector.tsx';
import { LaneRow } from './lane.tsx';
import { Overview } from './overview.tsx';
import { Ruler } from './ruler.tsx';
import type { Run } from './run.ts';

interface Props {
  readonly run: Run;
  readonly position: number;
  readonly interest: Interest;
  readonly lens: Stretch;
  readonly page: number;
  readonly keyId: number;
  readonly onSelect: (page: number, keyId: number) => void;
  readonly onLens: (lens: Stretch) => void;
  readonly onZoom: (factor: number, center?: number) => void;
  readonly onFit: () => void;
}

export const LABEL_WIDTH = 132;
const FOLLOWER_HEIGHT = 18;
const AHEAD = 200;
const LOW = 64;
const TALL = 82;

export function Picture({ run, position, interest, lens, page, keyId, onSelect, onLens, onZoom, onFit }: Props) {
  const { replay } = run;
  const box = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(700);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);
  const [view, setView] = useState({ top: 0, height: 600 });
  const inner = Math.max(160, width - LABEL_WIDTH - 10);
  const scale = useMemo(
    () => createScale(interest, lens, { width: inner, breakWidth: 58, least: 26 }),
    [interest, lens.start, lens.end, inner],
  );
  const state = run.stateAt(position);
  const step = replay.steps[position - 1];
  const now = step?.range == null ? null : canonicalStretch(replay, step.range);

  const lanes = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const element = lanes.current;
    if (element === null) return;
    // Not passive: with Ctrl the wheel zooms the lanes and not the page.
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const x = event.clientX - element.getBoundingClientRect().left - LABEL_WIDTH;
      onZoom(event.deltaY < 0 ? 1.5 : 1 / 1.5, toPage(scale, x));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [onZoom, scale]);

  // Few lanes stand tall; which, the end decides, so that nothing jumps on the way.
  const laneHeight = run.stateAtEnd.groups.length <= 3 ? TALL : LOW;
  let top = 0;
  const rows = state.groups.map((group, index) => {
    const more = group.keyIds.length > 1 || (group.keyIds[0]?.[0] ?? 0) < (group.keyIds[0]?.[1] ?? 0);
    const height = laneHeight + (more ? FOLLOWER_HEIGHT : 0);
    const row = { group, index, top, height };
    top += height;
    return row;
  });
  const near = (row: { top: number; height: number }): boolean =>
    row.top + row.height > view.top - AHEAD && row.top < view.top + view.height + AHEAD;

  return (
    <section class="picture" ref={box} aria-label="Direct mappings">
      <Overview replay={replay} interest={interest} scale={scale} onLens={onLens} onZoom={onZoom} onFit={onFit} />
      <Ruler replay={replay} scale={scale} page={page} now={now} />
      <ul
        class="lanes"
        ref={lanes}
        onScroll={(event) => setView({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
        onKeyDown={(event) => moveBetween(event, '.lane-label')}
        aria-label={stateSentence(replay, state)}
      >
        {rows.map((row) => (
          <LaneRow
            key={row.group.keyIds[0]?.[0] ?? 0}
            replay={replay}
            group={row.group}
            canonical={state.groups[0] ?? row.group}
            scale={scale}
            height={row.height}
            laneHeight={laneHeight}
            drawn={near(row)}
            page={page}
            selected={row.group.keyIds.some(([first, last]) => first <= keyId && keyId <= last)}
            onSelect={onSelect}
            onZoom={onZoom}
          />
        ))}
      </ul>
      <Inspector replay={replay} state={state} page={page} />
    </section>
  );
}
