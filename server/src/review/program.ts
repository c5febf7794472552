/** All the code that one state of the kernel under review consists of: what the patch shows, woven into the models. */
import { kernelFunction } from '../../../engine/src/kernel/catalogue.ts';
import type { Version } from '../../../engine/src/kernel/model.ts';
import { primitives } from '../../../engine/src/kernel/primitives.ts';
import type { Macro, Prototype, Stmt, StructSource } from '../c/ast.ts';
import { builtins } from '../c/evaluate/builtins/index.ts';
import { visit } from '../c/walk.ts';
import { buildFunction, type LayerContext, type Own, type ProgramFunction } from './functions.ts';
import { type Layer, layersOf, newDefinitions } from './layers.ts';
import type { SyncConvention } from './report.ts';
import { type CodeText, isChanged } from './text.ts';
import { knownVariables } from './variables.ts';
import type { Item, ShownFunction } from './weave/items.ts';
import type { Recogniser } from './weave/recognise.ts';

export interface Program {
  readonly side: 'old' | 'new';
  readonly version: Version;
  readonly texts: readonly CodeText[];
  readonly functions: ReadonlyMap<string, ProgramFunction>;
  /** The syncs that the patch itself implements, whole, by name. They stay out of `functions`: the reference stands for them. */
  readonly ownSyncs: ReadonlyMap<string, ProgramFunction>;
  readonly macros: ReadonlyMap<string, Macro>;
  readonly structs: ReadonlyMap<string, StructSource>;
  /** Variables at file level that the patches bring. */
  readonly variables: ReadonlyMap<string, Stmt>;
  readonly prototypes: readonly { readonly prototype: Prototype; readonly text: CodeText }[];
  readonly syncs: readonly SyncConvention[];
  /** The text that a statement or expression of the program was read from; null: the kernel's own step. */
  ownerOf(node: object): CodeText | null;
  /** Changed statements that have no place among the kernel's steps. */
  readonly unplaced: readonly Item[];
  /** Changed statements of hunks that show no step of the function. */
  readonly adrift: readonly Item[];
  /** Functions in which the patch fits in more than one way, and in how many. */
  readonly ways: ReadonlyMap<string, number>;
  /** Functions with statements whose place is not known: nothing is said of the ways on which they do not run. */
  readonly uncertain: ReadonlySet<string>;
  /** Those of them whose statements are taken to stand at the end. */
  readonly assumedAtEnd: ReadonlySet<string>;
  /** Functions that the patch shows in part and that are not modelled. */
  readonly unmodelled: readonly ShownFunction[];
}

export const DEFAULT_SYNCS: readonly SyncConvention[] = [
  { name: 'sync_direct_mapping', arguments: 'start-end', end: 'exclusive' },
];

export interface ProgramInput {
  readonly version: Version;
  readonly recogniser: Recogniser;
  readonly syncs: readonly SyncConvention[];
  /** Texts of both sides, patch by patch in the order in which they are applied; the last is under review. */
  readonly layers: readonly (readonly CodeText[])[];
  /** The state after the last patch, or just before it. */
  readonly side: 'old' | 'new';
  /** Of functions in which the patch fits in more than one way, which to take; the first for those that are not named. */
  readonly ways?: ReadonlyMap<string, number>;
}

export function buildProgram(input: ProgramInput): Program {
  const { version, recogniser, syncs, layers: all, side } = input;
  const texts = all.flatMap((layer, index) =>
    layer.filter((text) => text.side === (index === all.length - 1 ? side : 'new')),
  );
  const layers = layersOf(all, side);
  const owner = new WeakMap<object, CodeText>();
  const own: Own = (text) => (node) => {
    owner.set(node, text);
  };
  const isSync = new Set(syncs.map((sync) => sync.name));
  const macros = new Map(
    texts.flatMap((text) => text.source.macros.filter(isOfPatch).map((macro) => [macro.name, macro] as const)),
  );
  const patchNames = new Set([...isSync, ...macros.keys(), ...layers.flatMap(newDefinitions)]);
  const context: LayerContext = { recogniser, patchNames, own, oldSide: side === 'old', ways: input.ways ?? new Map() };

  const functions = new Map<string, ProgramFunction>();
  const ownSyncs = new Map<string, ProgramFunction>();
  const unplaced: Item[] = [];
  const adrift: Item[] = [];
  const ways = new Map<string, number>();
  const uncertain = new Set<string>();
  const assumedAtEnd = new Set<string>();
  const unmodelled: ShownFunction[] = [];
  for (const name of new Set(layers.flatMap((layer) => [...layer.shown.keys()]))) {
    if (!isUnderReview(name, version, layers)) continue;
    const built = buildFunction(name, kernelFunction(name, version), layers, context);
    if (isSync.has(name)) {
      if (built.fn && isImplementation(built.fn)) ownSyncs.set(name, built.fn);
      continue;
    }
    if (built.fn && isStub(built.fn)) continue;
    if (built.fn) functions.set(name, built.fn);
    else unmodelled.push(...built.shown);
    unplaced.push(...built.unplaced);
    adrift.push(...built.adrift);
    if (built.ways > 1) ways.set(name, built.ways);
    if (built.unplaced.length > 0 || built.ways === 0) uncertain.add(name);
    if (built.adrift.length > 0 && built.ways === 0) assumedAtEnd.add(name);
  }

  const variables = knownVariables({ texts, version, isSync });
  for (const { made, text } of variables) visit(made, own(text));

  return {
    side,
    version,
    texts,
    functions,
    ownSyncs,
    macros,
    structs: new Map(texts.flatMap((text) => text.source.structs.map((struct) => [struct.tag, struct] as const))),
    variables: new Map(variables.filter(isOfPatch).map(({ name, made }) => [name, made])),
    prototypes: texts.flatMap((text) => text.source.prototypes.map((prototype) => ({ prototype, text }))),
    syncs,
    ownerOf: (node) => owner.get(node) ?? null,
    unplaced,
    adrift,
    ways,
    uncertain,
    assumedAtEnd,
    unmodelled,
  };
}

/**
 * What the field's own macros mean is known. A header shows them again for kernels without the option
 * (`#define mktme_nr_keyids 0`), and those are not under review.
 */
const isOfPatch = ({ name }: { readonly name: string }) =>
  !(name in builtins.functions) && !(name in builtins.constants);

/** A whole definition outside headers: not the stub for kernels without the option. */
const isImplementation = ({ shown }: ProgramFunction) => shown.source.whole && !shown.text.path.endsWith('.h');

/** A header that declares the function, too, has in its body what kernels without the option do. */
const isStub = ({ name, shown: { source, text } }: ProgramFunction) =>
  source.whole && text.path.endsWith('.h') && text.source.prototypes.some((prototype) => prototype.name === name);

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
      if (!own) return false;
      // What the field answers by itself is looked up there, also where a hunk happens to show it around a change.
      const asShown = !own.text.whole && kernelFunction(name, version) !== null;
      return asShown || own.source.pieces.some((piece) => isChanged(own.text, piece));
    })
  );
}
