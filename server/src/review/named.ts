/**
 * Hunks whose heading names no function: git shows there whatever line before the hunk begins in the first column, and
 * without `diff=cpp` that may be a label (`repeat:`, `out:`); other tools show nothing. The steps that such a hunk shows tell
 * whose it is, and where they do not, the function that the hunk before left open.
 */
import { functionsOf } from '../../../engine/src/kernel/catalogue.ts';
import type { KernelFunction, Version } from '../../../engine/src/kernel/model.ts';
import type { FunctionSource } from '../c/ast.ts';
import { type CodeText, kernelLineOf, lineAt } from './text.ts';
import { elementsOf } from './weave/element.ts';
import { flatten, type Item, isHeadless, itemsOf } from './weave/items.ts';
import { type Recogniser, recognise } from './weave/recognise.ts';
import { align, type Slot, slotsOf } from './weave/slots.ts';

export interface Named {
  readonly texts: readonly CodeText[];
  /** Functions that hunks were found to be in. */
  readonly found: readonly string[];
}

export function withNames(texts: readonly CodeText[], version: Version, recogniser: Recogniser): Named {
  const named = texts.map((text) => textWithNames(text, version, recogniser));
  return { texts: named.map(({ text }) => text), found: named.flatMap(({ found }) => found) };
}

interface NamedText {
  readonly text: CodeText;
  readonly found: readonly string[];
  readonly version: Version;
}

/** A text that does not change stays one object: what was run of it is known by that. */
const known = new WeakMap<CodeText, NamedText>();

function textWithNames(text: CodeText, version: Version, recogniser: Recogniser): NamedText {
  const { functions } = text.source;
  if (functions.every(({ name, continued }) => name !== '' && !continued)) return { text, found: [], version };
  const last = known.get(text);
  if (last?.version === version) return last;
  const found = new Set<string>();
  const named: FunctionSource[] = [];
  let before: FunctionSource | null = null;
  for (const source of functions) {
    const isTold = source.name !== '' && !source.continued;
    const name = isTold ? source.name : functionOf(source, text, version, recogniser) || leftOpen(source, before, text);
    before = source;
    if (name !== source.name) found.add(name);
    const at = isTold ? -1 : named.findIndex((other) => other.name === name && !other.whole);
    const earlier = named[at];
    if (earlier) named[at] = { ...earlier, pieces: [...earlier.pieces, ...source.pieces] };
    else named.push({ ...source, name, continued: false });
  }
  const result = { text: { ...text, source: { ...text.source, functions: named } }, found: [...found], version };
  known.set(text, result);
  return result;
}

/** No function of these files is as long. */
const MOST_LINES = 200;

/** The function that the hunk before left open, if it can reach as far as this one. */
function leftOpen(source: FunctionSource, before: FunctionSource | null, text: CodeText): string {
  const [piece] = source.pieces;
  const last = before?.pieces.at(-1);
  const [from, to] = [last && kernelLineOf(text, last), piece && kernelLineOf(text, piece)];
  return from == null || to == null || to - from < MOST_LINES ? source.name : '';
}

/** How much more of one function than of any other a hunk has to show. */
const MARGIN = 1.5;

/** The function of the file whose steps the unchanged statements show most of; '' where several could be meant. */
function functionOf(source: FunctionSource, text: CodeText, version: Version, recogniser: Recogniser): string {
  const heading = lineAt(text, source.pieces[0]?.start ?? 0)?.segment.hunk.heading ?? '';
  const label = /^(\w+):/.exec(heading)?.[1];
  const kept = flatten(itemsOf({ source, text })).filter(({ state }) => state === 'kept');
  const candidates = functionsOf(version)
    .filter(({ path }) => path.some((file) => text.path.endsWith(file)))
    .filter((model) => label === undefined || hasLabel(model, label))
    .map((model) => {
      const slots = slotsOf(elementsOf(model));
      const weigh = (item: Item, slot: Slot) =>
        item.stmt.kind === 'return' || item.stmt.kind === 'goto' || isHeadless(item.stmt)
          ? 0
          : (recognise(recogniser, item, slot.element)?.weight ?? 0);
      const likeness = [...align(kept, slots, weigh).matched];
      // What a statement says beyond being one of its kind: any assignment is like any other to a mark of two names.
      const said = likeness.reduce((sum, [item, slot]) => sum + weigh(item, slot) - 1, 0);
      return { name: model.name, steps: likeness.length, said, isAll: likeness.length === slots.length };
    })
    .sort((a, b) => b.said - a.said);
  const [best, next] = candidates;
  if (!best || best.steps === 0) return '';
  const enough = label === undefined && !best.isAll ? 2 : 1;
  return best.steps >= enough && best.said >= MARGIN * (next?.said ?? 0) ? best.name : '';
}

const hasLabel = ({ body }: KernelFunction, label: string) =>
  body.some((node) => node.kind === 'label' && node.name === label);
