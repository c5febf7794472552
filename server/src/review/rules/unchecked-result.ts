import type { Draft, Rule } from '../rule.ts';
import type { Run, SyncCall } from '../run/run.ts';

/** unchecked-result: a sync fails half way through the KeyIDs, and nobody looks. */
export const uncheckedResult: Rule = {
  slug: 'unchecked-result',
  severity: 'warning',
  docs: `# unchecked-result

The sync can fail with -ENOMEM part way through the KeyIDs, and the caller goes on as if it had not. \`WARN_ON(ret)\` counts as
looking, and is only noted.

## Why
The first KeyIDs then have the new mapping and the rest the old one. Pages that were made read-only or were given back stay
reachable through the others.

## How to mend it
Return the error to the caller, undo the change, or, where neither is possible, say so with \`WARN_ON()\`.

## Example
\`\`\`c
sync_direct_mapping(start, end);	/* the result is dropped */
\`\`\`
`,
  check(context) {
    return context.failures.flatMap(({ run }) =>
      run.syncs.flatMap((call): Draft[] => {
        const { holder } = call;
        if (call.result === 0 || !holder.spot || isSeen(run, call)) return [];
        const warned = call.seen.has('warned');
        return [
          {
            rule: 'unchecked-result',
            severity: warned ? 'note' : 'warning',
            at: { spot: holder.spot },
            message: warned
              ? `when the sync fails with -ENOMEM half way through the KeyIDs, ${holder.function}() warns and goes on`
              : `the sync can fail with -ENOMEM half way through the KeyIDs, and ${holder.function}() goes on as if it had not`,
            reason: warned ? 'warned' : 'dropped',
            run,
          },
        ];
      }),
    );
  },
};

/** True if somebody tested the result and nobody lost it on its way up, or the failure reached the caller of the whole request. */
const isSeen = (run: Run, call: SyncCall) =>
  (run.returned !== null && run.returned !== 0n) ||
  ((call.seen.has('tested') || call.seen.has('stored')) && !call.seen.has('dropped'));
