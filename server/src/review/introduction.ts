/** Where a patch introduces or changes the sync: the place for what is absent everywhere else. */
import { scenarios } from '../../../engine/src/kernel/scenarios/index.ts';
import { allShown, hookedFunctions, syncCalls } from './hooks.ts';
import type { At, Context } from './rule.ts';
import { codeOf, isChanged } from './text.ts';

/** The declaration, else the definition, else the stub of the sync that the patch touches; null: it touches none. */
export function introduction(context: Context): At | null {
  const { post } = context;
  const names = new Set(post.syncs.map((sync) => sync.name));
  const declared = post.prototypes.find(
    ({ prototype, text }) => names.has(prototype.name) && isChanged(text, prototype),
  );
  if (declared) return { spot: { text: declared.text, span: declared.prototype, function: declared.prototype.name } };
  const defined = allShown(post)
    .filter(({ source, text }) => names.has(source.name) && source.nameSpan && isChanged(text, source.nameSpan))
    .sort((a, b) => Number(a.text.path.endsWith('.h')) - Number(b.text.path.endsWith('.h')))[0];
  if (defined?.source.nameSpan)
    return { spot: { text: defined.text, span: defined.source.nameSpan, function: defined.source.name } };
  return null;
}

/** Functions that hand a page from one KeyID to another: a patch that changes one is reviewed, also where it names no sync. */
export const keyIdHandovers: readonly string[] = [
  ...new Set(scenarios.filter(({ family }) => family === 'page-keyid').map(({ entry }) => entry)),
];

const changesHandover = ({ post, pre }: Context) =>
  [post, pre].some((program) =>
    allShown(program).some(
      ({ source, text }) =>
        keyIdHandovers.includes(source.name) && source.pieces.some((piece) => isChanged(text, piece)),
    ),
  );

/** What leads from one KeyID's mapping to the next: a patch that goes that way may keep them equal without a sync. */
export const STRIDE = 'direct_mapping_size';

/** True if changed code, in a function that runs, goes from one KeyID's mapping to another. */
export const mayMirror = ({ post }: Context) =>
  [...post.functions.values()].some(({ shown: { source, text } }) =>
    source.pieces.some((piece) => isChanged(text, piece) && codeOf(text, piece).includes(STRIDE)),
  );

/** True if the patch has anything to do with the sync, or with whose cache lines a page has. */
export const concernsSync = (context: Context) =>
  introduction(context) !== null ||
  changesHandover(context) ||
  [context.post, context.pre].some((program) => syncCalls(program).length > 0 || hookedFunctions(program).size > 0);
