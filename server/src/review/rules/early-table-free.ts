import type { Rule } from '../rule.ts';
import { draftsFrom } from './own-sync.ts';

/** early-table-free: a page-table page is freed while it can still be walked. */
export const earlyTableFree: Rule = {
  slug: 'early-table-free',
  severity: 'error',
  docs: `# early-table-free

A page-table page is freed while an entry still points to it, or before the TLB flush that retires it.

## Why
The page may be handed out again at once. A walk that still reaches it, through the entry or through a paging-structure
cache, then reads whatever the new owner writes as page-table entries.

## How to mend it
First clear the entry, then flush, then free; \`remove_pagetable()\` does it in this order. Collect the pages of one sync in a
list and free them behind \`flush_tlb_all()\`.

## Example
\`\`\`c
__free_page(pmd_page(*dst_pmd));
pmd_clear(dst_pmd);
\`\`\`
`,
  check: (context) => draftsFrom(context, 'early-table-free', 'error'),
};
