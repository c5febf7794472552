import type { Draft, Rule } from '../rule.ts';
import { callsBySite } from '../run/by-site.ts';
import type { Run, SyncCall } from '../run/run.ts';

/** redundant-sync: everything that a sync covers was synced before, on every way to it. */
export const redundantSync: Rule = {
  slug: 'redundant-sync',
  severity: 'warning',
  docs: `# redundant-sync

Everything this sync covers was synced already on every path to it.

## Why
A sync walks every KeyID's page tables and ends with \`flush_tlb_all()\` on all CPUs, also where it finds nothing to do.

## How to mend it
Remove the call that comes second. \`mark_rodata_ro()\` needs none once \`pageattr.c\` syncs for it.

## Example
\`\`\`c
set_memory_ro(start, pages);			/* syncs */
ret = sync_direct_mapping(start, end);		/* finds nothing */
\`\`\`
`,
  check(context) {
    return callsBySite(context.trials.map((trial) => trial.run)).flatMap(({ spot, calls }): Draft[] => {
      const idle = calls.every(({ call }) => call.due.length === 0 && call.opaque === null);
      const second = calls.find(({ run, call }) => servedBefore(run, call));
      if (!idle || !second) return [];
      return [
        {
          rule: 'redundant-sync',
          severity: 'warning',
          at: { spot },
          message: 'everything this sync covers was synced already on every path to it',
          reason: 'idle',
          run: second.run,
        },
      ];
    });
  },
};

const servedBefore = (run: Run, call: SyncCall) =>
  run.syncs.some((other) => other.id < call.id && other.due.length > 0 && other.result === 0);
