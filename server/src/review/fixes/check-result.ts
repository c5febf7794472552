import type { Finding } from '../report.ts';
import type { Context } from '../rule.ts';
import { codeOf } from '../text.ts';
import { callAt, hunkLineAt, statementsAround, withReplaced } from './find.ts';
import type { Candidate } from './fix.ts';

/** unchecked-result: a call whose result is dropped warns at least. */
export function checkResult(context: Context, finding: Finding): readonly Candidate[] {
  const call = callAt(context, finding);
  const own = call && statementsAround(call).own;
  if (!call || own?.stmt.kind !== 'expr' || own.stmt.expr !== call.expr) return [];
  const { text } = call.spot;
  const line = hunkLineAt(text, call.expr.start);
  const replaced = withReplaced(text, call.expr, `WARN_ON(${codeOf(text, call.expr)})`);
  return line && replaced !== null
    ? [{ title: 'Warn when the sync fails', file: text.file, changes: [{ at: line, text: [replaced] }] }]
    : [];
}
