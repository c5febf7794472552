/**
 * Findings that people have looked at and do not want to hear of again: `mktme.suppressed`. A suppression names a place by
 * what stands there, not by its number: it holds after edits elsewhere, in the next version of the patch and in a resend.
 */
import type { Finding, Report, RuleSlug } from '../review/report.ts';
import { isRuleSlug } from '../show/rules.ts';

/** One entry of the setting. What is left out matches everything. */
export interface Suppression {
  readonly rule: RuleSlug;
  /** The kernel file. */
  readonly path?: string;
  readonly function?: string;
  /** The line of the patch where the finding begins; blanks and the diff's marker do not count. */
  readonly line?: string;
}

const FIELDS = ['path', 'function', 'line'] as const;

/** Reads one entry; a string says what is wrong with it. */
export function readSuppression(entry: unknown): { readonly value: Suppression } | string {
  if (typeof entry !== 'object' || entry === null)
    return 'not an object; use { "rule": ..., "path": ..., "line": ... }';
  const fields = entry as Readonly<Record<string, unknown>>;
  const { rule } = fields;
  if (typeof rule !== 'string' || !isRuleSlug(rule)) return `there is no rule ${JSON.stringify(rule)}`;
  const wrong = FIELDS.find((name) => fields[name] !== undefined && typeof fields[name] !== 'string');
  if (wrong !== undefined) return `${wrong} is not a text`;
  const texts = FIELDS.flatMap((name) => (typeof fields[name] === 'string' ? [[name, fields[name]] as const] : []));
  return { value: { rule, ...Object.fromEntries(texts) } };
}

/** The entry that suppresses this finding and its like. `lines`: of the document. */
export function suppressionOf(finding: Finding, lines: readonly string[]): Suppression {
  return {
    rule: finding.rule,
    ...(finding.path === '' ? {} : { path: finding.path }),
    ...(finding.function === null ? {} : { function: finding.function }),
    line: shown(lines[finding.line - 1] ?? ''),
  };
}

/** The report without the findings that a suppression matches, and how many those were. */
export function withoutSuppressed(
  report: Report,
  suppressions: readonly Suppression[],
  lines: readonly string[],
): { readonly report: Report; readonly count: number } {
  const isQuiet = (finding: Finding) => suppressions.some((one) => matches(one, finding, lines));
  const patches = report.patches.map((patch) => ({
    ...patch,
    findings: patch.findings.filter((finding) => !isQuiet(finding)),
  }));
  const findings = patches.flatMap((patch) => patch.findings);
  const of = (severity: Finding['severity']) => findings.filter((finding) => finding.severity === severity).length;
  const { errors, warnings, notes } = report.summary;
  const summary = { ...report.summary, errors: of('error'), warnings: of('warning'), notes: of('note') };
  return { report: { ...report, patches, summary }, count: errors + warnings + notes - findings.length };
}

function matches(one: Suppression, finding: Finding, lines: readonly string[]): boolean {
  const { rule, path, line } = one;
  return (
    rule === finding.rule &&
    (path === undefined || path === finding.path) &&
    (one.function === undefined || one.function === finding.function) &&
    (line === undefined || bare(line) === bare(shown(lines[finding.line - 1] ?? '')))
  );
}

/** A line of a patch without quotes, its marker and the blanks around it. */
const shown = (line: string): string => line.replace(/^(> ?)*[+ -]?/, '').trim();

const bare = (line: string): string => line.replaceAll(/\s+/g, '');
