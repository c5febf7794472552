/** Drafts of rules as findings: one mistake is one finding, however many scenarios show it. */

import type { Evidence, Finding, ReviewOptions } from './report.ts';
import type { At, Draft } from './rule.ts';
import { changedRanges } from './run/causes.ts';
import { hex, hexRanges, MOST_RANGES } from './run/print.ts';
import { type Run, runId } from './run/run.ts';
import { kernelLineOf, placeOf } from './text.ts';

export function findingsOf(drafts: readonly Draft[], options: ReviewOptions): readonly Finding[] {
  const merged = new Map<string, { finding: Finding; scenarios: Set<string> }>();
  for (const draft of drafts) {
    const setting = options.rules?.[draft.rule];
    if (setting === 'off') continue;
    const finding = findingOf(draft, setting ?? draft.severity, options.file);
    const key = `${finding.rule}/${finding.line}:${finding.column}/${draft.reason}`;
    const known = merged.get(key);
    if (!known) merged.set(key, { finding, scenarios: new Set(finding.scenarios) });
    else {
      for (const scenario of finding.scenarios) known.scenarios.add(scenario);
      if (known.finding.assumptions.length > 0 && finding.assumptions.length === 0) known.finding = finding;
    }
  }
  return [...merged.values()]
    .map(({ finding, scenarios }) => ({
      ...finding,
      scenarios: [...new Set([...finding.scenarios, ...scenarios])],
    }))
    .sort((a, b) => a.line - b.line || a.column - b.column || a.rule.localeCompare(b.rule));
}

function findingOf(draft: Draft, severity: Finding['severity'], file: string): Finding {
  const { run } = draft;
  const assumptions = [
    ...(draft.assumptions ?? []),
    ...new Set(run?.assumed.map(({ why, taken }) => `a branch is ${taken ? 'taken' : 'not taken'} (${why})`) ?? []),
  ];
  const resting = assumptions.length > 0 ? ` (if ${assumptions.join(', and ')})` : '';
  return {
    rule: draft.rule,
    severity,
    ...locate(draft.at, file),
    message: draft.message + resting,
    scenario: run ? runId(run) : null,
    scenarios: run ? [runId(run)] : [],
    evidence: run ? evidenceOf(run, draft.evidence ?? {}) : null,
    related: (draft.related ?? []).map(({ at, message }) => {
      const { path: _path, kernelLine: _line, function: _function, ...place } = locate(at, file);
      return { ...place, message };
    }),
    assumptions,
  };
}

function locate(at: At, file: string) {
  if ('place' in at) return { ...at.place, path: at.path, kernelLine: null, function: at.function };
  const { text, span, function: name } = at.spot;
  return { ...placeOf(text, span, file), path: text.path, kernelLine: kernelLineOf(text, span), function: name };
}

function evidenceOf(run: Run, known: Partial<Evidence>): Evidence {
  const visited = run.syncs.reduce((sum, call) => sum + call.visited, 0);
  const needed = run.syncs.reduce((sum, call) => sum + call.needed, 0);
  return {
    changed: hexRanges(changedRanges(run)),
    synced: hexRanges(run.syncs),
    stale: run.stale
      .slice(0, MOST_RANGES * 3)
      .map(({ keyId, start, end, kind }) => ({ keyId, start: hex(start), end: hex(end), kind })),
    entriesVisited: visited,
    entriesNeeded: needed,
    ...known,
  };
}
