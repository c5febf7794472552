import type { Finding } from '../report.ts';
import type { Context } from '../rule.ts';
import { codeOf } from '../text.ts';
import { callAt, hunkLineAt, withReplaced } from './find.ts';
import type { Candidate } from './fix.ts';

/** partial-sync: round the range out to the huge page that the change may have split. */
export function roundOut(context: Context, finding: Finding): readonly Candidate[] {
  const call = callAt(context, finding);
  const [start, end] = call?.expr.args ?? [];
  if (!call || !start || !end) return [];
  const { text } = call.spot;
  const line = hunkLineAt(text, call.expr.start);
  return ['PMD_SIZE', 'PUD_SIZE'].flatMap((unit): Candidate[] => {
    const code = `${call.callee}(round_down(${codeOf(text, start)}, ${unit}), round_up(${codeOf(text, end)}, ${unit}))`;
    const replaced = withReplaced(text, call.expr, code);
    if (!line || replaced === null) return [];
    return [{ title: `Round the range out to ${unit}`, file: text.file, changes: [{ at: line, text: [replaced] }] }];
  });
}
