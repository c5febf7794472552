import type { Finding } from '../report.ts';
import type { Context } from '../rule.ts';
import { lineAt } from '../text.ts';
import { addedLines, callAt, statementsAround } from './find.ts';
import type { Candidate } from './fix.ts';

const MOST_PLACES = 6;

/** sync-before-change: the call moves below a later statement of the hunk, the nearest that helps. */
export function moveBehindChange(context: Context, finding: Finding): readonly Candidate[] {
  const call = callAt(context, finding);
  if (!call) return [];
  const { items, own } = statementsAround(call);
  const lines = own && addedLines(own);
  if (!own || !lines) return [];
  const later = items.filter(
    (item) => item.hunk === own.hunk && item.order > own.order && item.stmt.kind !== 'declare',
  );
  return later.slice(0, MOST_PLACES).flatMap((item): Candidate[] => {
    const at = lineAt(item.text, item.stmt.end - 1)?.line;
    if (!at) return [];
    const gone = lines.map((line) => ({ at: line, text: [] }));
    const moved = { at, after: lines.map((line) => line.text) };
    return [{ title: 'Move the sync below the change', file: item.text.file, changes: [...gone, moved] }];
  });
}
