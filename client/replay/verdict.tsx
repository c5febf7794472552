/** The sentence first. */
import { countText } from '../../engine/src/picture/pages.ts';
import { costText } from '../../engine/src/picture/words.ts';
import type { Replay } from '../../engine/src/replay.ts';

interface Props {
  readonly replay: Replay;
  /** Of two runs side by side: steps done in this one. */
  readonly position?: number;
}

export function Verdict({ replay, position }: Props) {
  const { ok, sentence } = replay.verdict;
  const { cost } = replay;
  return (
    <div class={ok ? 'verdict ok' : 'verdict wrong'}>
      <span class="verdict-sign" aria-hidden="true">
        {ok ? '✓' : '✗'}
      </span>
      <div>
        {position !== undefined && (
          <p class="verdict-name">
            <strong>{replay.variant}</strong> · {replay.scenario.title} ·{' '}
            {`step ${countText(position)} of ${countText(replay.steps.length)}`}
          </p>
        )}
        <p class="verdict-sentence">
          <span class="hidden">{ok ? 'Right: ' : 'Wrong: '}</span>
          {sentence}
        </p>
        {/* Cost says something only where it is more than what was due. */}
        {cost.visited > 0 && cost.visited !== cost.needed && <p class="verdict-cost">{costText(replay)}</p>}
      </div>
    </div>
  );
}
