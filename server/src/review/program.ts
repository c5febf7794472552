/** All the code that one state of the kernel under review consists of: what the patch shows, woven into the models. */

import { kernelFunction, versionOf } from '../../../engine/src/kernel/catalogue.ts';
import { INT } from '../../../engine/src/kernel/ctype.ts';
import type { KernelFunction, Version } from '../../../engine/src/kernel/model.ts';
import type { Expr, Macro, Prototype, Stmt, StructSource } from '../c/ast.ts';
import type { EvaluableFunction } from '../c/evaluate/types.ts';
import { namesUsed, visit } from '../c/walk.ts';
import type { SyncConvention } from './report.ts';
import { type CodeText, lineAt } from './text.ts';
import { aliasesOf } from './weave/aliases.ts';
import { statementsOf } from './weave/body.ts';
import { type Element, elementsOf } from './weave/element.ts';
import { flatten, type Item, itemsOf, type ShownFunction } from './weave/items.ts';
import type { Recogniser } from './weave/recognise.ts';
import { type Woven, weave } from './weave/weave.ts';

export interface ProgramFunction {
  readonly name: string;
  readonly shown: ShownFunction;
  readonly evaluable: EvaluableFunction;
  /** The kernel's steps with the patch in them; null: only the patch's own text. */
  readonly elements: readonly Element[] | null;
}

export interface Program {
  readonly side: 'old' | 'new';
  readonly version: Version;
  readonly texts: readonly CodeText[];
  readonly functions: ReadonlyMap<string, ProgramFunction>;
  readonly macros: ReadonlyMap<string, Macro>;
  readonly structs: ReadonlyMap<string, StructSource>;
  readonly prototypes: readonly { readonly prototype: Prototype; readonly text: CodeText }[];
  readonly syncs: readonly SyncConvention[];
  /** The text that a statement or expression of the program was read from; null: the kernel's own step. */
  ownerOf(node: Stmt | Expr): CodeText | null;
  /** Changed statements that have no place among the kernel's steps. */
  readonly unplaced: readonly Item[];
  /** Functions that the patch shows in part and that are not modelled. */
  readonly unmodelled: readonly ShownFunction[];
}

export const DEFAULT_SYNCS: readonly SyncConvention[] = [
  { name: 'sync_direct_mapping', arguments: 'start-end', end: 'exclusive' },
];

export interface ProgramInput {
  readonly recogniser: Recogniser;
  readonly syncs: readonly SyncConvention[];
  /** Texts of both sides of the messages under review. */
  readonly texts: readonly CodeText[];
  readonly side: 'old' | 'new';
}

export function buildProgram({ recogniser, syncs, texts: all, side }: ProgramInput): Program {
  const texts = all.filter((text) => text.side === side);
  const owner = new WeakMap<object, CodeText>();
  const own = (text: CodeText) => (node: Stmt | Expr) => {
    owner.set(node, text);
  };
  const version = versionOf({ paths: all.map((text) => text.path), names: namesIn(all) });
  const shownNew = functionsIn(all, 'new');
  const shownOld = functionsIn(all, 'old');
  const functions = new Map<string, ProgramFunction>();
  const unplaced: Item[] = [];
  const unmodelled: ShownFunction[] = [];
  const isSync = new Set(syncs.map((sync) => sync.name));
  const macros = new Map(texts.flatMap((text) => text.source.macros.map((macro) => [macro.name, macro] as const)));
  const patchNames = new Set([...isSync, ...macros.keys(), ...newDefinitions(shownNew, shownOld)]);

  for (const [name, shown] of side === 'new' ? shownNew : shownOld) {
    if (isSync.has(name)) continue;
    for (const stmt of shown.source.pieces.flatMap((piece) => piece.body)) visit(stmt, own(shown.text));
    const model = kernelFunction(name, version);
    if (!model || isNewDefinition(shown, shownOld)) {
      if (shown.source.whole) functions.set(name, { name, shown, evaluable: ownFunction(shown), elements: null });
      else unmodelled.push(shown);
      continue;
    }
    // The old state is woven like the new one: what the patch removes is simply there.
    const items = side === 'new' ? itemsOf(shown) : itemsOf(shown).map(asKept);
    const old = side === 'new' ? shownOld.get(name) : undefined;
    const foreign = foreignNames(items, patchNames);
    const woven = weave({
      elements: elementsOf(model),
      post: items,
      pre: old ? itemsOf(old) : [],
      recogniser,
      isForeign: (item) => usesAny(item.stmt, foreign),
    });
    unplaced.push(...woven.unplaced);
    functions.set(name, {
      name,
      shown,
      evaluable: wovenFunction(model, shown, woven, own),
      elements: woven.elements,
    });
  }

  return {
    side,
    version,
    texts,
    functions,
    macros,
    structs: new Map(texts.flatMap((text) => text.source.structs.map((struct) => [struct.tag, struct] as const))),
    prototypes: texts.flatMap((text) => text.source.prototypes.map((prototype) => ({ prototype, text }))),
    syncs,
    ownerOf: (node) => owner.get(node) ?? null,
    unplaced,
    unmodelled,
  };
}

/** The functions of one side by name; of several of one name (a stub beside the real one) the one outside headers. */
function functionsIn(texts: readonly CodeText[], side: 'old' | 'new'): ReadonlyMap<string, ShownFunction> {
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

const namesIn = (texts: readonly CodeText[]) =>
  texts.flatMap((text) => text.source.functions.map((source) => source.name));

/** True if the patch writes the whole function, and not in place of an old one. */
function isNewDefinition({ source, text }: ShownFunction, old: ReadonlyMap<string, ShownFunction>): boolean {
  const line = source.nameSpan && lineAt(text, source.nameSpan.start)?.line;
  return source.whole && line?.kind === 'added' && !old.has(source.name);
}

const newDefinitions = (fresh: ReadonlyMap<string, ShownFunction>, old: ReadonlyMap<string, ShownFunction>) =>
  [...fresh.values()].filter((shown) => isNewDefinition(shown, old)).map((shown) => shown.source.name);

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
    if (node.kind === 'declare') names.push(...node.declarators.map((declarator) => declarator.name));
    if (node.kind === 'assign' && node.left.kind === 'name') names.push(node.left.name);
  });
  return names;
}

function usesAny(stmt: Stmt, names: ReadonlySet<string>): boolean {
  for (const name of namesUsed(stmt)) if (names.has(name)) return true;
  return false;
}

const ownFunction = ({ source, text }: ShownFunction): EvaluableFunction => ({
  name: source.name,
  parameters: source.parameters ?? [],
  returns: source.returns ?? INT,
  locals: [],
  body: source.pieces.flatMap((piece) => piece.body),
  aliases: new Map(),
  source: text,
});

function wovenFunction(
  model: KernelFunction,
  shown: ShownFunction,
  woven: Woven,
  own: (text: CodeText) => (node: Stmt | Expr) => void,
): EvaluableFunction {
  const aliases = aliasesOf(model, shown.source, woven.aliases);
  return {
    name: model.name,
    parameters: model.parameters,
    returns: model.returns,
    locals: model.locals,
    body: statementsOf(woven.elements, model, aliases, own),
    aliases,
    source: shown.text,
  };
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
