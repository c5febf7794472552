/** Which messages of a patch file belong together and are applied one on top of the other, and what that does to their findings. */
import type { Message, PatchFile } from '../patch/model.ts';
import type { Analysis } from './analyse.ts';
import type { Finding, ReviewOptions } from './report.ts';

/** Groups of message indexes in the order of application; every message with a diff is in exactly one. */
export function seriesOf(patch: PatchFile): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  for (const [index, message] of patch.messages.entries()) {
    if (message.files.length === 0) continue;
    const key = groupOf(message, index);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  }
  return [...groups.values()].map((group) => withoutRepeats(group, patch).sort(byPosition(patch)));
}

/** A numbered series by version and length; mails without number that are no replies as one stack; anything else alone. */
function groupOf(message: Message, index: number): string {
  const { series } = message;
  if (series) return `series ${series.version}/${series.total}`;
  const isReply = /^\s*re:/i.test(message.subject ?? '') || message.inReplyTo !== null;
  return message.kind === 'mail' && !isReply ? 'stack' : `alone ${index}`;
}

const byPosition = (patch: PatchFile) => (a: number, b: number) =>
  (patch.messages[a]?.series?.index ?? 0) - (patch.messages[b]?.series?.index ?? 0) || a - b;

/** The same subject twice is a resend of one patch: the second stands alone beside the stack. */
function withoutRepeats(group: readonly number[], patch: PatchFile): number[] {
  const subjects = new Set<string | null>();
  return group.filter((index) => {
    const subject = patch.messages[index]?.subject ?? null;
    const fresh = subject === null || !subjects.has(subject);
    subjects.add(subject);
    return fresh;
  });
}

/** What a finding is about, wherever in the series it stands: the line's own text, without marker and blanks. */
const keyOf =
  (patch: PatchFile) =>
  ({ rule, line, path, message }: Finding) =>
    rule === 'unhooked-site'
      ? `${rule}/${message.split(':')[0]}`
      : `${rule}/${path}/${(patch.lines[line - 1] ?? '').slice(1).replace(/\s+/g, '')}`;

interface OfSeries {
  readonly findings: readonly Finding[];
  /** For scenarios whose run is another patch's: the patch that they show a finding with. */
  readonly from: ReadonlyMap<string, Analysis>;
}

/**
 * The findings of each patch of a series. What a later patch mends is a note that says so, or, for what it hooks, is left
 * out; what shows only once a later patch is applied (a function that it is the first to call) stands at its line, and
 * says so too.
 */
export function acrossSeries(
  group: readonly number[],
  analyses: ReadonlyMap<number, Analysis>,
  patch: PatchFile,
  options: ReviewOptions,
): ReadonlyMap<number, OfSeries> {
  const key = keyOf(patch);
  const steps = group.flatMap((index) => {
    const analysis = analyses.get(index);
    if (!analysis) return [];
    const all = analysis.allFindings(options);
    return [{ index, analysis, all, keys: new Set(all.map(key)), subject: patch.messages[index]?.subject ?? null }];
  });
  const found = new Map<number, { findings: Finding[]; from: Map<string, Analysis> }>();
  const placed = (index: number) => {
    const at = found.get(index) ?? { findings: [], from: new Map<string, Analysis>() };
    found.set(index, at);
    return at;
  };
  const seen = new Set<string>();
  for (const [position, { index, analysis, all, subject }] of steps.entries()) {
    const own = placed(index);
    for (const finding of all) {
      const mender = steps.slice(position + 1).find(({ keys }) => !keys.has(key(finding)));
      const isOwn = holds(patch, index, finding);
      if (finding.rule === 'unhooked-site' && (mender || !isOwn)) continue;
      const mends = mender && `a later patch of the series mends this (${mender.subject ?? 'without subject'})`;
      if (isOwn) own.findings.push(mends ? mended(finding, mends) : finding);
      else if (!seen.has(key(finding)) && finding.severity !== 'note') {
        const earlier = group.find((other) => holds(patch, other, finding));
        if (earlier === undefined) continue;
        const shows = `it shows once a later patch of the series is applied (${subject ?? 'without subject'})`;
        const shown = { ...finding, message: `${finding.message}; ${shows}` };
        const at = placed(earlier);
        at.findings.push(mends ? mended(shown, mends) : shown);
        if (finding.scenario !== null) at.from.set(finding.scenario, analysis);
      }
    }
    for (const finding of all) seen.add(key(finding));
  }
  for (const { findings } of found.values()) findings.sort((a, b) => a.line - b.line || a.column - b.column);
  return found;
}

/** A series is one change: what is right at its end matters to a bisection only, and is worth a look. */
const mended = (finding: Finding, by: string): Finding => ({
  ...finding,
  severity: 'note',
  message: `${finding.message}; ${by}`,
});

const holds = ({ messages }: PatchFile, index: number, { line }: Finding) => {
  const message = messages[index];
  return message !== undefined && line > message.line && line <= message.endLine;
};
