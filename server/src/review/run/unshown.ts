/** Functions that a patch calls and does not show. */
import { isChanged } from '../text.ts';
import type { Run } from './run.ts';

/** What hands work to somebody who does it later, and does not wait for it. */
export const DEFERS: ReadonlySet<string> = new Set([
  'schedule_work',
  'schedule_work_on',
  'schedule_delayed_work',
  'schedule_delayed_work_on',
  'queue_work',
  'queue_work_on',
  'queue_work_node',
  'queue_delayed_work',
  'queue_delayed_work_on',
  'mod_delayed_work',
  'queue_rcu_work',
  'call_rcu',
  'call_rcu_tasks',
  'irq_work_queue',
  'tasklet_schedule',
  'mod_timer',
]);

/** What waits for such work, and need not be told for which. */
const AWAITS: ReadonlySet<string> = new Set(['rcu_barrier', 'flush_scheduled_work']);

/**
 * True if after an event the run came by a call that the patch adds of a function nobody shows: a sync under another name,
 * maybe. One that is given nothing asks for something, and cannot know what to sync.
 */
export const callsUnshown = ({ unknownCalls }: Run, since: number) =>
  unknownCalls.some(
    ({ name, spot, events, given }) =>
      (given > 0 || AWAITS.has(name)) &&
      !DEFERS.has(name) &&
      events > since &&
      spot !== null &&
      isChanged(spot.text, spot.span),
  );
