/** Functions that a patch calls and does not show. */
import { isChanged } from '../text.ts';
import type { Run } from './run.ts';

/**
 * True if after an event the run came by a call that the patch adds of a function nobody shows: a sync under another name,
 * maybe. One that is given nothing asks for something, and cannot know what to sync.
 */
export const callsUnshown = ({ unknownCalls }: Run, since: number) =>
  unknownCalls.some(
    ({ spot, events, given }) => given > 0 && events > since && spot !== null && isChanged(spot.text, spot.span),
  );
