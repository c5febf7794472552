/** Random text that looks like C never hangs the evaluator and never makes it throw anything but what it says it throws. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runBody } from './evaluate-run.ts';

const statement = fc.constantFrom(
  'x = y + 1;',
  'p = &x;',
  '*p = x;',
  'p++;',
  'x = *p;',
  'a[x & 3] = y;',
  'y = a[x];',
  'x <<= y;',
  'y /= x;',
  'goto l1;',
  'goto l2;',
  'l1: x++;',
  'l2: y--;',
  'if (x < y) {',
  'while (x++ < 9) {',
  'for (;;) {',
  'do {',
  '} while (y);',
  'switch (x) {',
  'case 1:',
  'default:',
  'break;',
  'continue;',
  '}',
  '} else {',
  '{',
  'return x;',
  'c->pfn = x;',
  'c = &d;',
  'd = *c;',
  'x = ask(&y, c);',
  'x = f();',
  'x = ({ int x = 2; goto l1; x; });',
  'x = SELF(y);',
  'set_pte(p, __pte(x));',
  'y = (x ? p : c)->flags;',
  'memset(&d, x, y);',
  'memcpy(a, p, x);',
  'x = sizeof(*c) % y;',
  'BUG_ON(x == y);',
  'kfree(p);',
  'p = kmalloc(x, GFP_KERNEL);',
  'int x = x;',
  'unsigned long *p = a + y;',
  '%%%',
  'x = ;',
  '((((',
);

test('random statements', () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(statement, { minLength: 1, maxLength: 25 }),
      fc.infiniteStream(fc.boolean()),
      (list, choices) => {
        const body = `unsigned long a[4] = {1, 2, 3, 4}, x = 1, y = 2, *p = a; struct cpa_data d = {}, *c = &d;\n${list.join('\n')}`;
        const branch = (): boolean => choices.next().value === true;
        const { outcome } = runBody(body, { hooks: { branch }, limits: { statements: 2000, depth: 20 } });
        kinds.add(outcome.replace(/[^a-z].*/, '') || 'value');
      },
    ),
    { numRuns: 2000 },
  );
  // Anything that only ever ends one way tests nothing.
  for (const kind of ['value', 'opaque', 'fault', 'limit', 'bug']) expect(kinds).toContain(kind);
});
