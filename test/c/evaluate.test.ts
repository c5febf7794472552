/** C semantics, statement by statement: each row is a body of `long f(void)` and what a C compiler for x86-64 makes of it. */
import { describe, expect, test } from 'vitest';
import { run, runBody } from './evaluate-run.ts';

type Rows = Record<string, [body: string, outcome: bigint | string]>;

function check(area: string, rows: Rows): void {
  describe(area, () => {
    test.each(Object.entries(rows))('%s', (_name, [body, outcome]) => {
      expect(runBody(body).outcome).toBe(outcome.toString());
    });
  });
}

check('integers', {
  precedence: ['return 1 + 2 * 3 - 8 / 4 % 3;', 5n],
  'signed division truncates': ['return -7 / 2;', -3n],
  'signed remainder has the sign of the dividend': ['return -7 % 3;', -1n],
  'unsigned wins against signed of one width': ['return -1 < 1u;', 0n],
  'int against unsigned long': ['return -1 < 1UL;', 0n],
  'long against unsigned int': ['return -1L < 1u;', 1n],
  'unsigned int wraps at 32 bits': ['unsigned int x = 0; x--; return x;', 0xffffffffn],
  'unsigned long wraps at 64 bits': ['unsigned long x = 0; x--; return x == ~0UL;', 1n],
  'int overflow wraps': ['int x = 0x7fffffff; x++; return x;', -0x80000000n],
  'unsigned char is promoted to int': ['unsigned char a = 200, b = 100; return a + b;', 300n],
  'char is signed': ['char c = 0xff; return c;', -1n],
  'short is cut on assignment': ['short s = 0x18000; return s;', -0x8000n],
  'sign extension on the way to unsigned long': ['int i = -1; unsigned long l = i; return l == ~0UL;', 1n],
  'no sign extension of unsigned int': ['unsigned int i = -1; unsigned long l = i; return l == 0xffffffffUL;', 1n],
  'cast cuts': ['return (unsigned char)0x1ff;', 0xffn],
  'cast then shift': ['return (unsigned long)1 << 40;', 1n << 40n],
  'int shifted beyond 31 bits loses': ['return 0xffff << 20;', BigInt.asIntN(32, 0xffffn << 20n)],
  'right shift of a negative int keeps the sign': ['return -16 >> 2;', -4n],
  'right shift of unsigned long': ['return ~0UL >> 60;', 15n],
  'type of a shift is its left operand': ['return 1UL << (int)35;', 1n << 35n],
  'bool is 0 or 1': ['bool b = 256; return b;', 1n],
  'bool from a pointer': ['int x; bool b = &x; return b;', 1n],
  not: ['return !0 + !5;', 1n],
  'complement of int': ['return ~0;', -1n],
  'unary minus of unsigned': ['return -1u == 0xffffffffu;', 1n],
  'hex constants grow': ['return 0xffffffff > 0;', 1n],
  comma: ['int a; a = (1, 2, 3); return a;', 3n],
  ternary: ['int a = 3; return a > 2 ? 10 : 20;', 10n],
  'GNU ternary evaluates its test once': ['int n = 4; return (n++ ?: 9) * 10 + n;', 45n],
  '&& stops': ['int n = 0; 0 && n++; return n;', 0n],
  '|| stops': ['int n = 0; 1 || n++; return n;', 0n],
  'comparison gives int': ['return sizeof(1UL == 1UL);', 4n],
  'compound assignment converts back': ['unsigned char c = 250; c += 10; return c;', 4n],
  'compound shift': ['unsigned long x = 1; x <<= 33; x |= 1; return x;', (1n << 33n) | 1n],
  'what stands behind binds before what stands in front': ['int n = 0; return !n++ * 10 + -n-- + n;', 9n],
  'postfix and prefix': ['int i = 5; int a = i++; int b = ++i; return a * 100 + b * 10 + i;', 577n],
});

