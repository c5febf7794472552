/** All the code that one state of the kernel under review consists of: what the patch shows, woven into the models. */

import { kernelFunction, versionOf } from '../../../engine/src/kernel/catalogue.ts';
import { INT } from '../../../engine/src/kernel/ctype.ts';
import type { KernelFunction, Version } from '../../../engine/src/kernel/model.ts';
import { primitives } from '../../../engine/src/kernel/primitives.ts';
import type { Expr, Macro, Prototype, Stmt, StructSource } from '../c/ast.ts';
import { builtins } from '../c/evaluate/builtins/index.ts';
import type { EvaluableFunction } from '../c/evaluate/types.ts';
import { namesUsed, visit } from '../c/walk.ts';
import type { SyncConvention } from './report.ts';
import { type CodeText, isChanged, lineAt } from './text.ts';
import { aliasesOf } from './weave/aliases.ts';
import { statementsOf } from './weave/body.ts';
import { type Element, elementsOf } from './weave/element.ts';
import { flatten, type Item, itemsOf, type ShownFunction } from './weave/items.ts';
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

export interface Program {
  readonly side: 'old' | 'new';
  readonly version: Version;
  readonly texts: readonly CodeText[];
  readonly functions: ReadonlyMap<string, ProgramFunction>;
  /** The syncs that the patch itself implements, whole, by name. They stay out of `functions`: the reference stands for them. */
  readonly ownSyncs: ReadonlyMap<string, ProgramFunction>;
  readonly macros: ReadonlyMap<string, Macro>;
  readonly structs: ReadonlyMap<string, StructSource>;
  readonly prototypes: readonly { readonly prototype: Prototype; readonly text: CodeText }[];
  readonly syncs: readonly SyncConvention[];
  /** The text that a statement or expression of the program was read from; null: the kernel's own step. */
  ownerOf(node: object): CodeText | null;
  /** Changed statements that have no place among the kernel's steps. */
  readonly unplaced: readonly Item[];
  /** Changed statements of hunks that show no step of the function: taken to stand at its end. */
  readonly atEnd: readonly Item[];
  /** Functions with statements that have no place: what they do on their ways is not known. */
  readonly uncertain: ReadonlySet<string>;
  /** Functions that the patch shows in part and that are not modelled. */
  readonly unmodelled: readonly ShownFunction[];
}

export const DEFAULT_SYNCS: readonly SyncConvention[] = [
  { name: 'sync_direct_mapping', arguments: 'start-end', end: 'exclusive' },
];

export interface ProgramInput {
  readonly recogniser: Recogniser;
  readonly syncs: readonly SyncConvention[];
  /** Texts of both sides, patch by patch in the order in which they are applied; the last is under review. */
  readonly layers: readonly (readonly CodeText[])[];
  /** The state after the last patch, or just before it. */
  readonly side: 'old' | 'new';
}

type Functions = ReadonlyMap<string, ShownFunction>;

interface Layer {
  /** What the layer leaves in the program. */
  readonly shown: Functions;
  /** What it shows of the state before it; empty where that is what it leaves. */
  readonly before: Functions;
}

