import { sizeText } from '../../../../engine/src/size-text.ts';
import { lostSync } from '../removed.ts';
import type { Context, Draft, Rule, Trial } from '../rule.ts';
import { endlessSpot } from '../run/endless.ts';
import { missedSpot, passesUncertain } from '../run/missed.ts';
import { staleKeyIds } from '../run/print.ts';
import { bytesIn } from '../run/ranges.ts';
import type { Spot } from '../run/run.ts';
import { callsUnshown, DEFERS } from '../run/unshown.ts';

/** missing-sync: a function of the patch changes the direct mapping and returns without any sync of it. */
export const missingSync: Rule = {
  slug: 'missing-sync',
  severity: 'error',
  docs: `# missing-sync

A path through a function that the patch shows changes KeyID-0's direct mapping and returns with no sync of it at all.

## Why
Every KeyID has a direct mapping of its own. Until \`sync_direct_mapping()\` has run over the changed range, an access
through another KeyID still uses the old permissions, the old memory type or a page that is gone.

## How to mend it
Call the sync on every path that leaves after a change: behind an early \`return\` or \`goto\`, on the error path (a
request that failed half way has changed pages too), and in the branch that the condition leaves out.

## Example
\`\`\`diff
+	if (cpa->flags & CPA_ARRAY)
+		sync_direct_mapping(start, end);
\`\`\`
A single range reaches the end of the function without a sync.
`,
  check(context) {
    return context.trials.flatMap((trial) =>
      trial.causes.flatMap((cause): Draft[] => {
        if (cause.kind !== 'none' || callsUnshown(context, trial.run, cause.at)) return [];
        const at = culprit(context, trial, cause.at);
        if (!at) return [];
        const changed = sizeText(bytesIn(cause.ranges));
        return [
          {
            rule: 'missing-sync',
            severity: 'error',
            at: at.at,
            message: `${changed} of the direct mapping changed by ${trial.run.scenario.call} ${at.how}, which leaves ${staleKeyIds(trial.run.stale)} with the old mapping`,
            reason: at.how,
            run: trial.run,
          },
        ];
      }),
    );
  },
};

/** Where the sync should have run; null if the way does not touch what the patch shows of it. */
function culprit(context: Context, trial: Trial, changedAt: number): { at: Draft['at']; how: string } | null {
  const endless = endlessSpot(trial.run);
  if (endless) return { at: { spot: endless }, how: 'is never synced, because the code goes round here for ever' };
  const missed = missedSpot(context, trial.run, changedAt);
  if (missed) return { at: { spot: missed }, how: howAt(trial, missed) };
  const removed = passesUncertain(context, trial.run) ? null : lostSync(context, trial);
  return removed ? { at: { spot: removed }, how: 'is no longer synced' } : null;
}

/** Work that is handed on is done by nobody before the call returns. */
function howAt({ run }: Trial, { text, span }: Spot): string {
  const handed = run.unknownCalls.find(
    ({ name, spot }) => DEFERS.has(name) && spot?.text === text && spot.span.start === span.start,
  );
  return handed
    ? `is synced only when the work runs that ${handed.name}() leaves to others, after this has returned`
    : 'is never synced on the way that passes here';
}
