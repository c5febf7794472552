/** Which hunks the runs went through, for the lens above each. */
import type { RunHunk } from './report.ts';
import type { Context } from './rule.ts';
import { lineAt, placeOfLine } from './text.ts';

export function hunksOf(context: Context): readonly RunHunk[] {
  const seen = new Map<number, { path: string; functions: Set<string>; scenarios: Set<string> }>();
  for (const { run } of context.trials)
    for (const { spot, function: name } of run.trace) {
      const hunk = spot && lineAt(spot.text, spot.span.start)?.segment.hunk;
      if (!spot || !hunk) continue;
      const entry = seen.get(hunk.line) ?? { path: spot.text.path, functions: new Set(), scenarios: new Set() };
      seen.set(hunk.line, entry);
      entry.functions.add(name);
      entry.scenarios.add(run.scenario.id);
    }
  return [...seen]
    .sort(([a], [b]) => a - b)
    .map(([line, { path, functions, scenarios }]) => ({
      ...placeOfLine(context.patch, line, context.file),
      path,
      functions: [...functions],
      scenarios: [...scenarios],
    }));
}
