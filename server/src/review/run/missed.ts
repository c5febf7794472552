/** Where a run went past the sync of a function that has one. */
import type { Stmt } from '../../c/ast.ts';
import { type AstNode, visit } from '../../c/walk.ts';
import { callsIn } from '../hooks.ts';
import type { Context } from '../rule.ts';
import type { Run, Spot } from './run.ts';

/** The jump or the condition that led past the sync; null if the run entered no function that the patch hooks. */
export function missedSpot(context: Context, run: Run): Spot | null {
  const name = [...run.entered].findLast((entered) => context.hooked.has(entered));
  const shown = name === undefined ? undefined : context.post.functions.get(name)?.shown;
  if (!name || !shown) return null;
  const steps = run.trace.filter((step) => step.function === name && step.spot);
  const ran = new Set(steps.map((step) => step.stmt));
  const isSync = new Set(context.post.syncs.map((sync) => sync.name));
  const call = callsIn(shown).find(({ callee }) => isSync.has(callee) || context.hooked.has(callee));
  if (!call) return null;
  const around = conditionsAround(
    shown.source.pieces.flatMap((piece) => piece.body),
    call.spot,
  );
  const skipped = around.findLast(({ stmt }) => ran.has(stmt));
  const jump = steps.findLast(({ stmt }) => stmt?.kind === 'return' || stmt?.kind === 'goto');
  if (jump?.spot && !steps.some((step) => step.stmt && contains(step.stmt, call.spot) && !isCompound(step.stmt)))
    return jump.spot;
  return skipped ? { ...call.spot, span: skipped.test } : call.spot;
}

const contains = (stmt: Stmt, { span }: Spot) => stmt.start <= span.start && span.end <= stmt.end;
const isCompound = (stmt: Stmt) => 'body' in stmt || stmt.kind === 'if';

/** The ifs and loops around a place, outermost first. */
function conditionsAround(body: readonly Stmt[], spot: Spot) {
  const found: { stmt: Stmt; test: { start: number; end: number } }[] = [];
  const look = (node: AstNode) => {
    if (
      (node.kind === 'if' || node.kind === 'while' || node.kind === 'do' || node.kind === 'switch') &&
      contains(node, spot)
    )
      found.push({ stmt: node, test: node.test });
    if (node.kind === 'for' && node.test && contains(node, spot)) found.push({ stmt: node, test: node.test });
  };
  for (const stmt of body) visit(stmt, look);
  return found;
}
