import { sizeText } from '../../../../engine/src/size-text.ts';
import { atCall } from '../at.ts';
import type { Context, Draft, Rule, Trial } from '../rule.ts';
import { hex, staleKeyIds } from '../run/print.ts';
import { bytesIn } from '../run/ranges.ts';
import type { SyncCall } from '../run/run.ts';
import { isForeign, whereIs } from '../run/space.ts';

/** wrong-address-space: the range is not in KeyID-0's direct mapping. */
export const wrongAddressSpace: Rule = {
  slug: 'wrong-address-space',
  severity: 'error',
  docs: `# wrong-address-space

The range handed to the sync is not in the canonical direct mapping: it is a physical address, or lies in vmalloc space,
in the kernel's text mapping, or in another KeyID's mapping. The change in the direct mapping stays unsynced, or page
tables that are none of the sync's business are touched.

## Why
\`set_memory_*()\` takes any kernel address. For a module or a vmalloc area the caller's address is not in the direct mapping,
but \`cpa_process_alias()\` changes the pages' alias there too, page by page at unrelated frames.

## How to mend it
Derive the range from the page frame: \`__va(pfn << PAGE_SHIFT)\`, for each page of the request.

## Example
\`\`\`c
start = *cpa->vaddr;	/* 0xffffc90000200000 for a module */
sync_direct_mapping(start, start + cpa->numpages * PAGE_SIZE);
\`\`\`
`,
  check(context) {
    return context.trials.flatMap((trial) => [
      ...trial.causes.flatMap((cause): Draft[] => {
        if (cause.kind !== 'foreign-range') return [];
        const at = atCall(context, cause.call);
        if (!at) return [];
        const { run } = trial;
        const { call } = cause;
        const where = whereIs(call, run.machine.layout);
        const other = call.start <= call.end ? '' : ' (reversed)';
        return [
          {
            rule: 'wrong-address-space',
            severity: 'error',
            at,
            message: `the range [${hex(call.start)}, ${hex(call.end)})${other} ${where}: ${sizeText(bytesIn(cause.ranges))} that changed there stay as they were for ${staleKeyIds(run.stale)}`,
            reason: 'foreign-range',
            run,
          },
        ];
      }),
      ...trial.run.syncs.flatMap((call) => strayDraft(context, trial, call)),
    ]);
  },
};

/** A call that leaves nothing stale behind and all the same walks tables that no KeyID's direct mapping consists of. */
function strayDraft(context: Context, { run, cleared }: Trial, call: SyncCall): readonly Draft[] {
  const { layout } = run.machine;
  const at = atCall(context, call);
  if (!at || !isForeign(call, layout) || cleared?.calls.has(call.id)) return [];
  return [
    {
      rule: 'wrong-address-space',
      severity: 'error',
      at,
      message: `the range [${hex(call.start)}, ${hex(call.end)}) ${whereIs(call, layout)}: the sync works on page tables that are none of its business`,
      reason: 'foreign-range',
      run,
    },
  ];
}
