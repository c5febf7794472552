/** `mktme/reply`: the ticked findings as a review mail, by the code that prints `--format reply`. */
import { reply } from '../show/reply.ts';
import type { ReviewedDocument } from './documents.ts';
import { findingsBy } from './overview.ts';
import type { ReplyParams } from './protocol.ts';

export function replyOf(document: ReviewedDocument, { patch, findings }: ReplyParams): string | null {
  const report = document.report.patches[patch];
  if (report === undefined) return null;
  const file = document.patchFile();
  const message =
    file.messages.find((one) => one.line + 1 === report.startLine) ??
    file.messages.find((one) => one.line < report.endLine && one.endLine >= report.startLine) ??
    null;
  return reply({
    report: document.report,
    patch,
    message,
    lines: file.lines,
    findings: findingsBy(document, patch, findings),
  });
}
