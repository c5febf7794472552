/** Everything that is worked out once per replay document. */
import { createHistory, type History } from '../../engine/src/picture/history.ts';
import { indexSource, type SourceIndex } from '../../engine/src/picture/source.ts';
import { createStates, type PictureState } from '../../engine/src/picture/state.ts';
import type { Replay } from '../../engine/src/replay.ts';

export interface Run {
  readonly replay: Replay;
  readonly history: History;
  readonly stateAt: (position: number) => PictureState;
  readonly stateAtEnd: PictureState;
  readonly source: SourceIndex;
}

export function prepareRun(replay: Replay): Run {
  const history = createHistory(replay);
  const states = createStates(history);
  let last: PictureState | null = null;
  return {
    replay,
    history,
    stateAt: (position) => {
      if (last?.position !== position) last = states(position);
      return last;
    },
    stateAtEnd: states(history.length),
    source: indexSource(replay),
  };
}
