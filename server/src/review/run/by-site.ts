/** Sync calls of many runs, put together by the place they stand at. */
import type { Run, Spot, SyncCall } from './run.ts';

export interface SiteCalls {
  readonly spot: Spot;
  readonly calls: readonly { readonly run: Run; readonly call: SyncCall }[];
}

export function callsBySite(runs: readonly Run[]): readonly SiteCalls[] {
  const sites = new Map<string, { spot: Spot; calls: { run: Run; call: SyncCall }[] }>();
  for (const run of runs)
    for (const call of run.syncs) {
      if (!call.spot) continue;
      const key = spotKey(call.spot);
      const site = sites.get(key) ?? { spot: call.spot, calls: [] };
      sites.set(key, site);
      site.calls.push({ run, call });
    }
  return [...sites.values()];
}

export const spotKey = ({ text, span }: Spot) => `${text.message}/${text.side}/${text.path}/${span.start}-${span.end}`;
