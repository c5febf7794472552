/** The places of a patch that the review speaks of: what changes the direct mapping, what syncs it, and the sync's own forms. */
import { scenarios } from '../../../engine/src/kernel/scenarios/index.ts';
import { allShown, callsIn, syncCalls } from './hooks.ts';
import type { Site, SiteRun } from './report.ts';
import type { Context, Trial } from './rule.ts';
import { callsBySite, spotKey } from './run/by-site.ts';
import { changedRanges } from './run/causes.ts';
import { hex } from './run/print.ts';
import { bytesIn, canonicalOf } from './run/ranges.ts';
import type { Run, Spot, SyncCall } from './run/run.ts';
import { introducedSyncs } from './signatures.ts';
import { codeOf, kernelLineOf, lineAt, placeOf, shownHunks } from './text.ts';

const MOST_TEXT = 200;

const changing = new Set(scenarios.flatMap((scenario) => scenario.functions));

export function sitesOf(context: Context): readonly Site[] {
  const { post } = context;
  const runs = context.trials.map((trial) => trial.run);
  const called = new Map(callsBySite(runs).map((site) => [spotKey(site.spot), site.calls]));
  const seen = new Set<string>();
  const syncs = syncCalls(post).map((call) => {
    seen.add(spotKey(call.spot));
    return siteOf('sync', call.spot, context, called.get(spotKey(call.spot)) ?? []);
  });
  const forms = post.syncs.flatMap(({ name }) =>
    introducedSyncs(post, name).map((form) => siteOf(form.kind, form.spot, context, [])),
  );
  const lines = shownHunks(context.message);
  const isShown = ({ text, span }: Spot) => lines.has(lineAt(text, span.start)?.line.line ?? -1);
  const changes = allShown(post)
    .flatMap(callsIn)
    .filter((call) => changing.has(call.callee) && !seen.has(spotKey(call.spot)) && isShown(call.spot))
    .map((call) => siteOf('change', call.spot, context, []));
  return [...syncs, ...forms, ...changes].sort((a, b) => a.line - b.line || a.column - b.column);
}

function siteOf(
  kind: Site['kind'],
  spot: Spot,
  context: Context,
  calls: readonly { readonly run: Run; readonly call: SyncCall }[],
): Site {
  return {
    kind,
    ...placeOf(spot.text, spot.span, context.file),
    function: spot.function,
    path: spot.text.path,
    kernelLine: kernelLineOf(spot.text, spot.span),
    text: codeOf(spot.text, spot.span).replace(/\s+/g, ' ').slice(0, MOST_TEXT),
    ranges: calls.map(({ run, call }) => ({ scenario: run.scenario.id, start: hex(call.start), end: hex(call.end) })),
    runs: calls.map(({ run, call }) => siteRun(run, call, context.trials)),
  };
}

function siteRun(run: Run, call: SyncCall, trials: readonly Trial[]): SiteRun {
  const causes = trials.find((trial) => trial.run === run)?.causes ?? [];
  const verdict = run.fault
    ? 'fault'
    : causes.some((cause) => cause.kind === 'hole')
      ? 'hole'
      : run.stale.length > 0
        ? 'stale'
        : 'ok';
  return {
    scenario: run.scenario.id,
    title: run.scenario.title,
    operands: call.operands,
    changedBytes: bytesIn(changedRanges(run)),
    syncedBytes: call.start < call.end ? call.end - call.start : 0n,
    staleBytes: bytesIn(canonicalOf(run.machine, run.stale)),
    keyIds: run.machine.layout.keyIds,
    verdict,
  };
}
