import { sizeText } from '../../../../engine/src/size-text.ts';
import { callsIn } from '../hooks.ts';
import type { Context, Draft, Rule } from '../rule.ts';
import { type Skipped, skippedFlushes, skippedOnFailure } from '../run/flushes.ts';
import { bytesIn } from '../run/ranges.ts';
import type { Run, Spot, TraceStep } from '../run/run.ts';
import { isChanged } from '../text.ts';

/** skipped-flush: because of the sync, a flush that the kernel does today does not happen. */
export const skippedFlush: Rule = {
  slug: 'skipped-flush',
  severity: 'error',
  docs: `# skipped-flush

Because of the sync (an early return, a moved or replaced call) a cache or TLB flush that the kernel does today no longer
happens.

## Why
\`sync_direct_mapping()\` ends with \`flush_tlb_all()\`, so the TLB is served. The **cache** is not: when the memory type changes,
\`cpa_flush()\` has to write back the lines of the pages (\`clflush\`, or \`wbinvd\` without it), or stale lines are written over what a
device put into memory.

While MKTME is off, as on most machines that the kernel runs on, the sync does nothing, and nobody but \`cpa_flush()\` flushes the
TLB.

Between two KeyIDs the processor keeps no coherence at all. A page that goes from one owner to the next has to have the lines of its
old KeyID flushed, through the mapping of that KeyID, before anybody uses it under the new one.

## How to mend it
Do not return behind the sync, nor when it has failed: the change is made all the same. Leave only when MKTME is on and no cache
flush is due: \`if (mktme_enabled() && !cache) return;\`. Flush a page before its KeyID changes: \`page_address()\` leads to the
mapping of the KeyID that the page has at that moment.

## Example
\`\`\`diff
+		sync_direct_mapping(start, end);
+		return;
\`\`\`
`,
  check(context) {
    return [
      ...context.trials.flatMap((trial) => draftsOf(context, trial.run, skippedFlushes(trial))),
      ...context.failures.flatMap((failure) =>
        draftsOf(context, failure.run, skippedOnFailure(failure, failure.trial)),
      ),
    ];
  },
};

function draftsOf(context: Context, run: Run, all: readonly Skipped[]): readonly Draft[] {
  if (run.entered.size === 0) return [];
  return all.flatMap((skipped): Draft[] => {
    const spot = culprit(context, run, skipped);
    if (!spot) return [];
    const message = messageOf(skipped, run);
    return [{ rule: 'skipped-flush', severity: 'error', at: { spot }, message, reason: skipped.kind, run }];
  });
}

function messageOf({ kind, ranges, function: name, keyIds }: Skipped, { scenario, failure, setting }: Run): string {
  const amount = ranges === 'all' ? '' : sizeText(bytesIn(ranges));
  if (keyIds)
    return `the cache lines of ${amount} written under KeyID-${keyIds.written} are not flushed before the memory is used under KeyID-${keyIds.used}: ${scenario.call} hands it over with stale lines`;
  const what = `${kind === 'cache' ? 'cache' : 'TLB'} flush${amount && ` of ${amount}`}`;
  const off = setting === 'mktme-off' ? ' while MKTME is off and the sync does nothing' : '';
  const when = failure === null ? off : ' when the sync fails with -ENOMEM';
  return `the ${what} that ${name}() does today for ${scenario.call} no longer happens${when}`;
}

/** The jump that leaves before the flush, the flush call that the patch removes, or the condition around it. */
function culprit(context: Context, run: Run, skipped: Skipped): Spot | null {
  const removed = removedFlush(context, skipped.function);
  if (removed) return removed;
  if (skipped.keyIds) return ineffectiveFlush(context, skipped.function) ?? nameOf(context, skipped.function);
  const changed = run.trace.filter((step): step is Changed => !!step.spot && isChanged(step.spot.text, step.spot.span));
  // Only in a function that leads to the flush does a jump pass by it; from a helper's, and at a function's end, all goes on.
  const way = leadingTo(context, skipped.within);
  const onWay = changed.filter((step) => way.includes(step.function));
  const jumps = onWay.filter((step) => isJump(step) && !endsFunction(step.spot));
  // Behind the sync the first jump decides: where a `goto` leads, others may pass, too.
  const sync = run.syncs.find(({ result }) => result !== 0) ?? run.syncs.at(-1);
  const synced = sync?.to ?? Number.POSITIVE_INFINITY;
  const jumpIn = (name: string | undefined) => {
    const own = jumps.filter((step) => step.function === name);
    return own.find(({ events }) => events >= synced) ?? own.at(-1);
  };
  const jump = jumpIn(way.find(jumpIn));
  return (jump ?? onWay.findLast((step) => !isJump(step)) ?? onWay.at(-1) ?? changed.at(-1))?.spot ?? null;
}

/** The kernel's own way to the flush, and what the patch puts before a part of it. */
function leadingTo({ post }: Context, way: readonly string[]): readonly string[] {
  const leads = [...post.functions.values()].filter(({ shown }) =>
    callsIn(shown).some(({ callee }) => way.includes(callee)),
  );
  return [...way, ...leads.map(({ name }) => name)];
}

type Changed = TraceStep & { readonly spot: Spot };

const isJump = ({ stmt }: TraceStep) => stmt?.kind === 'return' || stmt?.kind === 'goto';

/** True if nothing of the function stands behind the statement. */
const endsFunction = ({ text, span }: Spot) => /^;?\s*\n\}/.test(text.image.text.slice(span.end));

const FLUSHES = /flush|wbinvd/;

function removedFlush(context: Context, name: string): Spot | null {
  const shown = context.pre.functions.get(name)?.shown;
  const call =
    shown && callsIn(shown).find(({ callee, expr, spot }) => FLUSHES.test(callee) && isChanged(spot.text, expr));
  const stays = context.post.functions.get(name)?.shown;
  return call && !(stays && callsIn(stays).some(({ callee }) => callee === call.callee)) ? call.spot : null;
}

/** A flush that the patch moves or rewrites, and that comes too late or reaches the lines of another KeyID. */
function ineffectiveFlush({ post }: Context, name: string): Spot | null {
  const shown = post.functions.get(name)?.shown;
  const call = shown && callsIn(shown).find(({ callee, expr }) => FLUSHES.test(callee) && isChanged(shown.text, expr));
  return call?.spot ?? null;
}

function nameOf({ post }: Context, name: string): Spot | null {
  const shown = post.functions.get(name)?.shown;
  return shown?.source.nameSpan ? { text: shown.text, span: shown.source.nameSpan, function: name } : null;
}
