import { kernelFunction } from '../../../../engine/src/kernel/catalogue.ts';
import type { Version } from '../../../../engine/src/kernel/model.ts';
import type { Family, Scenario } from '../../../../engine/src/kernel/scenario.ts';
import { sizeText } from '../../../../engine/src/size-text.ts';
import { callsIn } from '../hooks.ts';
import { introduction } from '../introduction.ts';
import { lostSync } from '../removed.ts';
import type { At, Context, Draft, Rule, Trial } from '../rule.ts';
import { missedSpot, passesUncertain } from '../run/missed.ts';
import { staleKeyIds } from '../run/print.ts';
import { bytesIn } from '../run/ranges.ts';
import { callsUnshown } from '../run/unshown.ts';

const WHERE: Readonly<Record<Family, string>> = {
  pageattr: 'the set_memory_*() family of pageattr.c',
  'pageattr-error': 'the error path of change_page_attr_set_clr(), which has changed pages already,',
  'split-only': 'set_memory_4k(), which splits and changes nothing else,',
  'alias-only': 'a change that only the alias in the direct mapping sees',
  noflush: 'the family without flush (__set_pages_p/np, set_direct_map_*_noflush, __kernel_map_pages)',
  'hot-add': 'memory hot-add',
  'hot-remove': 'memory hot-remove',
  boot: 'the boot path',
  enable: 'enabling MKTME',
  'page-keyid': "a page's change of KeyID",
};

/** unhooked-site: a kernel function that changes the direct mapping reaches no sync, on a way that the patch does not show. */
export const unhookedSite: Rule = {
  slug: 'unhooked-site',
  severity: 'warning',
  docs: `# unhooked-site

The patch (or series) introduces or changes the sync, and kernel functions that are known to change the direct mapping reach
none. There is one finding per family of functions that go the same way.

## Why
A sync is only as good as its callers: each change that nobody hooks leaves the KeyID mappings behind until something else
happens to sync the same range.

## How to mend it
Hook the place that the whole family passes, or say why the family cannot run together with MKTME.

## Example
\`cpa_flush()\` is hooked; \`__set_pages_np()\` changes entries and never comes there, nor does a request that fails half way.
`,
  check(context) {
    const at = introduction(context);
    if (!at) return [];
    const families = new Map<Family, Trial[]>();
    for (const trial of context.trials)
      if (isUnhooked(context, trial))
        families.set(trial.run.scenario.family, [...(families.get(trial.run.scenario.family) ?? []), trial]);
    return [...families].map(([family, trials]) => draftFor(family, trials, at, context.post.version));
  },
};

function isUnhooked(context: Context, trial: Trial): boolean {
  const { run, causes } = trial;
  const cause = causes.find(({ kind }) => kind === 'none');
  if (cause?.kind !== 'none' || mayPassHidden(context, run.scenario) || callsUnshown(context, run, cause.at))
    return false;
  if (missedSpot(context, run, cause.at) || passesUncertain(context, run)) return false;
  return lostSync(context, trial) === null;
}

/** A sync in a function that nobody shows whole, and whose callers nobody shows, may be any neighbour's hook. */
function mayPassHidden({ post }: Context, { entry, reaches }: Scenario): boolean {
  const hidden = post.unmodelled.filter((shown) =>
    callsIn(shown).some(({ callee }) => post.syncs.some(({ name }) => name === callee)),
  );
  return hidden.some(({ text: { path } }) =>
    [entry, ...reaches].some((name) => kernelFunction(name, post.version)?.path.includes(path)),
  );
}

function draftFor(family: Family, trials: readonly Trial[], at: At, version: Version): Draft {
  const functions = [...new Set(trials.flatMap((trial) => trial.run.scenario.functions))]
    .filter((name) => kernelFunction(name, version) !== null)
    .sort();
  const worst = trials[0];
  const bytes = worst ? bytesIn(worst.causes.flatMap((cause) => cause.ranges)) : 0n;
  return {
    rule: 'unhooked-site',
    severity: 'warning',
    at,
    message: `${WHERE[family]} reaches no sync: ${functions.map((name) => `${name}()`).join(', ')}${worst ? ` (${worst.run.scenario.call} leaves ${sizeText(bytes)} stale for ${staleKeyIds(worst.run.stale)})` : ''}`,
    reason: family,
    run: worst?.run ?? null,
  };
}
