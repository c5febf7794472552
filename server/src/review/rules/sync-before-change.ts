import { sizeText } from '../../../../engine/src/size-text.ts';
import { atCall } from '../at.ts';
import type { Draft, Rule } from '../rule.ts';
import { staleKeyIds } from '../run/print.ts';
import { bytesIn } from '../run/ranges.ts';

/** sync-before-change: the sync runs before the last change that it has to carry. */
export const syncBeforeChange: Rule = {
  slug: 'sync-before-change',
  severity: 'error',
  docs: `# sync-before-change

The sync covers the right range and runs too early: the change that it has to carry to the other KeyIDs comes after it.

## Why
\`sync_direct_mapping()\` copies what KeyID-0's mapping is at the moment of the call. What changes afterwards, it has not seen.

## How to mend it
Move the call behind the last function that writes entries (\`__change_page_attr_set_clr()\`, \`remove_pagetable()\`, the loop over
\`phys_*_init()\`).

## Example
\`\`\`diff
+	sync_direct_mapping(start, end);
 	ret = __change_page_attr_set_clr(&cpa, checkalias);
\`\`\`
`,
  check(context) {
    return context.trials.flatMap(({ run, causes }) =>
      causes.flatMap((cause): Draft[] => {
        const at = cause.kind === 'early' ? atCall(context, cause.call) : null;
        if (cause.kind !== 'early' || !at) return [];
        const size = sizeText(bytesIn(cause.ranges));
        const keyIds = staleKeyIds(run.stale);
        const message = cause.call.enabled
          ? `the sync runs before the change it has to carry: ${size} that ${run.scenario.call} changes afterwards stay as they were for ${keyIds}`
          : `the sync does nothing before MKTME is enabled: ${keyIds} are left without ${size}`;
        return [
          {
            rule: 'sync-before-change',
            severity: 'error',
            at,
            message,
            reason: 'early',
            run,
          },
        ];
      }),
    );
  },
};
