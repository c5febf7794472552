/** One patch under review, on top of the patches before it: its code, its runs, and what the rules say. */
import type { MacroParser } from '../c/evaluate/types.ts';
import type { CParser } from '../c/parse/parser.ts';
import { parseStatements } from '../c/parse/snippet.ts';
import type { Message, PatchFile } from '../patch/model.ts';
import { findingsOf } from './findings.ts';
import { hookedFunctions, syncCalls } from './hooks.ts';
import { type ImplementationRun, runImplementations } from './implementation/analyse.ts';
import { type Opinion, secondOpinions } from './implementation/opinion.ts';
import { concernsSync, mayMirror } from './introduction.ts';
import { withNames } from './named.ts';
import { buildProgram, DEFAULT_SYNCS, type Program } from './program.ts';
import type { Finding, ReviewOptions } from './report.ts';
import type { Context, Draft } from './rule.ts';
import { rules } from './rules/index.ts';
import type { Kept } from './run/kept.ts';
import { mirroredIn } from './run/mirrored.ts';
import type { Texts } from './text.ts';
import { type KeptTrials, runTrials, type Trials } from './trials.ts';
import { versionOfTexts } from './version.ts';
import { agreed, choicesOf, type Judged, type Ways } from './ways.ts';
import { createRecogniser } from './weave/recognise.ts';

export interface Analysis {
  readonly context: Context;
  readonly ran: Trials;
  /** The patch's own texts. */
  readonly own: Texts | undefined;
  /** What the next review of the patch need not run again. */
  readonly kept: KeptAnalysis;
  /** Findings in the patch itself. */
  ownFindings(options: ReviewOptions): readonly Finding[];
  /** Findings anywhere in the series so far. */
  allFindings(options: ReviewOptions): readonly Finding[];
}

export interface KeptAnalysis {
  /** The ways in which the patch fits, each by itself. */
  readonly ways: readonly KeptWay[];
}

interface KeptWay {
  readonly trials: KeptTrials;
  readonly opinions: Kept<Opinion>;
  readonly implementations: Kept<ImplementationRun>;
}

export interface AnalyseInput {
  readonly patch: PatchFile;
  readonly message: Message;
  /** Texts of the patches before it and, last, its own. */
  readonly layers: readonly Texts[];
  readonly options: ReviewOptions & { readonly parser: CParser };
  /** Of the last review, made with the same options. */
  readonly last: KeptAnalysis | null;
  /** Of the patch before it in the series, in this review: what the patch leaves as it is runs as it has run there. */
  readonly before: KeptAnalysis | null;
}

const DEFAULT_KEYIDS = 3;

/** Null where the patch has nothing to do with a sync. Pauses before each run. */
export function* analyse({
  patch,
  message,
  layers: texts,
  options,
  last,
  before,
}: AnalyseInput): Generator<void, Analysis | null> {
  const layers = texts.map((layer) => layer.texts);
  const { parser, file } = options;
  const recogniser = createRecogniser(parser);
  const syncs = options.syncs ?? DEFAULT_SYNCS;
  const version = versionOfTexts(layers.flat(), recogniser);
  const named = layers.map((layer) => withNames(layer, version, recogniser));
  const inferred = new Set(named.flatMap(({ found }) => found));
  const input = { version, recogniser, syncs, layers: named.map((layer) => layer.texts) };
  const inWay = (ways: Ways) => buildProgram({ ...input, side: 'new', ways });
  const firstWay = inWay(new Map());
  const choices = choicesOf(firstWay.ways);
  const post = choices ? firstWay : asUncertain(firstWay);
  const pre = buildProgram({ ...input, side: 'old' });
  const base: Context = {
    file,
    patch,
    message,
    post,
    pre,
    trials: [],
    failures: [],
    implementations: [],
    hooked: hookedFunctions(post),
  };
  const concerned = concernsSync(base);
  if (!concerned && !mayMirror(base)) return null;
  const below = before?.ways[0];
  const first = yield* judge(base, options, sourcesOf(below, last?.ways[0]));
  if (!concerned && !first.context.trials.some(({ run }) => mirroredIn(run).length > 0)) return null;
  const others: JudgedWay[] = [];
  for (const choice of choices?.slice(1) ?? []) {
    const program = inWay(choice);
    const other = { ...base, post: program, hooked: hookedFunctions(program) };
    others.push(yield* judge(other, options, sourcesOf(first.kept, last?.ways[others.length + 1])));
  }
  const { context, ran, drafts: found } = agreed(first, others);
  const drafts = found.map(withPlaceAssumed(post, inferred));
  const isOwn = ({ line }: Finding) => line > message.line && line <= message.endLine;
  return {
    context,
    ran,
    own: texts.at(-1),
    kept: { ways: [first, ...others].map(({ kept }) => kept) },
    ownFindings: (given) => findingsOf(drafts, given).filter(isOwn),
    allFindings: (given) => findingsOf(drafts, given),
  };
}

/** What there is to take runs over from, the nearest first. */
const sourcesOf = (...ways: readonly (KeptWay | undefined)[]): readonly KeptWay[] =>
  ways.filter((way) => way !== undefined);

interface JudgedWay extends Judged {
  readonly ran: Trials;
  readonly kept: KeptWay;
}

/** Runs the patch in one of the ways in which it fits, and asks the rules. */
function* judge(
  base: Context,
  { parser, keyIds, pagingLevels, skipScenarios }: AnalyseInput['options'],
  sources: readonly KeptWay[],
): Generator<void, JudgedWay> {
  const { post, pre } = base;
  const parse = macroParser(parser);
  const ran = yield* runTrials({
    post,
    pre,
    preHooked: syncCalls(pre).length > 0,
    keyIds: keyIds ?? DEFAULT_KEYIDS,
    pagingLevels: pagingLevels ?? [4, 5],
    parse,
    skipScenarios: skipScenarios ?? [],
    sources: sources.map((kept) => kept.trials),
  });
  const opinions = yield* secondOpinions({
    program: post,
    trials: ran.trials,
    parse,
    sources: sources.map((kept) => kept.opinions),
  });
  const implementations = yield* runImplementations(
    post,
    parse,
    sources.map((kept) => kept.implementations),
  );
  const context: Context = {
    ...base,
    trials: opinions.trials,
    failures: ran.failures,
    implementations: implementations.runs,
  };
  return {
    context,
    ran,
    drafts: rules.flatMap((rule) => rule.check(context)),
    kept: { trials: ran.kept, opinions: opinions.kept, implementations: implementations.kept },
  };
}

/** A patch that fits in more ways than are run: nothing is said of the ways on which it does not run. */
const asUncertain = (program: Program): Program => ({
  ...program,
  uncertain: new Set([...program.uncertain, ...program.ways.keys()]),
});

/** What stands in a hunk of which the place or the function had to be worked out says so. */
const withPlaceAssumed =
  ({ assumedAtEnd }: Program, inferred: ReadonlySet<string>) =>
  (draft: Draft): Draft => {
    if (!draft.run || !('spot' in draft.at)) return draft;
    const name = draft.at.spot.function;
    const assumptions = [
      ...(assumedAtEnd.has(name) ? [`the hunk stands at the end of ${name}(), of which it shows nothing`] : []),
      ...(inferred.has(name) ? [`the hunk is in ${name}(), which its heading does not name`] : []),
    ];
    return assumptions.length > 0 ? { ...draft, assumptions: [...(draft.assumptions ?? []), ...assumptions] } : draft;
  };

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
