import type { Draft, Rule } from '../rule.ts';
import { introducedSyncs } from '../signatures.ts';

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
      if (!declaration || context.post.macros.has(name) || forms.some((form) => form.kind === 'stub')) return [];
      return [
        {
          rule: 'missing-stub',
          severity: 'warning',
          at: { spot: declaration.spot },
          message: `${name}() is declared here, and nothing in the patch gives kernels without the option a stub of this form`,
          reason: 'stub',
          run: null,
        },
      ];
    });
  },
};
