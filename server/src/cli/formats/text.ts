import type { Replay } from '../../../../engine/src/replay.ts';
import type { Finding, Severity } from '../../review/report.ts';
import { printable, wrap } from '../../show/lines.ts';
import { count } from '../../show/quantity.ts';
import { type PatchOf, patchesIn, type Reviewed, totalsOf } from '../reviewed.ts';
import { type ExcerptLine, excerpt } from './excerpt.ts';
import type { Style } from './style.ts';

export interface TextOptions {
  readonly style: Style;
  /** Findings only: no pictures, no summary. */
  readonly quiet: boolean;
  /** Lines that show a replay's end state, lane by lane. */
  readonly picture: (replay: Replay) => readonly string[];
}

/** `--format text`: one block per finding, as rustc and ruff print, the run's end state drawn beneath, a summary last. */
export function text(all: readonly Reviewed[], options: TextOptions): string {
  const blocks = patchesIn(all).flatMap((of) => patchBlocks(of, options));
  return [...blocks, ...(options.quiet ? [] : [summary(all, options.style)])].join('\n');
}

function patchBlocks(of: PatchOf, options: TextOptions): string[] {
  const drawn = new Set<string>();
  const findings = of.patch.findings.map((finding) => findingBlock(of, finding, drawn, options));
  if (options.quiet) return findings;
  const { yellow } = options.style;
  const problems = of.patch.problems.map(({ line, message }) => {
    const place = of.patch.file + (line > 0 ? `:${line}` : '');
    return `${yellow('not read')}: ${printable(`${place}: ${message}`)}\n`;
  });
  return [...findings, ...problems];
}

/** `drawn`: the scenarios whose pictures stand above already; this finding's is added. */
function findingBlock(of: PatchOf, finding: Finding, drawn: Set<string>, options: TextOptions): string {
  const { style } = options;
  const lines = of.reviewed.patchFile().lines;
  const source = excerpt(lines, finding);
  const width = Math.max(...source.map(({ gutter }) => gutter.length), 1);
  const bar = `${' '.repeat(width)} ${style.blue('|')}`;
  const where = [finding.path + (finding.kernelLine === null ? '' : `:${finding.kernelLine}`), finding.function];
  const notes = notesOf(finding, of, drawn, options).flatMap((one) => note(one, width, style));
  return [
    `${level(finding.severity, style)}${style.bold(`[${finding.rule}]: ${printable(finding.message)}`)}`,
    `${' '.repeat(width)}${style.blue('-->')} ${printable(finding.file)}:${finding.line}:${finding.column}  ${style.dim(
      `(${where.filter((part) => part !== null).join(', ')})`,
    )}`,
    bar,
    ...source.map((line) => sourceLine(line, width, finding.severity, style)),
    bar,
    ...notes,
    '',
  ].join('\n');
}

function level(severity: Severity, { red, yellow, cyan, bold }: Style): string {
  const color = severity === 'error' ? red : severity === 'warning' ? yellow : cyan;
  return bold(color(severity));
}

function sourceLine(line: ExcerptLine, width: number, severity: Severity, style: Style): string {
  const { red, yellow, cyan, green, blue } = style;
  const carets = severity === 'error' ? red : severity === 'warning' ? yellow : cyan;
  const paint = line.kind === 'caret' ? carets : line.kind === 'added' ? green : line.kind === 'removed' ? red : String;
  return `${blue(`${line.gutter.padStart(width)} |`)} ${paint(line.text)}`.trimEnd();
}

interface Note {
  readonly label: string;
  /** Paragraphs are wrapped; an array is printed line by line. */
  readonly body: string | readonly string[];
}

function notesOf(finding: Finding, of: PatchOf, drawn: Set<string>, options: TextOptions): readonly Note[] {
  const notes: Note[] = [];
  const replay = finding.scenario === null ? null : of.reviewed.report.replay(of.index, finding.scenario, 'patched');
  if (replay !== null) {
    const others = finding.scenarios.length - 1;
    notes.push({
      label: 'run',
      body: replay.scenario.call + (others > 0 ? `, and ${count(others, 'more scenario')}` : ''),
    });
    if (!options.quiet && !drawn.has(replay.scenario.id)) {
      const picture = options.picture(replay);
      if (picture.length > 0) notes.push({ label: '', body: picture });
      drawn.add(replay.scenario.id);
    }
  }
  for (const { file, line, message } of finding.related)
    notes.push({ label: 'see', body: `${file}:${line}: ${message}` });
  for (const assumption of finding.assumptions) notes.push({ label: 'assumed', body: assumption });
  return notes;
}

function note({ label, body }: Note, width: number, style: Style): string[] {
  const lead = `${' '.repeat(width + 1)}${style.blue('=')} ${label === '' ? '' : `${style.bold(label)}: `}`;
  const hang = ' '.repeat(width + 3);
  const lines = typeof body === 'string' ? wrap(printable(body), 100 - width) : body.map(printable);
  return lines.map((line, index) => (index === 0 ? lead : hang) + line);
}

function summary(all: readonly Reviewed[], style: Style): string {
  const { patches, errors, warnings, notes } = totalsOf(all);
  const of = count(patches, 'patch').replace(/patchs$/, 'patches');
  if (errors + warnings + notes === 0) {
    const ran = patchesIn(all).some(({ patch }) => patch.sites.length + patch.scenarios.length > 0);
    const idle = ran ? '' : ': no sync is named in it, so nothing was run (--sync tells of another name)';
    return `${style.green('nothing found')} in ${of}${idle}\n`;
  }
  const found = [
    errors > 0 && style.red(count(errors, 'error')),
    warnings > 0 && style.yellow(count(warnings, 'warning')),
    notes > 0 && style.cyan(count(notes, 'note')),
  ];
  return `${found.filter(Boolean).join(', ')} in ${of}\n`;
}
