/** Findings as diagnostics. Pulled by clients that can, pushed to those that cannot (server.ts decides). */
import { type Diagnostic, DiagnosticSeverity, DiagnosticTag } from 'vscode-languageserver-protocol';
import type { Finding, PatchReport, Severity } from '../review/report.ts';
import { brief } from '../show/brief.ts';
import { rulePage } from '../show/rules.ts';
import type { ReviewedDocument } from './documents.ts';
import { toRange, wholeLine } from './positions.ts';
import { tellingRun } from './replay.ts';

export const SOURCE = 'mktme';

const SEVERITY: Record<Severity, DiagnosticSeverity> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  note: DiagnosticSeverity.Information,
};

/** Where a diagnostic comes from; code actions read it back. */
export interface DiagnosticData {
  readonly patch: number;
  /** Index into the patch's findings, of the report of `version`. */
  readonly finding: number;
  readonly version: number;
  readonly scenario: string | null;
}

/** All findings and all problems of a document. */
export function diagnosticsOf({ report, uri, version }: ReviewedDocument): Diagnostic[] {
  const findings = report.patches.flatMap((patch, index) =>
    patch.findings.map((finding, at) =>
      toDiagnostic(finding, uri, { patch: index, finding: at, version, scenario: tellingRun(patch, finding) }),
    ),
  );
  // Editors show those of one place in this order, in hovers above all: what is wrong comes before what could be better.
  findings.sort((a, b) => a.range.start.line - b.range.start.line || (a.severity ?? 0) - (b.severity ?? 0));
  return [...findings, ...report.patches.flatMap(problemsOf)];
}

function toDiagnostic(finding: Finding, uri: string, data: DiagnosticData): Diagnostic {
  return {
    range: toRange(finding),
    severity: SEVERITY[finding.severity],
    source: SOURCE,
    code: finding.rule,
    codeDescription: { href: rulePage(finding.rule) },
    message: brief(finding.message),
    // A sync that does nothing new is code without use: faded, as editors show it.
    ...(finding.rule === 'redundant-sync' ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    relatedInformation: finding.related.map((related) => ({
      location: { uri: related.file || uri, range: toRange(related) },
      message: related.message,
    })),
    data,
  };
}

/** What could not be read is worth knowing and no fault of the patch. */
const problemsOf = (patch: PatchReport): Diagnostic[] =>
  patch.problems.map(({ line, message }) => ({
    range: wholeLine(line - 1),
    severity: DiagnosticSeverity.Information,
    source: SOURCE,
    code: 'not-read',
    message,
  }));
