/** Where a run went past the sync of a function that has one. */
import { kernelFunction } from '../../../../engine/src/kernel/catalogue.ts';
import type { Family } from '../../../../engine/src/kernel/scenario.ts';
import type { Span, Stmt } from '../../c/ast.ts';
import { type AstNode, namesUsed, visit } from '../../c/walk.ts';
import { allShown, type Call, callsIn } from '../hooks.ts';
import { introduction } from '../introduction.ts';
import type { Program } from '../program.ts';
import type { Context } from '../rule.ts';
import { type CodeText, isChanged, lineAt, shownHunks } from '../text.ts';
import { JUMPS } from '../weave/jumps.ts';
import { functionsSince } from './flow.ts';
import type { Run, Spot } from './run.ts';

/**
 * The jump or the condition that led past the sync after the change `at`; null if from there on the run went through no
 * function that the patch hooks, or left it on one of the kernel's own ways around the flush.
 */
export function missedSpot(context: Context, run: Run, at: number): Spot | null {
  if (passesUncertain(context, run)) return null;
  const since = functionsSince(run, at);
  // A run may pass through a function without meeting the statements that the hunks show of it.
  const through = [...since, ...[...run.entered].filter((name) => since.has(name))];
  // One that the patch only shows around its hook answers for nothing: more context must not find more.
  const name = through.findLast((entered) => context.hooked.has(entered) && touches(context.post, entered));
  const shown = name === undefined ? undefined : context.post.functions.get(name)?.shown;
  if (!name || !shown) return null;
  const lines = shownHunks(context.message);
  const isShown = (text: CodeText, { start }: Span) => lines.has(lineAt(text, start)?.line.line ?? -1);
  const body = shown.source.pieces.flatMap((piece) => piece.body);
  /** The jump that a step is, or that stands under its condition. */
  const jumpAt = ({ spot, stmt }: Run['trace'][number]) =>
    jumpOf(spot && stmt?.kind === 'model' ? stmtAt(body, spot) : stmt);
  const steps = run.trace.filter((step) => {
    if (step.function !== name || !step.spot) return false;
    const jump = isShown(step.spot.text, step.spot.span) ? null : jumpAt(step);
    return isShown(step.spot.text, jump ?? step.spot.span);
  });
  const ran = new Set(steps.map((step) => step.stmt));
  const isSync = new Set(context.post.syncs.map((sync) => sync.name));
  const leads = (name: string) => isSync.has(name) || context.hooked.has(name);
  // Whoever is handed what syncs, a worker say, comes behind those who call it.
  const calls = callsIn(shown);
  const called = calls.find(({ callee }) => leads(callee));
  const call = called ?? calls.find(({ expr }) => [...namesUsed(expr)].some(leads));
  if (!call) return null;
  const reached = steps.some((step) => step.stmt && contains(step.stmt, call.spot) && !isCompound(step.stmt));
  if (reached && !called) return call.spot;
  const skipped = conditionsAround(body, call.spot).findLast(({ stmt }) => ran.has(stmt));
  const last = reached
    ? null
    : steps.findLast(({ spot, stmt }) => spot && isBefore(spot, call.spot) && !(stmt && contains(stmt, call.spot)));
  const left = last && jumpAt(last);
  const isOnWay = left && last?.spot && (!skipped || contains(skipped.stmt, last.spot));
  const past = isOnWay ? { ...last.spot, span: left } : skipped ? { ...call.spot, span: skipped.test } : null;
  // Where unhooked-site speaks of such a way, it does so whether or not a hunk's context shows where the way leaves.
  const isKernels =
    AROUND_FLUSH.has(run.scenario.family) &&
    (past === null || (introduction(context) !== null && !isChanged(past.text, past.span)));
  if (past || (isKernels && !reached)) return isKernels ? null : past;
  const jump = steps.findLast(({ stmt }) => stmt?.kind === 'return' || stmt?.kind === 'goto');
  return jump?.spot && !reached ? jump.spot : call.spot;
}

/** What the kernel itself never brings to cpa_flush(): a request that fails, a split or an alias that is all that changed. */
const AROUND_FLUSH: ReadonlySet<Family> = new Set(['pageattr-error', 'split-only', 'alias-only']);

/** True for a function that the patch changes, and does not only show around a change. */
export function touches({ functions }: Program, name: string): boolean {
  const shown = functions.get(name)?.shown;
  return shown?.source.pieces.some(({ body }) => body.some((stmt) => isChanged(shown.text, stmt))) ?? false;
}

const isBefore = (spot: Spot, other: Spot) => spot.text === other.text && spot.span.start < other.span.start;

/** The statement that a step of the kernel's stands for in the hunk. */
function stmtAt(body: readonly Stmt[], { span }: Spot): Stmt | null {
  let found: Stmt | null = null;
  for (const stmt of body)
    visit(stmt, (node) => {
      if ((node.kind === 'if' || isJump(node)) && node.start === span.start && node.end === span.end) found = node;
    });
  return found;
}

type Jump = Extract<Stmt, { kind: 'return' | 'goto' | 'continue' | 'break' }>;
const isJump = (node: AstNode): node is Jump => JUMPS.has(node.kind);

/** The jump a statement is, or, under a condition that the kernel's own step has tested, holds. */
function jumpOf(stmt: Stmt | null | undefined): Span | null {
  if (!stmt) return null;
  if (isJump(stmt)) return stmt;
  if (stmt.kind !== 'if') return null;
  let jump: Span | null = null;
  visit(stmt, (node) => {
    if (isJump(node)) jump = node;
  });
  return jump;
}

/**
 * True if the run came through a function of which a changed statement has found no place, or may have, or which it left by
 * a jump to such a place.
 */
export function passesUncertain(context: Context, run: Run): boolean {
  if (run.lostIn.size > 0) return true;
  const { uncertain, version } = context.post;
  const paths = homelessHooks(context);
  if (uncertain.size === 0 && paths.length === 0) return false;
  const names = new Set(run.trace.map((step) => step.function));
  const isIn = (path: string) => (name: string) =>
    kernelFunction(name, version)?.path.some((end) => path.endsWith(end));
  return [...names].some((name) => uncertain.has(name) || paths.some((path) => isIn(path)(name)));
}

/** Files in which a call that leads to a sync stands in a hunk that does not tell its function. */
function homelessHooks({ post, hooked }: Context): readonly string[] {
  const isHook = ({ callee }: Call) => hooked.has(callee) || post.syncs.some(({ name }) => name === callee);
  const homeless = allShown(post).filter((shown) => shown.source.name === '' && callsIn(shown).some(isHook));
  return homeless.map(({ text }) => text.path);
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
