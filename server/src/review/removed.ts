/** Calls of a sync that the patch takes away. */
import { syncCalls } from './hooks.ts';
import type { Context } from './rule.ts';
import type { Spot } from './run/run.ts';
import { isChanged } from './text.ts';

export const removedSyncs = (context: Context): readonly Spot[] =>
  syncCalls(context.pre)
    .filter((call) => isChanged(call.spot.text, call.expr))
    .map((call) => call.spot);
