/** The report on one message. */
import type { Message } from '../patch/model.ts';
import type { Analysis } from './analyse.ts';
import { confidenceOf } from './confidence.ts';
import { callsIn } from './hooks.ts';
import { hunksOf } from './hunks.ts';
import type { Finding, PatchReport, Report, ReportProblem, ReviewOptions } from './report.ts';
import type { Context } from './rule.ts';
import { endlessSpot } from './run/endless.ts';
import { resultsOf } from './scenario-results.ts';
import { sitesOf } from './sites.ts';
import { isChanged, lineAt, placeOf } from './text.ts';

/** How many findings of each severity there are. */
export function summaryOf(patches: readonly PatchReport[]): Report['summary'] {
  const of = (severity: Finding['severity']) =>
    patches.reduce((sum, report) => sum + report.findings.filter((finding) => finding.severity === severity).length, 0);
  return { patches: patches.length, errors: of('error'), warnings: of('warning'), notes: of('note') };
}

export function emptyReport(message: Message, options: ReviewOptions): PatchReport {
  return {
    file: options.file,
    startLine: message.line + 1,
    endLine: message.endLine,
    subject: message.subject,
    author: message.author,
    date: message.date,
    messageId: message.messageId,
    series: message.series,
    base: 'fragment',
    sites: [],
    findings: [],
    problems: message.problems.map(({ line, message: text }) => ({ line: line + 1, message: text })),
    hunks: [],
    scenarios: [],
    confidence: { evaluated: [], modelled: [], opaque: [], notRun: [] },
  };
}

export function fullReport(analysis: Analysis, options: ReviewOptions): PatchReport {
  const { context, ran, own } = analysis;
  const empty = emptyReport(context.message, options);
  const isOwn = ({ line }: { readonly line: number }) => line > context.message.line && line <= context.message.endLine;
  return {
    ...empty,
    base: own?.base ?? 'fragment',
    problems: [
      ...empty.problems,
      ...(own?.problems ?? []).map(({ line, message }) => ({ line: line + 1, message })),
      ...unplaced(context).filter(isOwn),
      ...inSeveralPlaces(context).filter(isOwn),
      ...notRun(context).filter(isOwn),
      ...withoutEnd(context).filter(isOwn),
    ],
    sites: sitesOf(context).filter(isOwn),
    findings: analysis.ownFindings(options),
    hunks: hunksOf(context).filter(isOwn),
    scenarios: resultsOf(context),
    confidence: confidenceOf(context, ran),
  };
}

/** Statements of the patch for which the hunks do not tell a place. */
const unplaced = ({ post, file }: Context): readonly ReportProblem[] => [
  ...post.unplaced.map(({ stmt, text }) => ({
    line: placeOf(text, stmt, file).line,
    message:
      'the hunk does not tell where in the function this statement stands: it was not run (more context, or --kernel, helps)',
  })),
  ...post.adrift.map(({ stmt, text }) => ({
    line: placeOf(text, stmt, file).line,
    message:
      'the hunk shows no known statement of the function: only what holds wherever in it this one may stand is said (more context, or --kernel, helps)',
  })),
];

/** Hunks that show steps, and not which of several that read alike. */
const inSeveralPlaces = ({ post, file }: Context): readonly ReportProblem[] => {
  const adrift = new Set(post.adrift.map(({ text, hunk }) => text.file.hunks[hunk]));
  return [...post.ways].flatMap(([name, count]) => {
    const shown = post.functions.get(name)?.shown;
    const body = shown?.source.pieces.flatMap((piece) => piece.body) ?? [];
    const changed = shown && body.find((stmt) => isChanged(shown.text, stmt));
    if (!changed || adrift.has(lineAt(shown.text, changed.start)?.segment.hunk)) return [];
    const message = `the hunk fits ${count} places in ${name}(): only what holds at each of them is said (more context, or --kernel, helps)`;
    return [{ line: placeOf(shown.text, changed, file).line, message }];
  });
};

/** Syncs in functions of which the hunks show a part and nobody knows the rest. */
const notRun = ({ post, file }: Context): readonly ReportProblem[] => {
  const syncs = new Set(post.syncs.map(({ name }) => name));
  return post.unmodelled.flatMap((shown) =>
    callsIn(shown)
      .filter(({ callee }) => syncs.has(callee))
      .map(({ spot }) => ({
        line: placeOf(spot.text, spot.span, file).line,
        message: `${
          shown.source.name
            ? `${shown.source.name}() is shown in part and not modelled`
            : 'neither heading nor statements tell which function this hunk is in'
        }: this call was not run (--kernel helps)`,
      })),
  );
};

/** Where runs were broken off because the code went on for too long. */
function withoutEnd({ trials, file }: Context): readonly ReportProblem[] {
  const problems = new Map<string, ReportProblem>();
  for (const { run } of trials) {
    const spot = endlessSpot(run) ?? run.fault?.spot;
    if (run.fault?.kind !== 'limit' || !spot) continue;
    const { line } = placeOf(spot.text, spot.span, file);
    const message = `${run.scenario.call} takes too long here or never ends: the run was broken off, and what comes behind was not run`;
    if (!problems.has(spot.function)) problems.set(spot.function, { line, message });
  }
  return [...problems.values()];
}
