/** How each scenario that reaches the patch ended, in one sentence. */
import { sizeText } from '../../../engine/src/size-text.ts';
import type { ScenarioResult } from './report.ts';
import type { Context, Trial } from './rule.ts';
import { skippedFlushes } from './run/flushes.ts';
import { staleKeyIds } from './run/print.ts';
import { bytesIn, canonicalOf } from './run/ranges.ts';

export function resultsOf(context: Context): readonly ScenarioResult[] {
  const results = new Map<string, ScenarioResult>();
  for (const trial of context.trials) {
    if (trial.run.side === 'model') continue;
    const { id, title } = trial.run.scenario;
    const verdict = verdictOf(trial);
    const known = results.get(id);
    if (!known || (known.ok && !verdict.ok)) results.set(id, { id, title, ...verdict });
  }
  return [...results.values()];
}

export function verdictOf(trial: Trial): { readonly ok: boolean; readonly sentence: string } {
  const { run, causes } = trial;
  if (run.fault) return { ok: false, sentence: `the run ends here: ${run.fault.message}` };
  const keyIds = staleKeyIds(run.stale);
  const stale = bytesIn(canonicalOf(run.machine, run.stale));
  const hole = causes.find((cause) => cause.kind === 'hole');
  if (hole?.kind === 'hole')
    return {
      ok: false,
      sentence: `${keyIds} lose ${sizeText(bytesIn(hole.ranges))}: the sync covers ${sizeText(hole.call.end - hole.call.start)} of a ${sizeText(hole.huge.end - hole.huge.start)} page that the change has split`,
    };
  if (stale > 0n) return { ok: false, sentence: `${keyIds} keep the old mapping of ${sizeText(stale)}` };
  const skipped = skippedFlushes(trial)[0];
  if (skipped)
    return {
      ok: false,
      sentence: `the mappings agree, but the ${skipped.kind === 'cache' ? 'cache' : 'TLB'} flush that the kernel does today is skipped`,
    };
  const own = trial.cleared?.ranges.length
    ? ": the patch's own sync does more than it is asked for, which the steps do not show"
    : '';
  return { ok: true, sentence: `every KeyID's mapping equals KeyID-0's${own}` };
}
