/** What of the patch a finding is about, as the mends need it. */
import type { Expr, Stmt } from '../../c/ast.ts';
import type { HunkLine } from '../../patch/model.ts';
import { type Call, syncCalls } from '../hooks.ts';
import type { Finding } from '../report.ts';
import type { Context } from '../rule.ts';
import { type CodeText, lineAt, placeOf } from '../text.ts';
import type { Item } from '../weave/items.ts';
import { flatten, itemsOf } from '../weave/items.ts';

/** The sync call that a finding stands at, if it stands on one line. */
export function callAt(context: Context, finding: Finding): Call | null {
  const found = syncCalls(context.post).find(({ spot }) => {
    const place = placeOf(spot.text, spot.span, finding.file);
    return place.line === finding.line && place.column === finding.column && place.endLine === place.line;
  });
  return found ?? null;
}

/** The hunk line of an offset. */
export const hunkLineAt = (text: CodeText, offset: number): HunkLine | null => lineAt(text, offset)?.line ?? null;

/** The line with the code of a one-line span replaced. */
export function withReplaced(text: CodeText, span: { start: number; end: number }, code: string): string | null {
  const at = lineAt(text, span.start);
  const begin = at?.segment.lines.find(({ line }) => line === at.line)?.start;
  if (!at || begin === undefined) return null;
  return at.line.text.slice(0, span.start - begin) + code + at.line.text.slice(span.end - begin);
}

export const indentOf = (line: string) => /^\s*/.exec(line)?.[0] ?? '';

/** The statements of the function that a call stands in, and the one that is the call. */
export function statementsAround(call: Call): { items: readonly Item[]; own: Item | null } {
  const source = call.spot.text.source.functions.find(({ pieces }) =>
    pieces.some((piece) => piece.start <= call.expr.start && call.expr.end <= piece.end),
  );
  const items = source ? flatten(itemsOf({ source, text: call.spot.text })) : [];
  const own = items.findLast((item) => item.children.length === 0 && holdsExpr(item.stmt, call.expr)) ?? null;
  return { items, own };
}

const holdsExpr = (stmt: Stmt, expr: Expr) => stmt.start <= expr.start && expr.end <= stmt.end;

/** The hunk lines of a statement; null unless every one of them is an added line. */
export function addedLines(item: Item): readonly HunkLine[] | null {
  const first = lineAt(item.text, item.stmt.start);
  const last = lineAt(item.text, item.stmt.end - 1);
  if (!first || !last) return null;
  const lines = first.segment.hunk.lines.slice(first.index, last.index + 1);
  return lines.every((line) => line.kind === 'added') ? lines : null;
}
