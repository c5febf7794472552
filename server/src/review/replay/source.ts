/** The evaluated lines beside the picture: the hunks that the run went through. */
import type { ReplaySourceLine } from '../../../../engine/src/replay.ts';
import type { Hunk } from '../../patch/model.ts';
import type { Context } from '../rule.ts';
import type { Run, Spot } from '../run/run.ts';
import { codeOf, lineAt, shownHunks } from '../text.ts';

export interface SourceIndex {
  readonly lines: readonly ReplaySourceLine[];
  /** Index of the line where a spot begins; null if it is not shown. */
  indexOf(spot: Spot): number | null;
  /** The statement on one line; of a block, what opens it. */
  textOf(spot: Spot): string;
}

const MOST_TEXT = 120;

export function sourceOf(run: Run, context: Context): SourceIndex {
  const shown = shownHunks(context.message);
  const hunks = new Map<Hunk, { path: string; functions: Set<string> }>();
  for (const { spot } of run.trace) {
    const line = spot && lineAt(spot.text, spot.span.start)?.line.line;
    const hunk = line === null || line === undefined ? undefined : shown.get(line);
    if (!spot || !hunk) continue;
    const known = hunks.get(hunk) ?? { path: spot.text.path, functions: new Set<string>() };
    hunks.set(hunk, known);
    known.functions.add(spot.function);
  }
  const lines: ReplaySourceLine[] = [];
  const byInput = new Map<number, number>();
  for (const [hunk, { path, functions }] of [...hunks].sort(([a], [b]) => a.line - b.line)) {
    const name = [...functions].join(', ');
    if (lines.length > 0)
      lines.push({ patchLine: null, kernelLine: null, path, function: name, kind: 'gap', text: '' });
    for (const line of hunk.lines) {
      if (run.side === 'old' && line.kind === 'added') continue;
      byInput.set(line.line, lines.length);
      lines.push({
        patchLine: line.line + 1,
        kernelLine: line.newLine ?? line.oldLine,
        path,
        function: name,
        kind: line.kind,
        text: line.text,
      });
    }
  }
  return {
    lines,
    indexOf({ text, span }) {
      const at = lineAt(text, span.start);
      return at ? (byInput.get(at.line.line) ?? null) : null;
    },
    textOf: ({ text, span }) => {
      const code = codeOf(text, span).replace(/\s+/g, ' ').replace(/\{.*/, '{');
      return code.length > MOST_TEXT ? `${code.slice(0, MOST_TEXT)}...` : code;
    },
  };
}
