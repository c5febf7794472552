import type { FileDiff, Hunk, HunkLine, Message } from '../patch/model.ts';
import type { Finding } from '../review/report.ts';

/** A stretch of the patch to quote, and the findings to be said right beneath it. */
export interface QuotedPart {
  readonly quote: readonly string[];
  readonly findings: readonly Finding[];
}

/** Lines above a finding that are quoted; a longer way is cut with [...]. */
const ABOVE = 12;
const MARKER = { context: ' ', added: '+', removed: '-' } as const;

/**
 * The parts of a message's patch that the findings speak of, in the patch's order: each hunk from its header down to the
 * finding, cut to a few lines. Findings outside every hunk come first, under the line they stand on.
 */
export function quotedParts(
  message: Message | null,
  lines: readonly string[],
  findings: readonly Finding[],
): QuotedPart[] {
  const hunks = (message?.files ?? []).flatMap((file) => file.hunks.map((hunk) => ({ file, hunk })));
  const left = new Set(findings);
  const parts: QuotedPart[] = [];
  let shown: FileDiff | null = null;
  for (const { file, hunk } of hunks) {
    const own = findings.filter((finding) => isInside(hunk, finding)).sort((a, b) => a.line - b.line);
    if (own.length === 0) continue;
    for (const finding of own) left.delete(finding);
    parts.push(...hunkParts(file, hunk, lines, own, file !== shown));
    shown = file;
  }
  const outside = [...left].sort((a, b) => a.line - b.line);
  return [...groupByLine(outside).map((group) => ({ quote: lineAt(lines, group), findings: group })), ...parts];
}

const isInside = (hunk: Hunk, { line }: Finding): boolean =>
  line - 1 >= hunk.line && line - 1 <= (hunk.lines.at(-1)?.line ?? hunk.line);

function groupByLine(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<number, Finding[]>();
  for (const finding of findings) groups.set(finding.line, [...(groups.get(finding.line) ?? []), finding]);
  return [...groups.values()];
}

function lineAt(lines: readonly string[], [first]: readonly Finding[]): string[] {
  const text = first === undefined ? '' : (lines[first.line - 1] ?? '');
  return text.trim() === '' ? [] : [text];
}

function hunkParts(
  file: FileDiff,
  hunk: Hunk,
  lines: readonly string[],
  findings: readonly Finding[],
  withPath: boolean,
): QuotedPart[] {
  let from = 0;
  return groupByLine(findings).map((group, index) => {
    const line = (group[0]?.line ?? 0) - 1;
    const upTo = hunk.lines.filter((hunkLine) => hunkLine.line <= line).length;
    const heads = index === 0 ? [...(withPath ? pathLine(file) : []), headerText(hunk, lines)] : [];
    const quote = [...heads, ...clip(hunk.lines.slice(from, Math.max(from, upTo)))];
    from = Math.max(from, upTo);
    return { quote, findings: group };
  });
}

const pathLine = ({ newPath, oldPath }: FileDiff): string[] =>
  newPath !== null ? [`+++ b/${newPath}`] : oldPath !== null ? [`--- a/${oldPath}`] : [];

/** From the line itself, so that counts are as the author wrote them, without what a quoting mail put before it. */
function headerText(hunk: Hunk, lines: readonly string[]): string {
  const raw = lines[hunk.line] ?? '';
  const at = raw.indexOf('@@');
  return at >= 0 ? raw.slice(at) : `@@ -${hunk.oldStart},${hunk.oldCount} +${hunk.newStart},${hunk.newCount} @@`;
}

function clip(lines: readonly HunkLine[]): string[] {
  const texts = lines.map((line) => (MARKER[line.kind] + line.text).trimEnd());
  return texts.length > ABOVE + 1 ? ['[...]', ...texts.slice(-ABOVE)] : texts;
}
