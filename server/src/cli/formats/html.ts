import { createHash } from 'node:crypto';
import type { Replay } from '../../../../engine/src/replay.ts';
import type { Finding, ScenarioResult } from '../../review/report.ts';
import { count } from '../../show/quantity.ts';
import { rulePage } from '../../show/rules.ts';
import { type PatchOf, patchesIn, type Reviewed, totalsOf } from '../reviewed.ts';
import { TOOL } from '../version.ts';
import { excerpt } from './excerpt.ts';
import { HOST, STYLE } from './html-parts.ts';

/** A run as the replay page reads it (EmbeddedShow in client/src/replay-messages.ts). */
interface Show {
  readonly type: 'show';
  readonly patch: number;
  readonly replay: Replay;
  readonly scenarios: readonly ScenarioResult[];
  readonly selected: string;
  readonly variant: 'patched' | 'unpatched';
}

/** The replay page's script, and its style sheet where it has one of its own; null: not built. */
export interface ReplayPage {
  readonly script: string;
  readonly style: string | null;
}

interface Run {
  readonly key: string;
  readonly show: Show;
}

/**
 * `--format html`: one self-contained file: the findings as plain HTML, readable without scripts, and beneath them the replay
 * page with every run that a finding rests on. Nothing is loaded from anywhere: the policy in the file forbids it.
 */
export function html(all: readonly Reviewed[], page: ReplayPage | null): string {
  const patches = patchesIn(all);
  const runs = page === null ? [] : runsOf(patches);
  const data = JSON.stringify({ schema: 1, shows: runs.map(({ show }) => show) });
  const scripts =
    page === null || runs.length === 0 ? [] : [page.script.replaceAll(/<(?=\/script|!--|script)/gi, '\\x3c'), HOST];
  const { errors, warnings, notes } = totalsOf(all);
  const title = `MKTME review: ${count(errors, 'error')}, ${count(warnings, 'warning')}, ${count(notes, 'note')}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${TOOL.name} ${TOOL.version}">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${page?.style ?? ''}${STYLE}</style>
</head>
<body>
<main class="report">
<h1>${escaped(title)}</h1>
${patches.map((of) => patchSection(of, runs)).join('\n')}
</main>
${scripts.length === 0 ? '' : replaySection(data, scripts)}
</body>
</html>
`;
}

/** Every text that a patch or a report brings goes through here. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function policy(scripts: readonly string[]): string {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  const src = hashes.length === 0 ? "'none'" : hashes.join(' ');
  return `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ${src}; base-uri 'none'; form-action 'none'`;
}

const keyOf = ({ reviewed, index }: PatchOf, scenario: string): string => `${reviewed.name}\n${index}\n${scenario}`;

function runsOf(patches: readonly PatchOf[]): readonly Run[] {
  const runs = new Map<string, Run>();
  for (const [patch, of] of patches.entries()) {
    const shown = new Set(of.patch.findings.map(({ scenario }) => scenario));
    for (const { scenario } of of.patch.findings) {
      if (scenario === null || runs.has(keyOf(of, scenario))) continue;
      const scenarios = of.patch.scenarios.filter(({ id }) => shown.has(id));
      for (const variant of ['patched', 'unpatched'] as const) {
        const replay = of.reviewed.report.replay(of.index, scenario, variant);
        if (replay === null) continue;
        const key = variant === 'patched' ? keyOf(of, scenario) : `${keyOf(of, scenario)}\n${variant}`;
        runs.set(key, { key, show: { type: 'show', patch, replay, scenarios, selected: scenario, variant } });
      }
    }
  }
  return [...runs.values()];
}

function patchSection(of: PatchOf, runs: readonly Run[]): string {
  const { patch } = of;
  const problems = patch.problems.map(({ line, message }) => `<li>line ${line}: ${escaped(message)}</li>`);
  return `<section>
<h2>${escaped(patch.subject ?? patch.file)}</h2>
<p class="where">${[patch.author, patch.date, patch.file]
    .filter((part) => part !== null)
    .map((part) => escaped(part))
    .join(' · ')}</p>
${patch.findings.length === 0 ? '<p>Nothing found.</p>' : patch.findings.map((finding) => article(of, finding, runs)).join('\n')}
${problems.length === 0 ? '' : `<details><summary>Not read</summary><ul>${problems.join('')}</ul></details>`}
</section>`;
}

function article(of: PatchOf, finding: Finding, runs: readonly Run[]): string {
  const { scenario } = finding;
  const run = scenario === null ? -1 : runs.findIndex(({ key }) => key === keyOf(of, scenario));
  const where = `${finding.path}${finding.kernelLine === null ? '' : `:${finding.kernelLine}`}`;
  const source = excerpt(of.reviewed.patchFile().lines, finding)
    .map(({ gutter, text, kind }) => `<span class="${kind}"><i>${gutter.padStart(6)}</i> ${escaped(text)}</span>`)
    .join('\n');
  return `<article class="${finding.severity}">
<h3>${finding.severity}: ${escaped(finding.message)}</h3>
<p class="where"><a href="${rulePage(finding.rule)}">${finding.rule}</a> · line ${finding.line} · ${escaped(where)}${
    finding.function === null ? '' : ` · ${escaped(finding.function)}()`
  }</p>
<pre>${source}</pre>
${finding.assumptions.map((text) => `<p>Assumed: ${escaped(text)}</p>`).join('')}
${run < 0 ? '' : `<button type="button" data-run="${run}">Replay ${escaped(runs[run]?.show.replay.scenario.call ?? '')}</button>`}
</article>`;
}

function replaySection(data: string, scripts: readonly string[]): string {
  return `<section id="replay" aria-label="Replay"></section>
<script type="application/json" id="mktme-replay">${data.replaceAll('<', '\\u003c')}</script>
${scripts.map((script) => `<script>${script}</script>`).join('\n')}`;
}
