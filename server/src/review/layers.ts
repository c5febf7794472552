/** The functions that each patch of a series shows, before and after it. */
import { type CodeText, lineAt } from './text.ts';
import type { ShownFunction } from './weave/items.ts';

export type Functions = ReadonlyMap<string, ShownFunction>;

export interface Layer {
  /** What the patch leaves in the program. */
  readonly shown: Functions;
  /** What it shows of the state before it; empty where that is what it leaves. */
  readonly before: Functions;
}

/** Texts of both sides, patch by patch; the state after the last of them, or just before it. */
export const layersOf = (texts: readonly (readonly CodeText[])[], side: 'old' | 'new'): readonly Layer[] =>
  texts.map((layer, index) =>
    index === texts.length - 1 && side === 'old'
      ? { shown: functionsIn(layer, 'old'), before: new Map() }
      : { shown: functionsIn(layer, 'new'), before: functionsIn(layer, 'old') },
  );

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

/** True if the patch writes the whole function, and not in place of an old one; of the state before it, if it takes it away. */
export function isNewDefinition({ source, text }: ShownFunction, before: Functions): boolean {
  const line = source.nameSpan && lineAt(text, source.nameSpan.start)?.line;
  return source.whole && (line?.kind === 'added' || line?.kind === 'removed') && !before.has(source.name);
}

/** Names of the functions that a patch brings. */
export const newDefinitions = ({ shown, before }: Layer) =>
  [...shown.values()].filter((each) => isNewDefinition(each, before)).map((each) => each.source.name);
