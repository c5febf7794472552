import type { Program } from '../program.ts';
import type { Draft, Rule } from '../rule.ts';
import type { Run, SyncCall } from '../run/run.ts';
import { introducedSyncs } from '../signatures.ts';

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
    const { post } = context;
    const silent = new Set(post.syncs.map(({ name }) => name).filter((name) => givesNothing(post, name)));
    return context.failures.flatMap(({ run }) =>
      run.syncs.flatMap((call): Draft[] => {
        const { holder } = call;
        if (call.result === 0 || silent.has(call.name) || !holder.spot || isSeen(run, call)) return [];
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

/** A sync that the patch shows to return nothing has nothing to look at. */
const givesNothing = (program: Program, name: string) =>
  introducedSyncs(program, name).some(({ returns }) => returns?.kind === 'void');

/** True if somebody tested the result and nobody lost it on its way up, or the failure reached the caller of the whole request. */
const isSeen = (run: Run, call: SyncCall) =>
  (run.returned !== null && run.returned !== 0n) ||
  ((call.seen.has('tested') || call.seen.has('stored')) && !call.seen.has('dropped'));
