/** Mends for findings: each is an edit of the patch, tried out by reviewing the edited patch before it is offered. */

import type { FileDiff } from '../../patch/model.ts';
import { applyEdits, editPatch, type LineEdit, type TextEdit } from '../../patch/write.ts';
import type { Finding, Fix, Report, RuleSlug } from '../report.ts';
import type { Context } from '../rule.ts';
import { addStub } from './add-stub.ts';
import { checkResult } from './check-result.ts';
import { moveBehindChange } from './move-behind-change.ts';
import { removeCall } from './remove-call.ts';
import { returnOnlyWithoutCache } from './return-without-cache.ts';
import { roundOut } from './round-out.ts';

/** An edit that may mend a finding. */
export interface Candidate {
  readonly title: string;
  readonly file: FileDiff;
  readonly changes: readonly LineEdit[];
}

type Mend = (context: Context, finding: Finding) => readonly Candidate[];

const mends: Partial<Record<RuleSlug, Mend>> = {
  'partial-sync': roundOut,
  'sync-before-change': moveBehindChange,
  'skipped-flush': returnOnlyWithoutCache,
  'unchecked-result': checkResult,
  'redundant-sync': removeCall,
  'missing-stub': addStub,
};

/**
 * The mends that hold: the finding is gone from a review of the edited patch, and nothing new of its severity or worse
 * has come. The first of them; candidates are ordered from the smallest change.
 */
export function fixesFor(context: Context, finding: Finding, again: (text: string) => Report): readonly Fix[] {
  const { patch, message } = context;
  for (const { title, file, changes } of mends[finding.rule]?.(context, finding) ?? []) {
    const { edits } = editPatch(patch, message, file, changes);
    if (edits && holds(context, finding, again(applyEdits(patch, edits)))) return [{ title, edits: edits.map(plain) }];
  }
  return [];
}

const plain = ({ line, column, endLine, endColumn, newText }: TextEdit) => ({
  line: line + 1,
  column: column + 1,
  endLine: endLine + 1,
  endColumn: endColumn + 1,
  newText,
});

const WEIGHT = { error: 2, warning: 1, note: 0 } as const;

function holds(context: Context, finding: Finding, report: Report): boolean {
  const before = weights(context.found ?? []);
  const after = weights(report.patches.flatMap((each) => each.findings));
  const key = `${finding.rule}/${WEIGHT[finding.severity]}`;
  if ((after.get(key) ?? 0) >= (before.get(key) ?? 1)) return false;
  return [...after].every(([rule, number]) => rule.endsWith('/0') || number <= (before.get(rule) ?? 0));
}

function weights(findings: readonly Finding[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { rule, severity } of findings) {
    const key = `${rule}/${WEIGHT[severity]}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