check('undefined behaviour', {
  'division by zero': ['int z = 0; return 1 / z;', 'opaque: division by zero'],
  'shift by the width': ['int n = 32; return 1 << n;', 'opaque: shift of 32 bits by 32'],
  'shift by a negative count': ['int n = -1; return 1UL << n;', 'opaque: shift of 64 bits by -1'],
  'a value never set': ['unsigned long x; return x;', 'fault uninitialised at `x`'],
  'a value set on the other path only': ['int x, y = 0; if (y) x = 1; return x + 1;', 'fault uninitialised at `x`'],
  NULL: ['unsigned long *p = NULL; return *p;', 'fault null-dereference at `*p`'],
  'a field behind NULL': ['struct cpa_data *c = NULL; return c->numpages;', 'fault null-dereference at `c->numpages`'],
  'writing through NULL': ['unsigned long *p = NULL; *p = 1; return 0;', 'fault null-dereference at `*p`'],
  'one past an array': ['int a[2] = {1, 2}; return a[2];', 'fault out-of-bounds at `a[2]`'],
  'an element never set': ['int a[2]; a[0] = 1; return a[1];', 'fault uninitialised at `a[1]`'],
});

check('pointers, arrays, structs', {
  'address of a local': ['int x = 1; int *p = &x; *p = 7; return x;', 7n],
  'array index and pointer': ['unsigned long a[3] = {5, 6, 7}; unsigned long *p = a; p++; return *p * 10 + p[1];', 67n],
  'index the other way round': ['int a[3] = {5, 6, 7}; return 2[a];', 7n],
  'pointer difference': ['unsigned long a[8]; return &a[6] - &a[1];', 5n],
  'difference of bytes': ['unsigned long a[8]; return (char *)&a[6] - (char *)&a[1];', 40n],
  'void pointers count bytes': ['unsigned long a[2]; void *p = a; return p + 8 == (void *)&a[1];', 1n],
  'pointer to pointer': ['int x = 3; int *p = &x; int **q = &p; **q = 9; return x;', 9n],
  'array of pointers': ['int x = 3, y = 4; int *a[2] = {&x, &y}; return *a[1];', 4n],
  'struct fields': ['struct cpa_data c; c.numpages = 3; c.pfn = 0x200; return c.pfn + c.numpages;', 0x203n],
  arrow: ['struct cpa_data c; struct cpa_data *p = &c; p->curpage = 4; return c.curpage;', 4n],
  'struct assignment copies': ['struct cpa_data a = { .pfn = 1 }, b; b = a; a.pfn = 2; return b.pfn;', 1n],
  'what an initialiser leaves out is zero': ['struct cpa_data c = { .pfn = 1 }; return c.numpages;', 0n],
  'positional initialiser': ['struct cpa_data c = { NULL, NULL }; return c.flags;', 0n],
  'compound literal': ['struct cpa_data *p = &(struct cpa_data){ .numpages = 6 }; return p->numpages;', 6n],
  'address through a field': ['unsigned long v = 11; struct cpa_data c = { .vaddr = &v }; return *c.vaddr;', 11n],
  'a byte of a word': ['unsigned long x = 0x1234; return *(unsigned char *)&x;', 0x34n],
  'a word of bytes': ['unsigned char a[4] = {1, 2, 3, 4}; return *(unsigned int *)a;', 0x04030201n],
  'a byte changes its word': ['unsigned long x = 0; ((unsigned char *)&x)[1] = 1; return x;', 256n],
  sizeof: ['unsigned long a[5]; struct page *p; return sizeof(a) + sizeof(*p) + sizeof(p) + sizeof(int);', 116n],
  'sizeof does not evaluate': ['int n = 0; int a[2]; return sizeof(a[5]) + n;', 4n],
  'array length from its list': ['int a[] = {1, 2, 3}; return ARRAY_SIZE(a);', 3n],
  'memset and memcpy': [
    'struct cpa_data a, b; memset(&a, 0, sizeof(a)); a.pfn = 5; memcpy(&b, &a, sizeof(b)); return b.pfn + b.flags;',
    5n,
  ],
});

