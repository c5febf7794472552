/** What happened, in order, and what did not: controls, the line of time, the steps as chips, and where all stands in a sentence. */
import { countText } from '../../engine/src/picture/pages.ts';
import type { TimelineRow } from '../../engine/src/picture/timeline.ts';
import type { Replay } from '../../engine/src/replay.ts';
import { Chips } from './chips.tsx';
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
