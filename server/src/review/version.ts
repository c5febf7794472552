/** Which kernel a patch is written against. */
import { kernelFunction, versionOf } from '../../../engine/src/kernel/catalogue.ts';
import type { KernelFunction, Version } from '../../../engine/src/kernel/model.ts';
import type { Declarator } from '../c/ast.ts';
import type { CodeText } from './text.ts';
import { sameType } from './weave/aliases.ts';
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
  if (named !== 'v5.1') return named;
  const shown = texts
    .filter((text) => text.side === 'old')
    .flatMap((text) => text.source.functions.map((source): ShownFunction => ({ source, text })));
  const likeness = (version: Version) =>
    shown.reduce((sum, each) => {
      const model = kernelFunction(each.source.name, version);
      return model ? sum + likenessOf(each, model, recogniser) : sum;
    }, 0);
  return likeness('v4.18') > likeness('v5.1') ? 'v4.18' : 'v5.1';
}

function likenessOf(shown: ShownFunction, model: KernelFunction, recogniser: Recogniser): number {
  const items = flatten(itemsOf(shown));
  const slots = slotsOf(elementsOf(model));
  const found = (item: Item, slot: Slot) => recognise(recogniser, item, slot.element);
  const steps = [...align(items, slots, (item, slot) => found(item, slot)?.weight ?? 0)];
  // Patterns bind any name: one that the hunk spells as that kernel does counts for more.
  const spelled = steps.filter(([item, slot]) => [...(found(item, slot)?.names ?? [])].every(([a, b]) => a === b));
  const declared = items.flatMap(({ stmt }) => (stmt.kind === 'declare' ? stmt.declarators : []));
  return steps.length + spelled.length + declaredLike(declared, model);
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
