import type { Rule } from '../rule.ts';
import { draftsFrom } from './own-sync.ts';

/** unpropagated-top-level: top-level entries that the other page tables never get. */
export const unpropagatedTopLevel: Rule = {
  slug: 'unpropagated-top-level',
  severity: 'error',
  docs: `# unpropagated-top-level

The sync can create top-level entries of init_mm that the page tables of the processes never get.

## Why
Every process has a page table of its own whose kernel half is copied from init_mm when it is made. A top-level entry that
comes later has to be copied with \`sync_global_pgds()\`. The caller's own call covers KeyID-0's range; the entries for the
other KeyIDs' mappings stand elsewhere.

## How to mend it
Call \`sync_global_pgds()\` for each KeyID's range in which the sync has made a top-level entry, or make all of them before the
first process is there.

## Example
Hot-add beyond the first 512 GiB, 4-level: the sync populates one top-level entry for each KeyID, in init_mm alone.
`,
  check: (context) => draftsFrom(context, 'unpropagated-top-level', 'error'),
};
