import type { Finding, PatchReport, Related, ReportProblem, Site } from '../../review/report.ts';
import { patchesIn, type Reviewed, totalsOf } from '../reviewed.ts';
import { TOOL } from '../version.ts';

/** `--format json`: report.schema.json is its contract, and only grows. Problems of a whole input stand with its first patch. */
export function json(all: readonly Reviewed[]): string {
  const patches = patchesIn(all).map(({ patch, index, reviewed }) =>
    patchJson(patch, index === 0 ? [...reviewed.report.problems, ...patch.problems] : patch.problems),
  );
  return `${JSON.stringify({ schema: 1, tool: TOOL, patches, summary: totalsOf(all) }, null, 1)}\n`;
}

const patchJson = (patch: PatchReport, problems: readonly ReportProblem[]) => ({
  file: patch.file,
  startLine: patch.startLine,
  subject: patch.subject,
  author: patch.author,
  date: patch.date,
  messageId: patch.messageId,
  series: patch.series,
  base: patch.base,
  sites: patch.sites.map(siteJson),
  findings: patch.findings.map(findingJson),
  problems: problems.map(({ line, message }) => ({ line, message })),
  confidence: patch.confidence,
});

const siteJson = (site: Site) => ({
  kind: site.kind,
  function: site.function,
  path: site.path,
  line: site.line,
  kernelLine: site.kernelLine,
  text: site.text,
  ranges: site.ranges.map(({ scenario, start, end }) => ({ scenario, start, end })),
});

const relatedJson = ({ file, line, message }: Related) => ({ file, line, message });

const findingJson = (finding: Finding) => ({
  rule: finding.rule,
  severity: finding.severity,
  file: finding.file,
  line: finding.line,
  column: finding.column,
  endLine: finding.endLine,
  endColumn: finding.endColumn,
  path: finding.path,
  kernelLine: finding.kernelLine,
  function: finding.function,
  message: finding.message,
  scenario: finding.scenario,
  evidence: finding.evidence,
  related: finding.related.map(relatedJson),
  scenarios: finding.scenarios,
  assumptions: finding.assumptions,
});
