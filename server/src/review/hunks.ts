/** Which hunks the runs went through, for the lens above each. */
import type { RunHunk } from './report.ts';
import type { Context } from './rule.ts';
import { lineAt, placeOfLine, shownHunks } from './text.ts';

export function hunksOf(context: Context): readonly RunHunk[] {
  const seen = new Map<number, { path: string; functions: Set<string>; scenarios: Set<string> }>();
  const hunks = shownHunks(context.message);
  for (const { run } of context.trials)
    for (const { spot, function: name } of run.trace) {
      const line = spot && lineAt(spot.text, spot.span.start)?.line.line;
      const hunk = line === undefined || line === null ? undefined : hunks.get(line);
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
