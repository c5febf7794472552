/** One lane: a group of KeyIDs that look alike. Its words are its accessible name. */
import { memo } from 'preact/compat';
import { sameLane } from '../../engine/src/picture/lane.ts';
import { type Scale, toPage, toX } from '../../engine/src/picture/scale.ts';
import type { LaneGroup } from '../../engine/src/picture/state.ts';
import { differenceSummary, keyIdText, laneText } from '../../engine/src/picture/words.ts';
import type { Replay } from '../../engine/src/replay.ts';
import { LaneDrawing } from './lane-drawing.tsx';

/** Between the lane's cells and its lower edge: room for the bar of what was synced. */
const FOOT = 12;

interface Props {
  readonly replay: Replay;
  readonly group: LaneGroup;
  readonly canonical: LaneGroup;
  readonly scale: Scale;
  readonly height: number;
  readonly laneHeight: number;
  readonly drawn: boolean;
  readonly page: number;
  readonly selected: boolean;
  readonly onSelect: (page: number, keyId: number) => void;
  readonly onZoom: (factor: number, center?: number) => void;
}

/** Many lanes stand still while one changes: a row is made anew only for what it shows. */
export const LaneRow = memo(function LaneRow(props: Props) {
  const { replay, group, canonical, scale, height, laneHeight, drawn, page, selected, onSelect, onZoom } = props;
  const first = group.keyIds[0]?.[0] ?? 0;
  const wrong = group.differs.length > 0;
  const summary = first === 0 ? 'canonical' : wrong ? differenceSummary(group) : statusOf(group, canonical);
  // Far from the view the short words do; whoever moves there brings the lane on view.
  const words = drawn ? laneText(replay, group) : `${keyIdText(group.keyIds)}: ${summary}`;
  const rest = restText(group);
  const x = toX(scale, page);
  const onClick = (event: MouseEvent): void => {
    const target = event.currentTarget;
    if (target instanceof Element) onSelect(toPage(scale, event.clientX - target.getBoundingClientRect().left), first);
  };
  return (
    <li class={`lane${wrong ? ' differs' : ''}${selected ? ' selected' : ''}`} style={{ height: `${height}px` }}>
      <button
        type="button"
        class="lane-label"
        tabIndex={selected ? 0 : -1}
        aria-label={words}
        title={words}
        onClick={() => onSelect(page, first)}
      >
        <span class="lane-name">{`KeyID ${first}`}</span>
        <span class="lane-status">{summary}</span>
      </button>
      {drawn && (
        <svg
          class="lane-svg"
          width={scale.width}
          height={laneHeight}
          aria-hidden="true"
          onClick={onClick}
          onDblClick={(event) =>
            onZoom(4, toPage(scale, event.clientX - event.currentTarget.getBoundingClientRect().left))
          }
        >
          <LaneDrawing group={group} scale={scale} bottom={laneHeight - FOOT} />
          <path class="cross-hair" d={`M${x} 0V${laneHeight}`} />
        </svg>
      )}
      {rest !== null && <span class="follower">{`${rest}  same as KeyID ${first}`}</span>}
    </li>
  );
});

function statusOf(group: LaneGroup, canonical: LaneGroup): string {
  return sameLane(group.lane, canonical.lane) ? 'equals KeyID 0' : 'translates alike';
}

function restText(group: LaneGroup): string | null {
  const [head, ...tail] = group.keyIds;
  if (head === undefined) return null;
  const rest = head[0] < head[1] ? [[head[0] + 1, head[1]] as const, ...tail] : tail;
  return rest.length === 0 ? null : keyIdText(rest);
}