export function buildProgram({ recogniser, syncs, layers: all, side }: ProgramInput): Program {
  const texts = all.flatMap((layer, index) =>
    layer.filter((text) => text.side === (index === all.length - 1 ? side : 'new')),
  );
  const layers = all.map((layer, index): Layer => {
    const last = index === all.length - 1;
    if (last && side === 'old') return { shown: functionsIn(layer, 'old'), before: new Map() };
    return { shown: functionsIn(layer, 'new'), before: functionsIn(layer, 'old') };
  });
  const owner = new WeakMap<object, CodeText>();
  const own: Own = (text) => (node) => {
    owner.set(node, text);
  };
  const version = versionOf({ paths: all.flat().map((text) => text.path), names: all.flat().flatMap(namesIn) });
  const isSync = new Set(syncs.map((sync) => sync.name));
  const macros = new Map(
    texts.flatMap((text) => text.source.macros.filter(isOfPatch).map((macro) => [macro.name, macro] as const)),
  );
  const patchNames = new Set([...isSync, ...macros.keys(), ...layers.flatMap(newDefinitions)]);
  const context: LayerContext = { recogniser, patchNames, own, oldSide: side === 'old' };

  const functions = new Map<string, ProgramFunction>();
  const ownSyncs = new Map<string, ProgramFunction>();
  const unplaced: Item[] = [];
  const atEnd: Item[] = [];
  const uncertain = new Set<string>();
  const unmodelled: ShownFunction[] = [];
  for (const name of new Set(layers.flatMap((layer) => [...layer.shown.keys()]))) {
    if (!isUnderReview(name, version, layers)) continue;
    const built = buildFunction(name, kernelFunction(name, version), layers, context);
    if (isSync.has(name)) {
      if (built.fn && isImplementation(built.fn)) ownSyncs.set(name, built.fn);
      continue;
    }
    if (built.fn) functions.set(name, built.fn);
    else unmodelled.push(...built.shown);
    unplaced.push(...built.unplaced);
    atEnd.push(...built.atEnd);
    if (built.unplaced.length > 0) uncertain.add(name);
  }

  return {
    side,
    version,
    texts,
    functions,
    ownSyncs,
    macros,
    structs: new Map(texts.flatMap((text) => text.source.structs.map((struct) => [struct.tag, struct] as const))),
    prototypes: texts.flatMap((text) => text.source.prototypes.map((prototype) => ({ prototype, text }))),
    syncs,
    ownerOf: (node) => owner.get(node) ?? null,
    unplaced,
    atEnd,
    uncertain,
    unmodelled,
  };
}

/**
 * What the field's own macros mean is known. A header shows them again for kernels without the option
 * (`#define mktme_nr_keyids 0`), and those are not under review.
 */
const isOfPatch = ({ name }: Macro) => !(name in builtins.functions) && !(name in builtins.constants);

/** A whole definition outside headers: not the stub for kernels without the option. */
const isImplementation = ({ shown }: ProgramFunction) => shown.source.whole && !shown.text.path.endsWith('.h');

/**
 * Of a whole file, only what the patch changes is evaluated, and what it calls and nobody else knows: for the rest the
 * kernel's models stand.
 */
function isUnderReview(name: string, version: Version, layers: readonly Layer[]): boolean {
  const known = kernelFunction(name, version) !== null || name in primitives || name in builtins.functions;
  return (
    !known ||
    layers.some(({ shown }) => {
      const own = shown.get(name);
      return own && (!own.text.whole || own.source.pieces.some((piece) => isChanged(own.text, piece)));
    })
  );
}

type Own = (text: CodeText) => (node: Stmt | Expr) => void;

interface LayerContext {
  readonly recogniser: Recogniser;
  readonly patchNames: ReadonlySet<string>;
  readonly own: Own;
  readonly oldSide: boolean;
}

interface Built {
  readonly fn: ProgramFunction | null;
  readonly shown: readonly ShownFunction[];
  readonly unplaced: readonly Item[];
  readonly atEnd: readonly Item[];
}

