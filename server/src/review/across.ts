/**
 * A series whose patches lie in files of their own, as `git format-patch -o DIR` and mail folders have them: one change,
 * reviewed as if it were one mbox, and a report for each file.
 */
import { joinFiles } from '../patch/join.ts';
import type { Message, PatchFile } from '../patch/model.ts';
import { readPatch } from '../patch/read.ts';
import { summaryOf } from './patch-report.ts';
import type { PatchReport, Place, Report } from './report.ts';
import { type ReviewInput, reviewPatch } from './review.ts';

interface NamedFile {
  /** As findings name it. */
  readonly file: string;
  readonly patch: PatchFile;
}

type Options = Omit<ReviewInput, 'file'>;

/** The report on each input, in their order: those of a series on top of each other, any other alone. */
export function reviewTogether(
  inputs: readonly { readonly file: string; readonly input: Uint8Array | string }[],
  options: Options,
): readonly Report[] {
  const files = inputs.map(({ file, input }): NamedFile => ({ file, patch: readPatch(input) }));
  const across = new Map<NamedFile, Report>();
  for (const group of seriesAcross(files.map(({ patch }) => patch))) {
    const members = group.flatMap((index) => files[index] ?? []);
    for (const [position, report] of reviewAcross(members, options).entries()) {
      const member = members[position];
      if (member) across.set(member, report);
    }
  }
  return files.map((each) => across.get(each) ?? reviewPatch(each.patch, { ...options, file: each.file }));
}

/** Groups of indexes of files that make up a series; files that stand alone are in none. */
function seriesAcross(files: readonly PatchFile[]): readonly (readonly number[])[] {
  const groups = new Map<string, { index: number; position: number }[]>();
  for (const [index, file] of files.entries()) {
    const message = onlyPatch(file);
    if (!message?.series) continue;
    const { version, total, index: position } = message.series;
    const key = JSON.stringify([version, total, message.author, threadOf(message, files)]);
    groups.set(key, [...(groups.get(key) ?? []), { index, position }]);
  }
  // One number twice: two versions of a patch, or two series that look alike. Nobody can say what goes with what.
  const isOne = (group: readonly { position: number }[]) =>
    group.length > 1 && new Set(group.map(({ position }) => position)).size === group.length;
  return [...groups.values()]
    .filter(isOne)
    .map((group) => group.sort((a, b) => a.position - b.position).map(({ index }) => index));
}

const onlyPatch = ({ messages }: PatchFile): Message | null =>
  messages.length === 1 && messages[0] && messages[0].files.length > 0 ? messages[0] : null;

/** The mail that a thread began with; '' for one that neither answers another nor is answered. */
function threadOf(message: Message, files: readonly PatchFile[]): string {
  const first = parentsOf(message)[0];
  if (first !== undefined) return first;
  const id = message.messageId;
  const answered = files.some(({ messages }) => messages.some((other) => id !== null && parentsOf(other)[0] === id));
  return answered && id !== null ? id : '';
}

const parentsOf = ({ headers, inReplyTo }: Message): readonly string[] => {
  const references = [...(headers.get('references') ?? '').matchAll(/<([^<>\s]+)>/g)].flatMap(
    (match) => match[1] ?? [],
  );
  return references.length > 0 || inReplyTo === null ? references : [inReplyTo];
};

/** The report on each file of a series, in the files' order. */
function reviewAcross(files: readonly NamedFile[], options: Options): readonly Report[] {
  const { patch, starts } = joinFiles(files.map((file) => file.patch));
  const whole = reviewPatch(patch, { ...options, file: files[0]?.file ?? '' });
  const indexOf = (line: number) => starts.findLastIndex((start) => line > start);
  const lineIn = (line: number) => line - (starts[indexOf(line)] ?? 0);
  const placed = <T extends Place>(place: T): T => {
    const index = indexOf(place.line);
    const start = starts[index] ?? 0;
    const file = files[index]?.file ?? place.file;
    return { ...place, file, line: place.line - start, endLine: place.endLine - start };
  };
  const lined = <T extends { readonly line: number }>(one: T): T => ({ ...one, line: lineIn(one.line) });
  const reportIn = (report: PatchReport, index: number): PatchReport => ({
    ...report,
    file: files[index]?.file ?? report.file,
    startLine: lineIn(report.startLine),
    endLine: report.endLine - (starts[index] ?? 0),
    sites: report.sites.map(placed),
    findings: report.findings.map((finding) => ({ ...placed(finding), related: finding.related.map(placed) })),
    problems: report.problems.map(lined),
    hunks: report.hunks.map(placed),
    confidence: { ...report.confidence, opaque: report.confidence.opaque.map(lined) },
  });
  return files.map(({ patch: own }, index): Report => {
    // Each file is one message: that many come before it.
    const patches = whole.patches.slice(index, index + 1).map((report) => reportIn(report, index));
    return {
      patches,
      problems: own.problems.map(({ line, message }) => ({ line: line + 1, message })),
      unreadable: false,
      summary: summaryOf(patches),
      replay(_patch, scenario, variant) {
        const replay = whole.replay(index, scenario, variant);
        const source = replay?.source.map((line) => ({
          ...line,
          patchLine: line.patchLine === null ? null : lineIn(line.patchLine),
        }));
        return replay && source ? { ...replay, source } : null;
      },
      // A mend is an edit of one file, and is tried out on that file alone.
      fixes: () => [],
    };
  });
}
