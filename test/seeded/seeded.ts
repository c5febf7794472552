/** Good hooks and faults as patches, and what a review of them says, line by line. */
import type { CParser } from '../../server/src/c/parse/parser.ts';
import type { Finding } from '../../server/src/review/report.ts';
import { review } from '../../server/src/review/review.ts';
import { type DiffOptions, unifiedDiff } from './diff.ts';
import { applyEdits, baseTree, type Tree } from './edit.ts';
import type { Expected, Fault, GoodHook } from './hook.ts';

export interface Change {
  readonly before: Tree;
  readonly after: Tree;
}

export const goodChange = (hook: GoodHook, edits = hook.edits): Change => ({
  before: baseTree(hook.version),
  after: applyEdits(baseTree(hook.version), edits),
});

export function faultyChange(hook: GoodHook, fault: Fault): Change {
  const { before, after } = goodChange(hook);
  const faulty = applyEdits(after, fault.edits);
  return { before: fault.onHooked ? after : before, after: faulty };
}

export const patchOf = ({ before, after }: Change, options: DiffOptions = { context: 3 }): string =>
  unifiedDiff(before, after, options);

export interface Said {
  readonly finding: Finding;
  readonly content: string;
  /** 'rule @ line' */
  readonly at: Expected;
}

/** The content of a patch line: without marker, indentation and quote. */
const contentOf = (line: string) =>
  line
    .replace(/^(> ?)*/, '')
    .replace(/^[-+ ]/, '')
    .trim();

export function findingsIn(patch: string, parser: CParser): readonly Said[] {
  const lines = patch.split(/\r?\n/);
  return review(patch, { file: 'seeded.patch', parser }).patches.flatMap((report) =>
    report.findings.map((finding) => {
      const content = contentOf(lines[finding.line - 1] ?? '');
      return { finding, content, at: `${finding.rule} @ ${content}` as const };
    }),
  );
}

/** What of a good hook's findings it does not deserve. */
export const noise = (hook: GoodHook, said: readonly Said[]): readonly Said[] =>
  said.filter(({ finding, at }) => finding.severity !== 'note' && !hook.deserved.includes(at));

/** True if one of the expected findings is said: on its line or, if the patch does not show that line, anywhere. */
export function isFound(fault: Fault, said: readonly Said[], patch: string): boolean {
  const lines = new Set(patch.split('\n').map(contentOf));
  return said.some(({ finding, at }) => {
    const hidden = fault.expect.filter((expected) => !lines.has(expected.slice(expected.indexOf(' @ ') + 3)));
    return (
      finding.severity !== 'note' &&
      (fault.expect.includes(at) || hidden.some((expected) => expected.startsWith(`${finding.rule} @ `)))
    );
  });
}

/** A comparable list of findings; with `byLine` by the content of their lines, else by function. Mended ones count for nothing. */
export const keysOf = (
  said: readonly Said[],
  byLine: boolean,
  back: (line: string) => string = (line) => line,
): readonly string[] => {
  const keys = said
    .filter(
      ({ finding }) => finding.severity !== 'note' && !finding.message.includes('a later patch of the series mends'),
    )
    .map(
      ({ finding, content }) => `${finding.severity} ${finding.rule} @ ${byLine ? back(content) : finding.function}`,
    );
  return [...new Set(keys)].sort();
};
