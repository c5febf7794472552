import { sizeText } from '../../../../engine/src/size-text.ts';
import { atCall } from '../at.ts';
import type { Draft, Rule } from '../rule.ts';
import type { Cause } from '../run/causes.ts';
import { spotAt } from '../run/mirrored.ts';
import { hex, namedKeyIds, staleKeyIds } from '../run/print.ts';
import { bytesIn } from '../run/ranges.ts';
import type { Run } from '../run/run.ts';

/** partial-sync: a sync ran after the change, and some KeyID mapping still differs. */
export const partialSync: Rule = {
  slug: 'partial-sync',
  severity: 'error',
  docs: `# partial-sync

A sync ran after the change, and afterwards some KeyID's mapping still translates differently from KeyID-0's: a part of
the change was left out, or the sync itself lost entries.

## Why
Three different mistakes end here.

- **The range is too narrow**: it covers fewer pages than changed (bytes for pages, a page too few, only the first page
  of an array, start and end swapped).
- **The split hole**: the change split a huge page. Where KeyID-N still has the huge leaf, \`sync_direct_mapping()\` clears
  it, allocates a table, and fills in only the entries inside the range. The rest of the huge page is then not mapped
  at all for that KeyID.
- **The same change, made once more for each KeyID** instead of a sync, leaves a KeyID out, or does something else there than
  it does for KeyID-0.

## How to mend it
Round the range out to the huge page that the change may have split: \`round_down(start, PMD_SIZE)\` and
\`round_up(end, PMD_SIZE)\`, and \`PUD_SIZE\` where 1 GiB pages can be split.

## Example
\`set_memory_ro()\` of one page inside a 2 MiB page, then \`sync_direct_mapping(addr, addr + PAGE_SIZE)\`: every other KeyID
loses 2044 KiB.
`,
  check(context) {
    return context.trials.flatMap(({ run, causes }) =>
      causes.flatMap((cause): Draft[] => {
        if (cause.kind === 'unlike') return mirrorDraft(run, cause);
        if (cause.kind !== 'hole' && cause.kind !== 'narrow') return [];
        const { call } = cause;
        const at = atCall(context, call);
        if (!at) return [];
        const lost = sizeText(bytesIn(cause.ranges));
        const without = run.stale.every(({ kind }) => kind === 'hole');
        const left = without ? staleKeyIds(run.stale, 'lack') : `${staleKeyIds(run.stale, 'keep')} the old mapping of`;
        const range = `[${hex(call.start)}, ${hex(call.end)})`;
        const message =
          cause.kind === 'hole'
            ? `${staleKeyIds(run.stale, 'lose')} ${lost}: the sync covers ${sizeText(call.end - call.start)} of a ${sizeText(cause.huge.end - cause.huge.start)} page that the change has split, and rebuilds nothing outside ${range}`
            : call.start >= call.end
              ? `${left} ${lost}: the range ${range} is ${call.start === call.end ? 'empty' : 'reversed'}`
              : `${left} ${lost}: the sync covers ${sizeText(call.end - call.start)}, ${range}, and the change reaches further`;
        return [{ rule: 'partial-sync', severity: 'error', at, message, reason: cause.kind, run }];
      }),
    );
  },
};

/** The same change made once more for each KeyID is a sync, too, if it comes by all of them and does the same. */
function mirrorDraft(run: Run, { ranges, at, keyIds }: Extract<Cause, { kind: 'unlike' }>): Draft[] {
  const spot = spotAt(run, at);
  if (!spot) return [];
  const amount = sizeText(bytesIn(ranges));
  const reached = run.stale.some(({ keyId }) => keyIds.includes(keyId));
  const message = reached
    ? `${staleKeyIds(run.stale, 'map')} ${amount} otherwise than KeyID-0 does: what is changed here is not what ${run.scenario.call} changes there`
    : `${staleKeyIds(run.stale, 'keep')} the old mapping of ${amount}: what ${run.scenario.call} changes is changed here for ${keyIds.length > 0 ? namedKeyIds(keyIds) : 'other pages'} only`;
  return [
    { rule: 'partial-sync', severity: 'error', at: { spot }, message, reason: reached ? 'unlike' : 'left-out', run },
  ];
}
