/** The strip of the whole mapping; its window is the lens, and drags. */
import { useMemo, useRef } from 'preact/hooks';
import type { Interest } from '../../engine/src/picture/interest.ts';
import { createOverview } from '../../engine/src/picture/overview.ts';
import { addressText, mappingPages, pagesText, type Stretch } from '../../engine/src/picture/pages.ts';
import { clampLens, type Scale } from '../../engine/src/picture/scale.ts';
import type { Replay } from '../../engine/src/replay.ts';
import { Icon } from './icons.tsx';

interface Props {
  readonly replay: Replay;
  readonly interest: Interest;
  readonly scale: Scale;
  readonly onLens: (lens: Stretch) => void;
  readonly onZoom: (factor: number) => void;
  readonly onFit: () => void;
}

const HEIGHT = 40;

export function Overview({ replay, interest, scale, onLens, onZoom, onFit }: Props) {
  const { lens } = scale;
  const strip = useMemo(() => createOverview(interest, scale.width), [interest, scale.width]);
  const left = strip.toX(lens.start);
  const right = Math.max(left + 6, strip.toX(lens.end));
  const inside = scale.pieces.filter((piece) => piece.kind !== 'outside');
  const first = inside[0];
  const last = inside[inside.length - 1];
  const drag = useRef<{ x: number; lens: Stretch } | null>(null);

  const moveTo = (center: number, length = lens.end - lens.start): void => {
    const start = Math.round(center - length / 2);
    onLens(clampLens({ start, end: start + length }, interest.total));
  };
  const onPointerDown = (event: PointerEvent): void => {
    const slider = event.currentTarget;
    if (!(slider instanceof HTMLElement)) return;
    slider.setPointerCapture(event.pointerId);
    const x = event.clientX - slider.getBoundingClientRect().left;
    if (x < left - 4 || x > right + 4) moveTo(strip.toPage(x));
    drag.current = { x, lens };
  };
  const onPointerMove = (event: PointerEvent): void => {
    const slider = event.currentTarget;
    if (drag.current === null || !(slider instanceof HTMLElement)) return;
    moveTo(strip.toPage(event.clientX - slider.getBoundingClientRect().left));
  };
  const length = lens.end - lens.start;
  const onKey = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    moveTo(lens.start + length / 2 + by * Math.max(1, length / 2));
  };
  return (
    <div class="overview">
      <div class="overview-label">
        <span class="overview-name">{`direct mapping, ${pagesText(mappingPages(replay))}`}</span>
        <span class="group zoom">
          <button type="button" aria-label="Zoom out" title="Zoom out (-)" onClick={() => onZoom(1 / 3)}>
            −
          </button>
          <button type="button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => onZoom(3)}>
            +
          </button>
          <button type="button" aria-label="Show all places" title="Show all places (0)" onClick={onFit}>
            <Icon name="fit" />
          </button>
        </span>
      </div>
      <div
        class="overview-slider"
        tabIndex={0}
        data-own-arrows
        role="slider"
        aria-label="Lens"
        aria-valuemin={0}
        aria-valuemax={interest.total}
        aria-valuenow={lens.start}
        aria-valuetext={`${pagesText(length)} from ${addressText(replay, lens.start)}`}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          drag.current = null;
        }}
        onKeyDown={onKey}
      >
        <svg class="overview-svg" width={scale.width} height={HEIGHT} aria-hidden="true">
          <rect class="strip" x="0.5" y="4.5" width={scale.width - 1} height="14" />
          <rect class="ram" x="0.5" y="4.5" width={Math.max(1, strip.toX(interest.ram) - 1)} height="14" />
          {strip.ramX < scale.width && (
            <path
              class="break"
              d={`M${strip.ramX + 8} 21L${strip.ramX + 12} 2M${strip.ramX + 13} 21L${strip.ramX + 17} 2`}
            />
          )}
          {strip.places(3).map((place) => (
            <rect key={place.x} class="place" x={place.x} y="5" width={place.width} height="13" />
          ))}
          <text class="strip-text" x={strip.toX(interest.ram) - 6} y="15" text-anchor="end">
            {`RAM ${pagesText(interest.ram)}`}
          </text>
          {first !== undefined && last !== undefined && (
            <path class="beam" d={`M${left} 20L${first.x} ${HEIGHT}H${last.x + last.width}L${right} 20Z`} />
          )}
          <rect class="window" x={left - 1} y="2.5" width={right - left + 2} height="18" rx="2" />
        </svg>
      </div>
    </div>
  );
}
