/** Where a patch introduces or changes the sync: the place for what is absent everywhere else. */
import { scenarios } from '../../../engine/src/kernel/scenarios/index.ts';
import { allShown, hookedFunctions, syncCalls } from './hooks.ts';
import type { At, Context } from './rule.ts';
import { isChanged } from './text.ts';

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

/** True if the patch has anything to do with the sync, or with whose cache lines a page has. */
export const concernsSync = (context: Context) =>
  introduction(context) !== null ||
  changesHandover(context) ||
  [context.post, context.pre].some((program) => syncCalls(program).length > 0 || hookedFunctions(program).size > 0);
