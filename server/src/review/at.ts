/** Where findings stand. */

import { syncCalls } from './hooks.ts';
import type { At, Context } from './rule.ts';
import type { SyncCall } from './run/run.ts';

/** The call as the patch writes it. */
export function atCall(context: Context, call: SyncCall): At | null {
  if (call.spot) return { spot: call.spot };
  const any = syncCalls(context.post)[0];
  return any ? { spot: any.spot } : null;
}
