/** One patch under review, on top of the patches before it: its code, its runs, and what the rules say. */
import type { MacroParser } from '../c/evaluate/types.ts';
import type { CParser } from '../c/parse/parser.ts';
import { parseStatements } from '../c/parse/snippet.ts';
import type { Message, PatchFile } from '../patch/model.ts';
import { findingsOf } from './findings.ts';
import { hookedFunctions, syncCalls } from './hooks.ts';
import { runImplementations } from './implementation/analyse.ts';
import { concernsSync } from './introduction.ts';
import { buildProgram, DEFAULT_SYNCS, type Program } from './program.ts';
import type { Finding, ReviewOptions } from './report.ts';
import type { Context, Draft } from './rule.ts';
import { rules } from './rules/index.ts';
import type { Texts } from './text.ts';
import { runTrials, type Trials } from './trials.ts';
import { createRecogniser } from './weave/recognise.ts';

export interface Analysis {
  readonly context: Context;
  readonly ran: Trials;
  /** The patch's own texts. */
  readonly own: Texts | undefined;
  /** Findings in the patch itself. */
  ownFindings(options: ReviewOptions): readonly Finding[];
  /** Findings anywhere in the series so far. */
  allFindings(options: ReviewOptions): readonly Finding[];
}

export interface AnalyseInput {
  readonly patch: PatchFile;
  readonly message: Message;
  /** Texts of the patches before it and, last, its own. */
  readonly layers: readonly Texts[];
  readonly options: ReviewOptions & { readonly parser: CParser };
}

const DEFAULT_KEYIDS = 3;

/** Null where the patch has nothing to do with a sync. */
export function analyse({ patch, message, layers: texts, options }: AnalyseInput): Analysis | null {
  const layers = texts.map((layer) => layer.texts);
  const { parser, file } = options;
  const recogniser = createRecogniser(parser);
  const syncs = options.syncs ?? DEFAULT_SYNCS;
  const post = buildProgram({ recogniser, syncs, layers, side: 'new' });
  const pre = buildProgram({ recogniser, syncs, layers, side: 'old' });
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
  if (!concernsSync(base)) return null;
  const ran = runTrials({
    post,
    pre,
    preHooked: syncCalls(pre).length > 0,
    keyIds: options.keyIds ?? DEFAULT_KEYIDS,
    pagingLevels: options.pagingLevels ?? [4, 5],
    parse: macroParser(parser),
    skipScenarios: options.skipScenarios ?? [],
  });
  const implementations = runImplementations(post, macroParser(parser));
  const context: Context = { ...base, trials: ran.trials, failures: ran.failures, implementations };
  const drafts = rules.flatMap((rule) => rule.check(context)).map(withPlaceAssumed(post));
  const isOwn = ({ line }: Finding) => line > message.line && line <= message.endLine;
  return {
    context,
    ran,
    own: texts.at(-1),
    ownFindings: (given) => findingsOf(drafts, given).filter(isOwn),
    allFindings: (given) => findingsOf(drafts, given),
  };
}

/** What stands in a hunk of which the place or the function had to be worked out says so. */
const withPlaceAssumed =
  ({ assumedAtEnd, inferred }: Program) =>
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
