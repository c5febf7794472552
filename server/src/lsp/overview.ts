/** A review in the few words that the tree view and the status item show. */
import type { Finding } from '../review/report.ts';
import { brief } from '../show/brief.ts';
import type { ReviewedDocument } from './documents.ts';
import { toRange } from './positions.ts';
import type { Overview } from './protocol.ts';
import { tellingRun } from './replay.ts';

/** Ids count a patch's findings in report order; `findingsBy` leads back. */
export function overviewOf({ uri, version, report, suppressed, failure }: ReviewedDocument): Overview {
  return {
    uri,
    version,
    state: failure !== null ? 'failed' : report.patches.length > 0 ? 'reviewed' : 'none',
    ...(failure === null ? {} : { reason: failure }),
    suppressed,
    patches: report.patches.map((patch, index) => ({
      index,
      subject: patch.subject,
      author: patch.author,
      series: patch.series,
      line: Math.max(0, patch.startLine - 1),
      runs: patch.scenarios.length,
      findings: patch.findings.map((finding, id) => ({
        id,
        rule: finding.rule,
        severity: finding.severity,
        message: brief(finding.message),
        function: finding.function,
        range: toRange(finding),
        scenario: tellingRun(patch, finding),
      })),
    })),
  };
}

/** The findings behind the ids that an overview gave. */
export const findingsBy = (document: ReviewedDocument, patch: number, ids: readonly number[]): readonly Finding[] =>
  (document.report.patches[patch]?.findings ?? []).filter((_, id) => ids.includes(id));
