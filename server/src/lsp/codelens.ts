/** A lens on each hunk that was run: how many scenarios went through it, how many failed, and the way to the replay. */
import type { CodeLens } from 'vscode-languageserver-protocol';
import type { PatchReport, RunHunk } from '../review/report.ts';
import { count } from '../show/quantity.ts';
import type { ReviewedDocument } from './documents.ts';
import { toRange } from './positions.ts';
import type { ReplayTarget } from './protocol.ts';

export const lensesOf = ({ uri, report }: ReviewedDocument): CodeLens[] =>
  report.patches.flatMap((patch, index) => patch.hunks.flatMap((hunk) => lens(uri, index, patch, hunk)));

function lens(uri: string, index: number, patch: PatchReport, hunk: RunHunk): CodeLens[] {
  const results = new Map(patch.scenarios.map((scenario) => [scenario.id, scenario]));
  const failed = hunk.scenarios.filter((id) => results.get(id)?.ok === false);
  const scenario = firstOf(patch, hunk, failed);
  if (scenario === undefined) return [];
  const target: ReplayTarget = { uri, patch: index, scenario };
  const verdict = failed.length > 0 ? `, ${failed.length} fail${failed.length === 1 ? 's' : ''}` : ', all equal';
  const title = `▶ MKTME: ${count(hunk.scenarios.length, 'scenario')}${verdict} — Replay`;
  return [
    {
      range: toRange({ ...hunk, endLine: hunk.line }),
      command: { title, command: 'mktme.replay', arguments: [target] },
    },
  ];
}

/** The run a reviewer wants first: that of the hunk's first error, else the first that fails, else the first. */
function firstOf(patch: PatchReport, hunk: RunHunk, failed: readonly string[]): string | undefined {
  const finding = patch.findings.find(
    ({ line, scenario, severity }) =>
      severity === 'error' && scenario !== null && line >= hunk.line && line <= hunk.endLine,
  );
  return finding?.scenario ?? failed[0] ?? hunk.scenarios[0];
}
