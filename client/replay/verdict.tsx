/** The sentence first. */
import { costText } from '../../engine/src/picture/words.ts';
import type { Replay } from '../../engine/src/replay.ts';

export function Verdict({ replay, name = false }: { replay: Replay; name?: boolean }) {
  const { ok, sentence } = replay.verdict;
  const { cost } = replay;
  return (
    <div class={ok ? 'verdict ok' : 'verdict wrong'}>
      <span class="verdict-sign" aria-hidden="true">
        {ok ? '✓' : '✗'}
      </span>
      <div>
        {name && (
          <p class="verdict-name">
            {replay.variant} · {replay.scenario.title}
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
