import { reply } from '../../show/reply.ts';
import { messageOf, patchesIn, type Reviewed } from '../reviewed.ts';

/** `--format reply`: an answer to each mail that has findings; several make an mbox (mboxrd). Nothing found: nothing to say. */
export function replyMails(all: readonly Reviewed[]): string {
  const mails = patchesIn(all)
    .filter(({ patch }) => patch.findings.length > 0)
    .map(({ reviewed, patch, index }) => {
      const file = reviewed.patchFile();
      return reply({
        report: reviewed.report,
        patch: index,
        message: messageOf(file, patch),
        lines: file.lines,
        findings: patch.findings,
      });
    });
  if (mails.length <= 1) return mails.join('');
  return mails
    .map((mail) => `From mktme-review Thu Jan  1 00:00:00 1970\n${mail.replace(/^(>*From )/gm, '>$1')}\n`)
    .join('');
}
