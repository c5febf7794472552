import { expect, test } from 'vitest';
import { rules } from '../../server/src/review/rules/index.ts';

test.each(rules.map((rule) => [rule.slug, rule] as const))(
  'the page of %s is made from the rule',
  async (slug, rule) => {
    expect(rule.docs.startsWith(`# ${slug}\n`)).toBe(true);
    await expect(rule.docs).toMatchFileSnapshot(`../../docs/rules/${slug}.md`);
  },
);
