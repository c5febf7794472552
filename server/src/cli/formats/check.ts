import { basename } from 'node:path';
import { count } from '../../show/quantity.ts';
import { patchesIn, type Reviewed } from '../reviewed.ts';
import { TOOL } from '../version.ts';

/** `--format check`: what b4's review checks read: an array of `{tool, status, summary, details}`, one entry per patch. */
export function check(all: readonly Reviewed[]): string {
  const results = patchesIn(all).map(({ patch }) => {
    const of = (severity: string) => patch.findings.filter((finding) => finding.severity === severity).length;
    const [errors, warnings, notes] = [of('error'), of('warning'), of('note')];
    const counts = [
      errors && count(errors, 'error'),
      warnings && count(warnings, 'warning'),
      notes && count(notes, 'note'),
    ];
    return {
      tool: TOOL.name,
      status: errors > 0 ? 'fail' : warnings > 0 ? 'warn' : 'pass',
      summary: `${counts.filter(Boolean).join(', ') || 'nothing found'}: ${patch.subject ?? basename(patch.file)}`,
      details: [
        ...patch.findings.map(
          ({ file, line, severity, rule, message }) => `${file}:${line}: ${severity}: ${rule}: ${message}`,
        ),
        ...patch.problems.map(({ line, message }) => `${patch.file}:${line}: not read: ${message}`),
      ].join('\n'),
    };
  });
  return `${JSON.stringify(results, null, 1)}\n`;
}
