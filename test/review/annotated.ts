/**
 * Patches with the expected findings written under their lines. A line that begins with `~` is no part of the patch:
 * carets stand under the columns of the line above, then severity and rule.
 *
 *     +	sync_direct_mapping(start, end);
 *     ~	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error partial-sync
 */
import type { Finding } from '../../server/src/review/report.ts';

export const withoutMarks = (annotated: string) =>
  annotated
    .split('\n')
    .filter((line) => !line.startsWith('~'))
    .join('\n');

/** The patch with its findings written under their lines; tabs are kept so that the carets stand where they belong. */
export function withMarks(patch: string, findings: readonly Finding[]): string {
  return patch
    .split('\n')
    .flatMap((line, index) => [
      line,
      ...new Set(findings.filter((finding) => finding.line === index + 1).map((finding) => mark(line, finding))),
    ])
    .join('\n');
}

function mark(line: string, { column, endLine, line: first, endColumn, severity, rule }: Finding): string {
  const end = endLine === first ? endColumn - 1 : line.length;
  const indent = line.slice(1, Math.max(1, column - 1)).replace(/[^\t]/g, ' ');
  return `~${indent}${'^'.repeat(Math.max(1, end - Math.max(1, column - 1)))} ${severity} ${rule}`;
}
