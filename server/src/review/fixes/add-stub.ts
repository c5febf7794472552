import type { Context } from '../rule.ts';
import { introducedSyncs } from '../signatures.ts';
import { codeOf } from '../text.ts';
import type { Candidate } from './fix.ts';

/** missing-stub: a stub of the same form, where the patch shows the other branch of the option. */
export function addStub(context: Context): readonly Candidate[] {
  const declaration = context.post.syncs
    .flatMap(({ name }) => introducedSyncs(context.post, name))
    .find((form) => form.kind === 'declaration' && form.changed);
  if (!declaration) return [];
  const { file } = declaration.spot.text;
  const otherwise = file.hunks
    .flatMap((hunk) => hunk.lines)
    .find((line) => line.kind !== 'removed' && /^#\s*else\b/.test(line.text));
  if (!otherwise) return [];
  const head = codeOf(declaration.spot.text, declaration.spot.span)
    .replace(/;?\s*$/, '')
    .replace(/\s+/g, ' ')
    .replace(/^extern /, '');
  const stub = [`static inline ${head}`, '{', '\treturn 0;', '}'];
  return [{ title: 'Add the stub for kernels without the option', file, changes: [{ at: otherwise, after: stub }] }];
}
