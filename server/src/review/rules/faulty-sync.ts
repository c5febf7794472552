import type { Rule } from '../rule.ts';
import { draftsFrom } from './own-sync.ts';

/** faulty-sync: the patch brings the sync's own implementation, and run on page tables it breaks the invariant. */
export const faultySync: Rule = {
  slug: 'faulty-sync',
  severity: 'error',
  docs: `# faulty-sync

The patch brings the sync's own implementation. Run on simulated page tables, through every kind of change it has to
track, it leaves some KeyID's mapping different from KeyID-0's, or breaks.

## Why
The walkers have to do five things right at every level: copy an entry with the KeyID's bits, clear what is gone, make a
table where a huge page was split, put a leaf where a table was, and come by every entry of every KeyID.

## How to mend it
The finding stands at the statement that made or wrote the wrong entry, that forgot the failure, or that unhooked the table
nobody frees, or at the loop that never came by. Typical: the loop ends before \`mktme_nr_keyids\`, the KeyID is or-ed in at
the wrong place or masked away, the source pointer is not advanced, an error is swallowed, a lock is taken twice.

## Example
\`\`\`c
for (i = 1; i < mktme_nr_keyids; i++)	/* the last KeyID is never synced */
	ret = sync_direct_mapping_keyid(i, start, end);
\`\`\`
`,
  check: (context) => draftsFrom(context, 'faulty-sync', 'error'),
};