/** One function: the kernel's steps, or the first patch's text, with each patch woven into what was there before it. */
function buildFunction(
  name: string,
  model: KernelFunction | null,
  layers: readonly Layer[],
  context: LayerContext,
): Built {
  let elements = model ? elementsOf(model) : null;
  let base: KernelFunction | ShownFunction | null = model;
  const aliases = new Map<string, string>();
  const unplaced: Item[] = [];
  const atEnd: Item[] = [];
  const seen: ShownFunction[] = [];
  for (const [index, layer] of layers.entries()) {
    const shown = layer.shown.get(name);
    if (!shown) continue;
    seen.push(shown);
    for (const stmt of shown.source.pieces.flatMap((piece) => piece.body)) visit(stmt, context.own(shown.text));
    const wholeText = isNewDefinition(shown, layer.before) || (elements === null && shown.source.whole);
    if (wholeText) {
      base = shown;
      elements = shown.source.pieces.flatMap((piece) => piece.body.map(textElement(shown.text)));
      continue;
    }
    if (elements === null) continue;
    // The old state is woven like the new one: what the patch removes is simply there.
    const asOld = context.oldSide && index === layers.length - 1;
    const items = asOld ? itemsOf(shown).map(asKept) : itemsOf(shown);
    const before = layer.before.get(name);
    const foreign = foreignNames(items, context.patchNames);
    const woven = weave({
      elements,
      post: items,
      pre: before ? itemsOf(before) : [],
      recogniser: context.recogniser,
      isForeign: (item) => usesAny(item.stmt, foreign),
    });
    elements = woven.elements;
    unplaced.push(...woven.unplaced);
    atEnd.push(...woven.atEnd);
    if (model)
      for (const [spelling, kernelName] of aliasesOf(model, shown.source, woven.aliases, before?.source))
        aliases.set(spelling, kernelName);
  }
  const shown = seen.at(-1);
  if (!shown || !elements || !base) return { fn: null, shown: seen, unplaced, atEnd };
  const modelled = !('source' in base);
  const evaluable: EvaluableFunction = {
    name,
    parameters: 'source' in base ? (base.source.parameters ?? []) : base.parameters,
    returns: 'source' in base ? (base.source.returns ?? INT) : base.returns,
    locals: 'source' in base ? [] : base.locals,
    body: statementsOf(elements, modelled ? model : null, aliases, context.own),
    aliases: modelled ? aliases : new Map(),
    source: shown.text,
  };
  return { fn: { name, shown, evaluable, modelled }, shown: seen, unplaced, atEnd };
}

const textElement =
  (text: CodeText) =>
  (stmt: Stmt): Element => ({ kind: 'text', shown: { stmt, text } });

/** The functions of one side by name; of several of one name (a stub beside the real one) the one outside headers. */
function functionsIn(texts: readonly CodeText[], side: 'old' | 'new'): Functions {
  const found = new Map<string, ShownFunction>();
  for (const text of texts) {
    if (text.side !== side) continue;
    for (const source of text.source.functions) {
      const known = found.get(source.name);
      if (!known || (known.text.path.endsWith('.h') && !text.path.endsWith('.h')))
        found.set(source.name, { source, text });
    }
  }
  return found;
}

const namesIn = (text: CodeText) => text.source.functions.map((source) => source.name);

/** True if the patch writes the whole function, and not in place of an old one. */
function isNewDefinition({ source, text }: ShownFunction, before: Functions): boolean {
  const line = source.nameSpan && lineAt(text, source.nameSpan.start)?.line;
  return source.whole && line?.kind === 'added' && !before.has(source.name);
}

const newDefinitions = ({ shown, before }: Layer) =>
  [...shown.values()].filter((each) => isNewDefinition(each, before)).map((each) => each.source.name);

const asKept = (item: Item): Item => ({
  ...item,
  state: 'kept',
  changed: false,
  children: item.children.map(asKept),
});

/** Names that only evaluating can give their value: the patch's own functions, and what its statements assign. */
function foreignNames(items: readonly Item[], patchNames: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set(patchNames);
  const all = flatten(items).filter((item) => item.children.length === 0);
  for (let grown = true; grown; ) {
    const before = names.size;
    for (const item of all)
      if (item.changed || usesAny(item.stmt, patchNames)) for (const name of assignedIn(item.stmt)) names.add(name);
    grown = names.size > before;
  }
  return names;
}

function assignedIn(stmt: Stmt): readonly string[] {
  const names: string[] = [];
  visit(stmt, (node) => {
    // Where a patch only adds a name to a line of declarations, the kernel's names on it keep the kernel's values.
    if (node.kind === 'declare')
      names.push(...node.declarators.filter(({ init }) => init !== null).map((declarator) => declarator.name));
    if (node.kind === 'assign' && node.left.kind === 'name') names.push(node.left.name);
  });
  return names;
}

function usesAny(stmt: Stmt, names: ReadonlySet<string>): boolean {
  for (const name of namesUsed(stmt)) if (names.has(name)) return true;
  return false;
}

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
