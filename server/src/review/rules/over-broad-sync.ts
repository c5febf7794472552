import { PUD_SIZE, type Range } from '../../../../engine/src/address.ts';
import { sizeText } from '../../../../engine/src/size-text.ts';
import type { Draft, Rule } from '../rule.ts';
import { callsBySite } from '../run/by-site.ts';
import { changedRanges } from '../run/causes.ts';
import { endlessSync } from '../run/endless.ts';
import { count } from '../run/print.ts';
import { bytesIn, covers, roundOut, union } from '../run/ranges.ts';
import type { Run, SyncCall } from '../run/run.ts';

/** Visiting so many entries more than needed, and so many times as many, is far more. */
const EXTRA_ENTRIES_PER_KEYID = 256;
const TIMES = 4;
/** The same in bytes, held against whole 1 GiB pages. */
const TIMES_BYTES = 16n;

/** over-broad-sync: the sync sweeps far more than the change needs. */
export const overBroadSync: Rule = {
  slug: 'over-broad-sync',
  severity: 'warning',
  docs: `# over-broad-sync

The sync sweeps far more than the change needs. The finding says how many entries were visited for all KeyIDs, and how many
were needed. Where the extra is only rounding to one huge page it is a note. At enable time everything is needed.

## Why
With 63 KeyIDs each entry swept too much is swept 63 times. The array forms of \`set_memory_*()\` are the ones that the graphics
drivers use most.

## How to mend it
Sync the pages of the request one by one (or in runs), each rounded out to the huge page it may have split.

## Example
\`\`\`c
if (cpa->flags & CPA_ARRAY) {
	start = PAGE_OFFSET;
	end = PAGE_OFFSET + direct_mapping_size;
}
\`\`\`
`,
  check(context) {
    const runs = context.trials
      .map((trial) => trial.run)
      .filter((run) => run.scenario.family !== 'enable' && !run.fault);
    const broad = callsBySite(runs).flatMap(({ spot, calls }): Draft[] => {
      const sweeps = calls
        .filter(({ run, call }) => call.opaque === null && call.start < call.end && isBroad(run, call))
        .sort((a, b) => b.call.visited - b.call.needed - (a.call.visited - a.call.needed));
      const drafts: Draft[] = [];
      for (const { run, call } of sweeps) {
        const severity = isRounding(run, call) ? 'note' : 'warning';
        if (drafts.some((draft) => draft.severity === severity)) continue;
        drafts.push({
          rule: 'over-broad-sync',
          severity,
          at: { spot },
          message: messageOf(run, call),
          reason: severity,
          run,
          evidence: { entriesVisited: call.visited, entriesNeeded: call.needed },
        });
      }
      return drafts.some((draft) => draft.severity === 'warning')
        ? drafts.filter((draft) => draft.severity === 'warning')
        : drafts;
    });
    return [...broad, ...context.trials.flatMap(({ run }) => endlessDraft(run))];
  },
};

/** A loop that forgets to go on: the same range for ever. */
function endlessDraft(run: Run): readonly Draft[] {
  const call = endlessSync(run);
  if (!call?.spot) return [];
  const message = `the loop never comes to its end: it syncs the same ${sizeText(call.end - call.start)} again and again (${run.scenario.call})`;
  return [{ rule: 'over-broad-sync', severity: 'warning', at: { spot: call.spot }, message, reason: 'endless', run }];
}

function isBroad({ machine }: Run, call: SyncCall): boolean {
  if (!machine.enabled || call.visited === 0) return false;
  const extra = call.visited - call.needed;
  if (extra <= EXTRA_ENTRIES_PER_KEYID * machine.layout.keyIds) return false;
  return call.visited > call.needed * TIMES || call.end - call.start > bytesIn(wide(call.due)) * TIMES_BYTES;
}

/** Each stretch rounded out to the 1 GiB page it may have been split from. */
const wide = (ranges: readonly Range[]) => union(ranges.map((range) => roundOut(range, PUD_SIZE)));

/** True if one page, rounded out to the 1 GiB page that the change may have split, explains the whole sweep. */
function isRounding(run: Run, call: SyncCall): boolean {
  if (call.end - call.start <= PUD_SIZE) return true;
  return covers(wide(changedRanges(run, true)), call);
}

function messageOf(run: Run, call: SyncCall): string {
  const { keyIds } = run.machine.layout;
  const changed = bytesIn(call.due);
  return `the sync sweeps ${sizeText(call.end - call.start)} for ${changed === 0n ? 'nothing' : sizeText(changed)} that changed (${run.scenario.call}): ${count(call.visited, 'page-table entry', 'page-table entries')} visited for ${count(keyIds, 'KeyID')}, ${call.needed} needed`;
}
