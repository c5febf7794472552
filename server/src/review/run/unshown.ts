/** Functions that a patch calls and does not show. */
import { type AstNode, visit } from '../../c/walk.ts';
import type { Context } from '../rule.ts';
import { isChanged } from '../text.ts';
import { functionsSince } from './flow.ts';
import type { Run, Spot } from './run.ts';

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
 * maybe. One that is given nothing asks for something, and cannot know what to sync; nor does one whose answer is only
 * tested, where the patch calls its sync by name.
 */
export function callsUnshown(context: Context, run: Run, since: number): boolean {
  const isNamed = [...functionsSince(run, since)].some((name) => context.hooked.has(name));
  return run.unknownCalls.some(
    ({ name, spot, events, given }) =>
      (given > 0 || AWAITS.has(name)) &&
      !DEFERS.has(name) &&
      events > since &&
      spot !== null &&
      isChanged(spot.text, spot.span) &&
      !(isNamed && isTested(context, spot)),
  );
}

/** True if a call stands in the condition of a statement. */
function isTested({ post }: Context, { function: name, span }: Spot): boolean {
  let found = false;
  const look = (node: AstNode) => {
    const test = 'test' in node ? node.test : null;
    if (test && test.start <= span.start && span.end <= test.end) found = true;
  };
  const pieces = post.functions.get(name)?.shown.source.pieces ?? [];
  for (const { body } of pieces) for (const stmt of body) visit(stmt, look);
  return found;
}
