import type { Draft, Rule } from '../rule.ts';
import { draftsFrom } from './own-sync.ts';

/** sync-in-atomic: the sync may sleep and is called where that is forbidden. */
export const syncInAtomic: Rule = {
  slug: 'sync-in-atomic',
  severity: 'warning',
  docs: `# sync-in-atomic

The sync is called under a spinlock or with interrupts off. It allocates page tables with \`GFP_KERNEL\` and may sleep.

## Why
Sleeping in an atomic section is a deadlock waiting for memory pressure. \`cpa_lock\` is held around \`__change_page_attr()\`, and
\`init_mm.page_table_lock\` inside the walkers.

## How to mend it
Call the sync after the lock is released, before the result is given back.

## Example
\`\`\`c
spin_lock(&cpa_lock);
ret = __change_page_attr(cpa, checkalias);
sync_direct_mapping(start, end);	/* may sleep */
spin_unlock(&cpa_lock);
\`\`\`
`,
  check(context) {
    const calls = context.trials.flatMap(({ run }) =>
      run.syncs.flatMap((call): Draft[] =>
        call.atomic !== null && call.spot
          ? [
              {
                rule: 'sync-in-atomic',
                severity: 'warning',
                at: { spot: call.spot },
                message: `the sync may sleep (GFP_KERNEL) and is called with ${call.atomic} held`,
                reason: call.atomic,
                run,
              },
            ]
          : [],
      ),
    );
    return [...calls, ...draftsFrom(context, 'sync-in-atomic', 'warning')];
  },
};
