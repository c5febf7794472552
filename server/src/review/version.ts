/** Which kernel a patch is written against. */
import { kernelFunction, versionOf } from '../../../engine/src/kernel/catalogue.ts';
import type { KernelFunction, Version } from '../../../engine/src/kernel/model.ts';
import type { Declarator } from '../c/ast.ts';
import type { CodeText } from './text.ts';
import { sameType } from './weave/aliases.ts';
import { standsAsDeep } from './weave/depth.ts';
import { elementsOf } from './weave/element.ts';
import { flatten, type Item, itemsOf, type ShownFunction } from './weave/items.ts';
import { type Recogniser, recognise } from './weave/recognise.ts';
import { align, type Slot, slotsOf } from './weave/slots.ts';

/** By paths and names, and where those are the same in several kernels, by whose steps the pre-images show more of. */
export function versionOfTexts(texts: readonly CodeText[], recogniser: Recogniser): Version {
  const named = versionOf({
    paths: texts.map((text) => text.path),
    names: texts.flatMap((text) => text.source.functions.map((source) => source.name)),
  });
  const [first = named, ...others] = likeNamed(named, texts);
  const before = texts.filter((text) => text.side === 'old');
  const likeness = (version: Version) => before.reduce((sum, text) => sum + shownOf(text, version, recogniser), 0);
  return others.reduce((best, other) => (likeness(other) > likeness(best) ? other : best), first);
}

/** What the names leave open, the likeliest first. Until v5.8 the file was called pageattr.c. */
function likeNamed(named: Version, texts: readonly CodeText[]): readonly Version[] {
  if (named !== 'v5.1' && named !== 'v5.2') return [named];
  const newest: readonly Version[] = texts.some((text) => text.path.endsWith('mm/pageattr.c')) ? [] : ['v6.1'];
  return named === 'v5.1' ? ['v5.1', 'v4.18', ...newest] : ['v5.2', ...newest];
}

const known = new WeakMap<CodeText, Map<Version, number>>();

/** How much a text shows of a version. */
function shownOf(text: CodeText, version: Version, recogniser: Recogniser): number {
  const byVersion = known.get(text) ?? new Map<Version, number>();
  known.set(text, byVersion);
  const shown =
    byVersion.get(version) ??
    text.source.functions.reduce((sum, source) => {
      const model = kernelFunction(source.name, version);
      return model ? sum + likenessOf({ source, text }, model, recogniser) : sum;
    }, 0);
  byVersion.set(version, shown);
  return shown;
}

function likenessOf(shown: ShownFunction, model: KernelFunction, recogniser: Recogniser): number {
  const items = flatten(itemsOf(shown));
  const slots = slotsOf(elementsOf(model));
  const found = (item: Item, slot: Slot) => recognise(recogniser, item, slot.element);
  const steps = [...align(items, slots, (item, slot) => found(item, slot)?.weight ?? 0).matched];
  // Patterns bind any name: one that the hunk spells as that kernel does counts for more.
  const spelled = steps.filter(([item, slot]) => [...(found(item, slot)?.names ?? [])].every(([a, b]) => a === b));
  const declared = items.flatMap(({ stmt }) => (stmt.kind === 'declare' ? stmt.declarators : []));
  const asDeep = steps.filter(([item, slot]) => standsAsDeep(item, slot));
  return steps.length + spelled.length + asDeep.length + declaredLike(declared, model);
}

/** How many of the declarations can be the kernel's: a local of the type for each, whatever its name. */
function declaredLike(declared: readonly Declarator[], model: KernelFunction): number {
  const free = [...model.locals];
  return declared.filter(({ name, type }) => {
    const named = free.findIndex((local) => local.name === name);
    const at = named >= 0 ? named : free.findIndex((local) => sameType(local.type, type));
    return at >= 0 && free.splice(at, 1).length > 0;
  }).length;
}
