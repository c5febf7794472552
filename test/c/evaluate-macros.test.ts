/** Macros and structs of the patch, and functions that call each other. */
import { describe, expect, test } from 'vitest';
import { run } from './evaluate-run.ts';

function check(name: string, text: string, outcome: string): void {
  test(name, () => {
    expect(run(text).outcome).toBe(outcome);
  });
}

describe('macros of the patch', () => {
  check('object-like', '#define COUNT (2 + 3)\nlong f(void)\n{\n\treturn COUNT * 2;\n}\n', '10');
  check(
    'the length of an array',
    '#define BATCH 8\nlong f(void)\n{\n\tunsigned long a[2 * BATCH][BATCH];\n\n\ta[15][7] = 3;\n\treturn ARRAY_SIZE(a) * a[15][7];\n}\n',
    '48',
  );
  check(
    'behind the end of an array',
    '#define BATCH 8\nlong f(void)\n{\n\tunsigned long a[BATCH];\n\n\ta[8] = 3;\n\treturn 0;\n}\n',
    'fault out-of-bounds at `a[8]`',
  );
  check(
    'a length that nobody shows',
    'long f(void)\n{\n\tunsigned long a[BATCH];\n\n\ta[8] = 3;\n\treturn a[8];\n}\n',
    "opaque: 'a' is not shown",
  );
  check('function-like', '#define TWICE(x) ((x) * 2)\nlong f(void)\n{\n\treturn TWICE(3 + 1);\n}\n', '8');
  check(
    'a parameter without parentheses binds as text does',
    '#define BYTES(n) n * 4096\nlong f(void)\n{\n\treturn BYTES(1 + 1);\n}\n',
    String(1 + 4096),
  );
  check(
    'arguments are evaluated each time',
    '#define TWICE(x) ((x) + (x))\nlong f(void)\n{\n\tint i = 1;\n\n\treturn TWICE(i++) * 10 + i;\n}\n',
    '33',
  );
  check(
    'statements, with the names of the place of use',
    '#define SET(v) do { x = (v); y = x; } while (0)\nlong f(void)\n{\n\tint x, y;\n\n\tSET(7);\n\treturn x + y;\n}\n',
    '14',
  );
  check(
    'in each other',
    '#define A(x) ((x) + 1)\n#define B(x) (A(x) * A(x))\nlong f(void)\n{\n\tint x = 2;\n\n\treturn B(x);\n}\n',
    '9',
  );
  check(
    'itself only once',
    '#define f2(x) f2((x) + 1)\nlong f2(long x)\n{\n\treturn x;\n}\nlong f(void)\n{\n\treturn f2(1);\n}\n',
    '1',
  );
  check(
    'a name for a function',
    '#define go there\nlong there(int x)\n{\n\treturn x;\n}\nlong f(void)\n{\n\treturn go(5);\n}\n',
    '5',
  );
  check('pasting', '#define FIELD(n) x_##n\nlong f(void)\n{\n\tint x_one = 4;\n\n\treturn FIELD(one);\n}\n', '4');
  check(
    'a type as argument',
    '#define AS(t, x) ((t)(x))\nlong f(void)\n{\n\treturn AS(unsigned char, 300);\n}\n',
    '44',
  );
  check('empty', '#define nothing(x)\nlong f(void)\n{\n\tnothing(1);\n\treturn 2;\n}\n', '2');
  check('as an lvalue', '#define slot v[1]\nlong f(void)\n{\n\tint v[2];\n\n\tslot = 6;\n\treturn v[1];\n}\n', '6');
  check(
    'one that grows without end',
    `${Array.from({ length: 20 }, (_, i) => `#define M${i + 1}(x) (M${i}(x) + M${i}(x))`).join('\n')}\n#define M0(x) (x)\nlong f(void)\n{\n\tfor (;;)\n\t\tM20(1);\n}\n`,
    'limit: statements',
  );
});

test('an intercepted name is not expanded', () => {
  const text = '#define hook(a) (0)\nlong f(void)\n{\n\treturn hook(1);\n}\n';
  const hooks = {
    intercepts: (name: string) => name === 'hook',
    call: (name: string) =>
      name === 'hook' ? { type: { kind: 'int', bits: 32, signed: true } as const, bits: 9n } : undefined,
  };
  expect(run(text, { hooks }).outcome).toBe('9');
  expect(run(text).outcome).toBe('0');
});

test('a fault in a macro stands where the macro is used', () => {
  const text = '#define FIRST(p) (*(p))\nlong f(void)\n{\n\tint *q = NULL;\n\n\treturn FIRST(q);\n}\n';
  expect(run(text).outcome).toBe('fault null-dereference at `FIRST(q)`');
});

test('a loop that nobody knows sets its variable', () => {
  const text =
    'long f(void)\n{\n\tunsigned long map, bit, sum = 1;\n\n\tfor_each_set_bit(bit, &map, 8)\n\t\tsum += bit;\n\treturn sum;\n}\n';
  let rounds = 0;
  const { outcome } = run(text, { hooks: { branch: () => rounds++ === 0 } });
  expect(outcome).toBe('opaque: `for_each_set_bit(bit, &map, 8)` is not known');
});

describe('functions and structs of the patch', () => {
  check(
    'a static variable begins with zero and keeps its value',
    'static int next(void)\n{\n\tstatic int n;\n\n\treturn ++n;\n}\nlong f(void)\n{\n\tnext();\n\tnext();\n\treturn next();\n}\n',
    '3',
  );
  check(
    'arguments are converted, changes stay inside',
    'static int low(unsigned char c)\n{\n\tc++;\n\treturn c;\n}\nlong f(void)\n{\n\tint i = 300;\n\n\treturn low(i) * 1000 + i;\n}\n',
    '45300',
  );
  check(
    'recursion',
    'long fact(int n)\n{\n\treturn n < 2 ? 1 : n * fact(n - 1);\n}\nlong f(void)\n{\n\treturn fact(10);\n}\n',
    '3628800',
  );
  check(
    'a struct by value and returned',
    'struct two {\n\tlong a;\n\tlong b;\n};\nstruct two flip(struct two t)\n{\n\tstruct two r = { t.b, t.a };\n\n\tt.a = 99;\n\treturn r;\n}\nlong f(void)\n{\n\tstruct two t = { 1, 2 };\n\n\treturn flip(t).a * 10 + t.a;\n}\n',
    '21',
  );
  check(
    'a field that the patch adds to a struct of the kernel',
    'struct cpa_data {\n\tunsigned long *vaddr;\n\tunsigned long first_pfn;\n};\nlong f(void)\n{\n\tstruct cpa_data c = { .pfn = 1, .first_pfn = 2 };\n\n\treturn c.pfn * 10 + c.first_pfn;\n}\n',
    '12',
  );
  check(
    'a function pointer',
    'long one(long x)\n{\n\treturn x + 1;\n}\nlong f(void)\n{\n\tlong (*p)(long) = one;\n\n\treturn p(4);\n}\n',
    '5',
  );
  check(
    'nested arrays and structs',
    'struct row {\n\tint cells[3];\n\tstruct row *next;\n};\nlong f(void)\n{\n\tstruct row a = { .cells = { 1, 2, 3 } }, b = { .next = &a };\n\n\tb.next->cells[2] += 4;\n\treturn a.cells[2];\n}\n',
    '7',
  );
  check(
    'on_each_cpu() calls the function it is given',
    'static void bump(void *p)\n{\n\t(*(long *)p)++;\n}\nlong f(void)\n{\n\tlong count = 1;\n\n\ton_each_cpu(bump, &count, 1);\n\treturn count;\n}\n',
    '2',
  );
});
