import type { Finding } from '../report.ts';
import type { Context } from '../rule.ts';
import { addedLines, callAt, statementsAround } from './find.ts';
import type { Candidate } from './fix.ts';

/** redundant-sync: the call that comes second goes. */
export function removeCall(context: Context, finding: Finding): readonly Candidate[] {
  const call = callAt(context, finding);
  const own = call && statementsAround(call).own;
  const lines = own && own.stmt.kind === 'expr' ? addedLines(own) : null;
  if (!call || !lines) return [];
  const changes = lines.map((at) => ({ at, text: [] }));
  return [{ title: 'Remove the sync that finds nothing to do', file: call.spot.text.file, changes }];
}
