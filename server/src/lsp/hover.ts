/** Hover on a sync call: its range as written and resolved, and how each run ended. On a finding: what was found and why. */
import { type Hover, MarkupKind, type Position } from 'vscode-languageserver-protocol';
import { sizeText } from '../../../engine/src/size-text.ts';
import type { Finding, PatchReport, Site, SiteRun } from '../review/report.ts';
import { brief } from '../show/brief.ts';
import { count, keyIds } from '../show/quantity.ts';
import { rulePage, ruleSummary } from '../show/rules.ts';
import type { ReviewedDocument } from './documents.ts';
import { code, plain, replayLink } from './markdown.ts';
import { isAt, toRange } from './positions.ts';
import { tellingRun } from './replay.ts';

/** More rows do not fit a screen; what fails comes first. */
const ROWS = 5;

/** What to say at a position, or null. */
export function hoverAt(document: ReviewedDocument, position: Position): Hover | null {
  for (const [index, patch] of document.report.patches.entries()) {
    if (position.line + 1 < patch.startLine || position.line >= patch.endLine) continue;
    const here = patch.sites.filter((one) => isAt(one, position));
    const site = here.find(({ kind }) => kind === 'sync') ?? here.find(({ runs }) => runs.length > 0);
    const findings = patch.findings.filter((finding) => isAt(finding, position));
    const parts = [
      ...(site === undefined ? [] : [siteText(document.uri, index, site)]),
      ...(findings.length === 0
        ? []
        : [findings.map((one) => findingText(document.uri, index, patch, one)).join('\n')]),
      ...(site === undefined && findings.length === 0 ? [] : confidenceText(patch)),
    ];
    const place = site ?? findings[0];
    if (place !== undefined)
      return { contents: { kind: MarkupKind.Markdown, value: parts.join('\n\n---\n\n') }, range: toRange(place) };
  }
  return null;
}

function siteText(uri: string, patch: number, site: Site): string {
  const where = `${site.path}${site.kernelLine === null ? '' : `:${site.kernelLine}`}`;
  const [first] = inOrder(site.runs);
  const blocks = [`${code(site.text)} in ${code(`${site.function}()`)}, ${plain(where)}`];
  if (first === undefined) return [...blocks, 'No scenario reaches this call.'].join('\n\n');
  blocks.push(first.operands.map(({ text, value }) => `${code(text)} → ${code(value)}`).join(', '), table(site.runs));
  blocks.push(replayLink(`Replay ${first.scenario}`, { uri, patch, scenario: first.scenario }));
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** How bad a run ended: what a reader wants first. */
const WEIGHT: Record<SiteRun['verdict'], number> = { fault: 0, hole: 1, stale: 2, ok: 3, 'not reached': 4 };

const inOrder = (runs: readonly SiteRun[]): readonly SiteRun[] =>
  [...runs].sort((a, b) => WEIGHT[a.verdict] - WEIGHT[b.verdict]);

/** One row for each kind of end and sizes, the worst first; runs that ended the same way are counted. */
function table(runs: readonly SiteRun[]): string {
  const groups = new Map<string, SiteRun[]>();
  for (const run of inOrder(runs.filter(({ verdict }) => verdict !== 'not reached'))) {
    // How much agrees is no news: one row for all of those.
    const key = run.verdict === 'ok' ? 'ok' : cells(run).join();
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  // Of each kind of end one row before a second of any.
  const all = [...groups.values()];
  const kinds = new Set<string>();
  const [leading, rest] = [[], []] as [SiteRun[][], SiteRun[][]];
  for (const group of all) {
    const verdict = group[0]?.verdict ?? '';
    (kinds.has(verdict) ? rest : leading).push(group);
    kinds.add(verdict);
  }
  const chosen = new Set([...leading, ...rest].slice(0, ROWS));
  const shown = all.filter((group) => chosen.has(group));
  const most = Math.max(...runs.map((run) => run.keyIds));
  const ids = keyIds(Array.from({ length: most }, (_, index) => index + 1));
  const head = [`| scenario | changed | synced | ${ids} |`, '|---|---|---|---|'];
  const left = (ok: boolean) =>
    all.filter((group) => !chosen.has(group) && (group[0]?.verdict === 'ok') === ok).flat().length;
  const notReached = runs.filter(({ verdict }) => verdict === 'not reached').length;
  const parts = [
    left(false) > 0 ? `${left(false)} more fail` : '',
    left(true) > 0 ? `${left(true)} more agree` : '',
    notReached > 0 ? `${count(notReached, 'scenario')} ${notReached === 1 ? 'does' : 'do'} not come by here` : '',
  ].filter((part) => part !== '');
  return [...head, ...shown.flatMap(row), ...(parts.length > 0 ? ['', parts.join(', ')] : [])].join('\n');
}

const size = (bytes: bigint): string => (bytes > 0n ? sizeText(bytes) : 'nothing');

/** Of a narrow column no word is worth a line of its own. */
const unbroken = (text: string): string => text.replaceAll(' ', '\u00a0');

const cells = (run: SiteRun): readonly [string, string, string] => {
  const verdict = {
    ok: '✓ equal',
    stale: `✗ ${size(run.staleBytes)} stale`,
    hole: `✗ hole of ${size(run.staleBytes)}`,
    fault: '✗ the run faults',
    'not reached': 'not reached',
  }[run.verdict];
  return [unbroken(size(run.changedBytes)), unbroken(size(run.syncedBytes)), unbroken(verdict)];
};

function row(group: readonly SiteRun[]): string[] {
  const [first, ...more] = group;
  if (first === undefined) return [];
  const title = `${plain(brief(first.title))}${more.length > 0 ? `, and ${more.length} more` : ''}`;
  const distinct = new Set(group.map((run) => cells(run).join()));
  // Sizes of one run are not those of all.
  const [changed, synced, verdict] = cells(first);
  return distinct.size === 1
    ? [`| ${title} | ${changed} | ${synced} | ${verdict} |`]
    : [`| ${title} | | | ${verdict} |`];
}

/** One item a finding: the editor shows its message itself, so here stands what the message leaves out. */
function findingText(uri: string, patch: number, report: PatchReport, finding: Finding): string {
  const scenario = tellingRun(report, finding);
  const link = `[${finding.rule}](${rulePage(finding.rule)})`;
  const replay = scenario === null ? [] : [replayLink('Replay', { uri, patch, scenario, line: finding.line - 1 })];
  // The editor shows the brief message above; what it leaves out is told here.
  const whole = brief(finding.message) === finding.message ? [] : [`${plain(finding.message)}.`];
  const runs = finding.scenarios.length;
  const shown = runs > 1 ? [`${count(runs, 'scenario')} show it.`] : [];
  const parts = [ruleSummary(finding.rule), ...whole, ...shown, ...replay];
  const assumed = finding.assumptions.map((assumption) => `  \n  Assumed: ${plain(assumption)}`);
  return `- ${finding.severity} ${link}: ${parts.join(' ')}${assumed.join('')}`;
}

/** What the verdicts rest on, when it is less than everything. */
function confidenceText({ confidence, base }: PatchReport): string[] {
  const opaque = confidence.opaque.map(({ what }) => code(what)).slice(0, 4);
  const parts = [
    base === 'fragment' ? 'Only what the hunks show was evaluated; the rest is modelled.' : '',
    opaque.length > 0 ? `Not evaluated: ${opaque.join(', ')}.` : '',
    confidence.notRun.length > 0 ? `${count(confidence.notRun.length, 'scenario')} not run.` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? [] : [parts.join(' ')];
}
