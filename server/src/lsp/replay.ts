/** Answers the replay panel: a run as a document, and the runs there are to choose from. */
import type { Replay } from '../../../engine/src/replay.ts';
import type { Finding, PatchReport, ScenarioResult } from '../review/report.ts';
import type { ReviewedDocument } from './documents.ts';
import type { ReplayParams, ReplayTarget, ScenarioList } from './protocol.ts';

/** The run, made now; null where patch or scenario are no longer there. */
export const replayOf = ({ report }: ReviewedDocument, { patch, scenario, variant }: ReplayParams): Replay | null =>
  patch in report.patches ? report.replay(patch, scenario, variant) : null;

/** The runs of the patch that is meant, and which of them to open first. */
export function scenariosOf({ report }: ReviewedDocument, target: ReplayTarget): ScenarioList | null {
  const patch = target.patch ?? patchAt(report.patches, target.line);
  const found = report.patches[patch];
  if (found === undefined) return null;
  const tests = testsOf(found);
  const scenarios = [...found.scenarios, ...tests];
  const known = scenarios.some(({ id }) => id === target.scenario) ? target.scenario : undefined;
  const first = known ?? firstAt(found, target.line) ?? null;
  return { patch, first, scenarios, patchedOnly: tests.map(({ id }) => id) };
}

/** Runs of the patch's own sync: they are no scenarios of the kernel, and only those that findings name are told of. */
function testsOf({ scenarios, findings }: PatchReport): readonly ScenarioResult[] {
  const tests = new Map<string, ScenarioResult>();
  for (const { scenario: id, message } of findings)
    if (id !== null && !tests.has(id) && !scenarios.some((one) => one.id === id))
      tests.set(id, { id, title: id, ok: false, sentence: message });
  return [...tests.values()];
}

/** The patch that holds a 0-based line; without one, or in none, the first that has something to show. */
function patchAt(patches: readonly PatchReport[], line: number | undefined): number {
  const at =
    line === undefined ? -1 : patches.findIndex((patch) => line + 1 >= patch.startLine && line < patch.endLine);
  if (at >= 0 && (patches[at]?.scenarios.length ?? 0) > 0) return at;
  const bad = patches.findIndex((patch) => patch.findings.some((finding) => finding.scenario !== null));
  return Math.max(0, bad >= 0 ? bad : patches.findIndex((patch) => patch.scenarios.length > 0));
}

function firstAt(patch: PatchReport, line: number | undefined): string | undefined {
  const weight = ({ severity }: Finding) => ['error', 'warning', 'note'].indexOf(severity);
  const shown = patch.findings.filter(({ scenario }) => scenario !== null).sort((a, b) => weight(a) - weight(b));
  const here = shown.find((finding) => line !== undefined && finding.line <= line + 1 && finding.endLine >= line + 1);
  const hunk = patch.hunks.find((one) => line !== undefined && one.line <= line + 1 && one.endLine >= line + 1);
  const failing = patch.scenarios.filter(({ ok }) => !ok).map(({ id }) => id);
  const inHunk = failing.find((id) => hunk?.scenarios.includes(id)) ?? hunk?.scenarios[0];
  const run = here ?? (inHunk === undefined ? shown[0] : undefined);
  return (run && tellingRun(patch, run)) ?? inHunk ?? failing[0] ?? patch.scenarios[0]?.id;
}

/**
 * The run that shows a finding best. A skipped flush is drowned by a hole in the same run, so one that has nothing else is
 * taken where there is one.
 */
export function tellingRun({ scenarios }: PatchReport, { rule, scenario, scenarios: shown }: Finding): string | null {
  if (rule !== 'skipped-flush') return scenario;
  const alone = scenarios.find(({ id, sentence }) => shown.includes(id) && sentence.includes('flush'));
  return alone?.id ?? scenario;
}
