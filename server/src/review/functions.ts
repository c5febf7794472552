/** One function of a program: what the kernel's model and the patches of a series make of it. */
import { type CType, INT } from '../../../engine/src/kernel/ctype.ts';
import type { KernelFunction } from '../../../engine/src/kernel/model.ts';
import type { Expr, Stmt } from '../c/ast.ts';
import type { EvaluableFunction } from '../c/evaluate/types.ts';
import { visit } from '../c/walk.ts';
import { isNewDefinition, type Layer } from './layers.ts';
import type { CodeText } from './text.ts';
import { aliasesOf } from './weave/aliases.ts';
import { statementsOf } from './weave/body.ts';
import { elementsOf, textElement } from './weave/element.ts';
import { assignedIn, foreignTo } from './weave/foreign.ts';
import { type Item, itemsOf, type ShownFunction } from './weave/items.ts';
import type { Recogniser } from './weave/recognise.ts';
import { weave } from './weave/weave.ts';

export interface ProgramFunction {
  readonly name: string;
  /** What the newest patch of the series that shows the function shows of it. */
  readonly shown: ShownFunction;
  readonly evaluable: EvaluableFunction;
  /** False: the patch brings the whole function, and nothing of the kernel's model is in it. */
  readonly modelled: boolean;
}

/** Remembers which text the statements of a tree were read from. */
export type Own = (text: CodeText) => (node: Stmt | Expr) => void;

export interface LayerContext {
  readonly recogniser: Recogniser;
  readonly patchNames: ReadonlySet<string>;
  readonly own: Own;
  readonly oldSide: boolean;
  /** For functions in which the patch under review fits in several ways: which of them. */
  readonly ways: ReadonlyMap<string, number>;
}

export interface Built {
  readonly fn: ProgramFunction | null;
  readonly shown: readonly ShownFunction[];
  readonly unplaced: readonly Item[];
  readonly adrift: readonly Item[];
  /** In how many ways the patch under review fits; 0: nobody can tell. */
  readonly ways: number;
}

/** One function: the kernel's steps, or the first patch's text, with each patch woven into what was there before it. */
export function buildFunction(
  name: string,
  model: KernelFunction | null,
  layers: readonly Layer[],
  context: LayerContext,
): Built {
  let elements = model ? elementsOf(model) : null;
  let base: KernelFunction | ShownFunction | null = model;
  const aliases = new Map<string, string>();
  const unplaced: Item[] = [];
  const adrift: Item[] = [];
  let ways = 1;
  const seen: ShownFunction[] = [];
  for (const [index, layer] of layers.entries()) {
    const shown = layer.shown.get(name);
    if (!shown) continue;
    seen.push(shown);
    for (const stmt of shown.source.pieces.flatMap((piece) => piece.body)) visit(stmt, context.own(shown.text));
    const wholeText = isNewDefinition(shown, layer.before) || (elements === null && shown.source.whole);
    if (wholeText) {
      base = shown;
      elements = shown.source.pieces.flatMap((piece) => piece.body.map((stmt) => textElement(stmt, shown.text)));
      continue;
    }
    if (elements === null) continue;
    // The old state is woven like the new one: what the patch removes is simply there.
    const isLast = index === layers.length - 1;
    const asOld = context.oldSide && isLast;
    const items = asOld ? itemsOf(shown).map(asKept) : itemsOf(shown);
    const before = layer.before.get(name);
    const woven = weave({
      elements,
      post: items,
      pre: before ? itemsOf(before) : [],
      recogniser: context.recogniser,
      way: isLast ? (context.ways.get(name) ?? 0) : 0,
      foreign: (spelled) => foreignTo({ items, patchNames: context.patchNames, model, aliases: spelled }),
    });
    elements = woven.elements;
    unplaced.push(...woven.unplaced);
    adrift.push(...woven.adrift);
    if (isLast || woven.adrift.length > 0) ways = isLast && adrift.length === woven.adrift.length ? woven.ways : 0;
    if (model)
      for (const [spelling, kernelName] of aliasesOf(model, shown.source, {
        fromMarks: woven.aliases,
        before: before?.source ?? shown.source,
        own: new Set(woven.evaluated.flatMap(({ stmt }) => assignedIn(stmt))),
      }))
        aliases.set(spelling, kernelName);
  }
  const shown = seen.at(-1);
  if (!shown || !elements || !base) return { fn: null, shown: seen, unplaced, adrift, ways };
  const modelled = !('source' in base);
  const evaluable: EvaluableFunction = {
    name,
    parameters: 'source' in base ? (base.source.parameters ?? []) : base.parameters,
    returns: returnTypeOf(base, shown),
    locals: 'source' in base ? [] : base.locals,
    body: statementsOf(elements, modelled ? model : null, aliases, context.own),
    aliases: modelled ? aliases : new Map(),
    source: shown.text,
  };
  return { fn: { name, shown, evaluable, modelled }, shown: seen, unplaced, adrift, ways };
}

/** A patch that shows the head of a function may have changed what it returns. */
const returnTypeOf = (base: KernelFunction | ShownFunction, { source }: ShownFunction): CType =>
  (source.nameSpan ? source.returns : null) ?? ('source' in base ? (base.source.returns ?? INT) : base.returns);

const asKept = (item: Item): Item => ({
  ...item,
  state: 'kept',
  changed: false,
  children: item.children.map(asKept),
});

/** The kernel's own function, with nothing of a patch in it. */
export const modelledFunction = (model: KernelFunction): EvaluableFunction => ({
  name: model.name,
  parameters: model.parameters,
  returns: model.returns,
  locals: model.locals,
  body: statementsOf(elementsOf(model), model, new Map(), () => () => {}),
  aliases: new Map(),
  source: null,
});
