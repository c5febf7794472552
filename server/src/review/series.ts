/** Which messages of a patch file belong together and are applied one on top of the other. */
import type { Message, PatchFile } from '../patch/model.ts';

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
