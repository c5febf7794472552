/** The one entry: a patch file in, a report out. No I/O: files, git and time come in through the options. */
import type { MacroParser } from '../c/evaluate/types.ts';
import type { CParser } from '../c/parse/parser.ts';
import { parseStatements } from '../c/parse/snippet.ts';
import type { Message, PatchFile } from '../patch/model.ts';
import { readPatch } from '../patch/read.ts';
import { confidenceOf } from './confidence.ts';
import { findingsOf } from './findings.ts';
import { hookedFunctions, syncCalls } from './hooks.ts';
import { hunksOf } from './hunks.ts';
import { concernsSync } from './introduction.ts';
import { buildProgram, DEFAULT_SYNCS } from './program.ts';
import { replayOf } from './replay/replay.ts';
import type { PatchReport, Report, ReviewOptions } from './report.ts';
import type { Context } from './rule.ts';
import { rules } from './rules/index.ts';
import { resultsOf } from './scenario-results.ts';
import { sitesOf } from './sites.ts';
import { readTexts } from './text.ts';
import { runTrials, type Trials } from './trials.ts';
import { createRecogniser } from './weave/recognise.ts';

export interface ReviewInput extends ReviewOptions {
  readonly parser: CParser;
}

const DEFAULT_KEYIDS = 3;

/** Reviews every message of the input. Total: what cannot be read or placed is a problem of the report. */
export function review(input: Uint8Array | string, options: ReviewInput): Report {
  const patch = readPatch(input);
  const reviewed = patch.messages.map((_, index) => reviewMessage(patch, index, options));
  const findings = reviewed.flatMap((each) => each.report.findings);
  const of = (severity: string) => findings.filter((finding) => finding.severity === severity).length;
  return {
    patches: reviewed.map((each) => each.report),
    problems: patch.problems.map(({ line, message }) => ({ line: line + 1, message })),
    unreadable: patch.messages.every((message) => message.files.length === 0),
    summary: { patches: reviewed.length, errors: of('error'), warnings: of('warning'), notes: of('note') },
    replay(index, scenario, variant) {
      const each = reviewed[index];
      return each?.context ? replayOf(each.context, scenario, variant) : null;
    },
  };
}

interface Reviewed {
  readonly report: PatchReport;
  readonly context: Context | null;
}

function reviewMessage(patch: PatchFile, index: number, options: ReviewInput): Reviewed {
  const message = patch.messages[index];
  if (!message) throw new RangeError(`no message ${index}`);
  const { parser, file } = options;
  const texts = mayConcern(patch, message, options) ? readTexts(parser, patch, index) : [];
  const recogniser = createRecogniser(parser);
  const syncs = options.syncs ?? DEFAULT_SYNCS;
  const post = buildProgram({ recogniser, syncs, texts, side: 'new' });
  const pre = buildProgram({ recogniser, syncs, texts, side: 'old' });
  const base: Context = { file, patch, message, post, pre, trials: [], failures: [], hooked: hookedFunctions(post) };
  if (!concernsSync(base)) return { report: emptyReport(message, options), context: null };
  const ran = runTrials({
    post,
    pre,
    preHooked: syncCalls(pre).length > 0,
    keyIds: options.keyIds ?? DEFAULT_KEYIDS,
    pagingLevels: options.pagingLevels ?? [4, 5],
    parse: macroParser(parser),
  });
  const context: Context = { ...base, trials: ran.trials, failures: ran.failures };
  return { report: fullReport(context, ran, options), context };
}

const macroParser = (parser: CParser): MacroParser => ({
  expression(text) {
    const [first, ...more] = parseStatements(parser, `${text};`);
    return first?.kind === 'expr' && more.length === 0 ? first.expr : null;
  },
  statement(text) {
    const [first, ...more] = parseStatements(parser, `${text};`);
    return first && first.kind !== 'opaque' && more.every((stmt) => stmt.kind === 'empty') ? first : null;
  },
});

/** A quick look: a message that nowhere names a sync cannot concern one. */
function mayConcern(patch: PatchFile, message: Message, options: ReviewInput): boolean {
  const names = (options.syncs ?? DEFAULT_SYNCS).map((sync) => sync.name);
  for (let line = message.line; line < message.endLine; line++)
    if (names.some((name) => patch.lines[line]?.includes(name))) return true;
  return message.files.some((diff) =>
    diff.hunks.some((hunk) =>
      hunk.lines.some(({ text, decoded }) => decoded && names.some((name) => text.includes(name))),
    ),
  );
}

function emptyReport(message: Message, options: ReviewInput): PatchReport {
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

function fullReport(context: Context, ran: Trials, options: ReviewInput): PatchReport {
  const drafts = rules.flatMap((rule) => rule.check(context));
  return {
    ...emptyReport(context.message, options),
    sites: sitesOf(context),
    findings: findingsOf(drafts, options),
    hunks: hunksOf(context),
    scenarios: resultsOf(context),
    confidence: confidenceOf(context, ran),
  };
}
