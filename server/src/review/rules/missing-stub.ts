import { inSameBranch } from '../../c/parse/conditions.ts';
import { tokenize } from '../../c/parse/lexer.ts';
import type { Draft, Rule } from '../rule.ts';
import type { Spot } from '../run/run.ts';
import { introducedSyncs } from '../signatures.ts';
import { lineAt } from '../text.ts';

/** missing-stub: the declaration under the config option has no counterpart for the other branch. */
export const missingStub: Rule = {
  slug: 'missing-stub',
  severity: 'warning',
  docs: `# missing-stub

The patch declares the sync (or changes its declaration) in a header, and nothing in the patch gives kernels without the
option a \`static inline\` stub of the same form. This is read from the text alone; nothing is run.

## Why
\`init_64.c\` and \`pageattr.c\` are compiled with and without \`CONFIG_X86_INTEL_MKTME\`. Without a stub the second does not link.

## How to mend it
\`\`\`c
#else
static inline int sync_direct_mapping(unsigned long start, unsigned long end)
{
	return 0;
}
#endif
\`\`\`
`,
  check(context) {
    return context.post.syncs.flatMap(({ name }): Draft[] => {
      const forms = introducedSyncs(context.post, name);
      const declaration = forms.find(
        (form) => form.kind === 'declaration' && form.changed && form.spot.text.path.endsWith('.h'),
      );
      if (!declaration || context.post.macros.has(name)) return [];
      const stubs = forms.filter((form) => form.kind === 'stub');
      if (stubs.some(({ spot }) => !besideEachOther(declaration.spot, spot))) return [];
      const lacks = 'gives kernels without the option a stub of this form';
      return [
        {
          rule: 'missing-stub',
          severity: 'warning',
          at: { spot: declaration.spot },
          message: `${name}() is declared here, and ${stubs.length > 0 ? 'its stub stands in the same branch: nothing' : 'nothing'} in the patch ${lacks}`,
          reason: 'stub',
          run: null,
        },
      ];
    });
  },
};

/** True if both stand in one branch of what the patch shows of the conditionals: where it shows too little, they do not. */
function besideEachOther(a: Spot, b: Spot): boolean {
  const [first, second] = a.span.start < b.span.start ? [a, b] : [b, a];
  const { text } = first;
  const segment = lineAt(text, first.span.start)?.segment;
  if (!segment || second.text !== text || lineAt(text, second.span.start)?.segment !== segment) return false;
  return inSameBranch(tokenize(text.image.text, first.span.end, second.span.start));
}