check('statements', {
  for: ['int i, s = 0; for (i = 0; i < 10; i++) s += i; return s;', 45n],
  'for with its own variable': ['int i = 99, s = 0; for (int i = 0; i < 3; i++) s += i; return s * 100 + i;', 399n],
  'while with break and continue': [
    'int i = 0, s = 0; while (1) { if (++i > 9) break; if (i & 1) continue; s += i; } return s;',
    20n,
  ],
  do: ['int i = 0; do i++; while (i < 5); return i;', 5n],
  'do runs once': ['int i = 9; do { i++; } while (0); return i;', 10n],
  'continue in do tests': ['int i = 0, n = 0; do { n++; if (i++ < 3) continue; } while (i < 5); return n;', 5n],
  switch: ['int x = 2; switch (x) { case 1: return 10; case 2: return 20; default: return 30; }', 20n],
  'switch falls through': [
    'int s = 0; switch (1) { case 1: s += 1; case 2: s += 2; break; case 3: s += 4; } return s;',
    3n,
  ],
  'switch default in the middle': [
    'int s = 0; switch (9) { case 1: s = 1; break; default: s = 5; case 2: s++; } return s;',
    6n,
  ],
  'switch without a case': ['int s = 1; switch (9) { case 1: s = 2; } return s;', 1n],
  'inner switch keeps its cases': [
    'int s = 0; switch (2) { case 1: switch (2) { case 2: s = 9; } break; case 2: s = 4; } return s;',
    4n,
  ],
  'break in a switch in a loop': ['int i; for (i = 0; i < 5; i++) { switch (i) { case 3: break; } } return i;', 5n],
  'goto forwards': ['int x = 1; goto out; x = 2; out: return x;', 1n],
  'goto backwards': ['int i = 0; again: i++; if (i < 10) goto again; return i;', 10n],
  'goto out of loops': [
    'int i, j, n = 0; for (i = 0; i < 9; i++) for (j = 0; j < 9; j++) if (++n == 20) goto out; out: return n;',
    20n,
  ],
  'goto into a block': ['int x = 0; goto in; { x = 50; in: x++; } return x;', 1n],
  'goto into a loop': ['int i = 7, n = 0; goto in; for (i = 0; i < 10; i++) { in: n++; } return n * 100 + i;', 310n],
  Duff: [
    'int n = 0, c = 5; switch (c % 4) { case 0: do { n++; case 3: n++; case 2: n++; case 1: n++; } while ((c -= 4) > 0); } return n;',
    5n,
  ],
  shadowing: ['int x = 1; { int x = 2; x++; } return x;', 1n],
  'statement expression': ['return ({ int a = 4; a * 2; }) + 1;', 9n],
  'dangling else': ['int r = 0; if (1) if (0) r = 1; else r = 2; return r;', 2n],
  'a jump out of the function': [
    'goto nowhere; return 1;',
    "opaque: 'goto nowhere' in f() leads to a place that is not shown",
  ],
});

check('opaque values', {
  'an unknown call': ['return unheard_of(1) + 1;', 'opaque: unheard_of() is not known'],
  'an unknown name': ['return somewhere_else & 7;', "opaque: 'somewhere_else' is not shown"],
  'an unknown call changes what it is given the address of': [
    'int x = 1; ask(&x); return x;',
    'opaque: ask() is not known',
  ],
  'and leaves the rest': ['int x = 1, y = 2; ask(&x); return y;', 2n],
  'a variable that nobody declared': ['begin = 0; begin = 0xffff888000000000; return begin == 0xffff888000000000;', 1n],
  'behind an opaque pointer': ['struct cpa_data *c = ask(); return c->pfn;', 'opaque: ask() is not known'],
});

test('a store through an opaque pointer is dropped, and said', () => {
  const { outcome, log } = runBody('unsigned long *p = ask(); *p = 5; return 3;');
  expect(outcome).toBe('3');
  expect(log).toEqual(['unknown ask()', 'a store is not followed: ask() is not known']);
});

test('a branch on an opaque value is asked for', () => {
  const body = 'if (ask()) return 1; return 2;';
  expect(runBody(body, { hooks: { branch: () => true } }).outcome).toBe('1');
  expect(runBody(body, { hooks: { branch: () => false } }).outcome).toBe('2');
});

test('a local is gone after its function', () => {
  const text = 'unsigned long *g(void) { unsigned long x = 1; return &x; } ';
  expect(runBody('return *g();', {}).outcome).toBe('opaque: g() is not known');
  const whole = `${text}\nlong f(void) { return *g(); }\n`;
  expect(runSource(whole)).toBe('fault freed at `*g()`');
});

const runSource = (text: string): string => run(text).outcome;

describe('nothing hangs or crashes it', () => {
  test.each([
    ['for (;;) ;', 'limit: statements'],
    ['again: goto again;', 'limit: statements'],
    ['while (1) { int a[1000000]; }', 'limit: statements'],
    ['return f();', 'limit: depth'],
    [`return ${'('.repeat(60)}1${')'.repeat(60)};`, '1'],
  ])('%.40s', (body, outcome) => {
    expect(runBody(body, { limits: { statements: 20_000, depth: 50 } }).outcome).toBe(outcome);
  });
});
