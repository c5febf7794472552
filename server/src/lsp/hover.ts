/** Hover on a sync call: its range as written and resolved, and how each run ended. On a finding: what was found and why. */
import { type Hover, MarkupKind, type Position } from 'vscode-languageserver-protocol';
import type { Finding, PatchReport, Site, SiteRun } from '../review/report.ts';
import { bytes, count, keyIds, parseBytes } from '../show/quantity.ts';
import { rulePage, ruleSummary } from '../show/rules.ts';
import type { ReviewedDocument } from './documents.ts';
import { code, plain, replayLink } from './markdown.ts';
import { isAt, toRange } from './positions.ts';

/** More rows do not fit a screen; what fails comes first. */
const ROWS = 4;

/** What to say at a position, or null. */
export function hoverAt(document: ReviewedDocument, position: Position): Hover | null {
  for (const [index, patch] of document.report.patches.entries()) {
    if (position.line + 1 < patch.startLine || position.line >= patch.endLine) continue;
    const here = patch.sites.filter((one) => isAt(one, position));
    const site = here.find(({ kind }) => kind === 'sync') ?? here.find(({ runs }) => runs.length > 0);
    const findings = patch.findings.filter((finding) => isAt(finding, position));
    const parts = [
      ...(site === undefined ? [] : [siteText(document.uri, index, site)]),
      ...(findings.length === 0 ? [] : [findings.map((one) => findingText(document.uri, index, one)).join('\n')]),
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

const inOrder = (runs: readonly SiteRun[]): readonly SiteRun[] => {
  const fails = (run: SiteRun) => (run.verdict === 'ok' || run.verdict === 'not reached' ? 1 : 0);
  return [...runs].sort((a, b) => fails(a) - fails(b));
};

function table(runs: readonly SiteRun[]): string {
  const rows = inOrder(runs).slice(0, ROWS).map(row);
  const more = runs.length - rows.length;
  const head = ['| scenario | changed | synced | other KeyIDs |', '|---|---|---|---|'];
  return [...head, ...rows, ...(more > 0 ? ['', `and ${count(more, 'more run')}`] : [])].join('\n');
}

const size = (text: string): string => {
  const number = parseBytes(text);
  return number === null ? plain(text) : bytes(number);
};

function row(run: SiteRun): string {
  const ids = keyIds(Array.from({ length: run.keyIds }, (_, index) => index + 1));
  const verdict = {
    ok: `✓ ${ids} equal`,
    stale: `✗ ${ids}: ${size(run.staleBytes)} stale`,
    hole: `✗ ${ids}: hole of ${size(run.staleBytes)}`,
    fault: '✗ the run faults',
    'not reached': 'not reached',
  }[run.verdict];
  return `| ${plain(run.title)} | ${size(run.changedBytes)} | ${size(run.syncedBytes)} | ${verdict} |`;
}

/** One item a finding: the editor shows its message itself, so here stands what the message leaves out. */
function findingText(uri: string, patch: number, finding: Finding): string {
  const link = `[${finding.rule}](${rulePage(finding.rule)})`;
  const replay = finding.scenario === null ? [] : [replayLink('Replay', { uri, patch, scenario: finding.scenario })];
  const parts = [ruleSummary(finding.rule), ...evidenceText(finding), ...replay];
  const assumed = finding.assumptions.map((assumption) => `  \n  Assumed: ${plain(assumption)}`);
  return `- ${finding.severity} ${link}: ${parts.join(' ')}${assumed.join('')}`;
}

/** The cost where the finding is about cost, and how many runs show it. */
function evidenceText({ evidence, scenarios, rule }: Finding): string[] {
  const number = (value: number): string => value.toLocaleString('en');
  const cost =
    evidence !== null && rule === 'over-broad-sync'
      ? [`${number(evidence.entriesVisited)} page-table entries visited, ${number(evidence.entriesNeeded)} needed.`]
      : [];
  return scenarios.length > 1 ? [...cost, `${count(scenarios.length, 'scenario')} show it.`] : cost;
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
