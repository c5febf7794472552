/** What hunks do in mail, and what the parser makes of each: hunks in, printed AST out. */
import { describe, expect, it } from 'vitest';
import { loadParser } from '../../server/src/c/parse/parser.ts';
import { parseStatements } from '../../server/src/c/parse/snippet.ts';
import { parseImage, printSource, printStmts } from './parse-print.ts';

const parser = await loadParser();

const check = (name: string, hunks: string, expected: string): void =>
  it(name, () => expect(printSource(parseImage(parser, hunks))).toBe(expected));

const checkBody = (name: string, code: string, expected: string): void =>
  it(name, () => expect(printStmts(parseStatements(parser, code))).toBe(expected));

describe('file level', () => {
  check(
    'definition, with the return type on the line above and attributes',
    'static int __meminit __ref\nmap_it(unsigned long start, struct page **pages,\n       pte_t *pte, int flags[4])\n{\n\treturn 0;\n}\n',
    'static s32 map_it(u64 start, struct page** pages, pte_t* pte, s32* flags) whole\n  return 0;',
  );
  check(
    'declaration, stub on one line, stub on several lines, in both branches',
    '#ifdef CONFIG_FOO\nint sync(unsigned long start, unsigned long end);\nvoid other(void);\n#else\nstatic inline int sync(unsigned long start, unsigned long end)\n{\n\treturn 0;\n}\nstatic inline void other(void) { }\n#endif\n',
    'static inline s32 sync(u64 start, u64 end) whole\n  return 0;\nstatic inline void other() whole\n  \nproto s32 sync(u64, u64)\nproto void other()',
  );
  check(
    'macros, object-like and function-like, over several lines',
    '#define NR 0\n#define pa(x)\t((x) - \\\n\t\t BASE) /* KeyID-0 */\n#define EMPTY\n',
    'macro NR 0\nmacro pa(x) ((x) - BASE)\nmacro EMPTY ',
  );
  check(
    'struct with bit fields, arrays, a function pointer and an anonymous union',
    'struct cpa {\n\tunsigned long *vaddr, n;\n\tunsigned int force : 1,\n\t\tother : 1;\n\tint a[2 * 4];\n\tvoid (*done)(int);\n\tunion {\n\t\tu64 x;\n\t\tpgd_t *pgd;\n\t};\n} __packed;\n',
    'struct cpa { u64* vaddr; u64 n; u32 force; u32 other; s32[8] a; void* done; u64 x; pgd_t* pgd }',
  );
  check(
    'globals, exports, typedefs, initialisers and macro calls are no functions',
    'EXPORT_SYMBOL_GPL(foo);\nstatic DEFINE_SPINLOCK(lock);\nunsigned long size __ro_after_init = -1UL;\ntypedef int (*fn)(int);\nstatic struct ops ops = {\n\t.run = run,\n};\nDEFINE_ENTRY(x)\nint f(void)\n{\n}\n',
    's32 f() whole\n  ',
  );
  check('unknown attribute macro with arguments', 'int f(void) __weird(1)\n{\n\tg();\n}\n', 's32 f() whole\n  g();');
  check('#if 0 leaves out', '#if 0\nint f(void)\n{\n}\n#endif\nint g(void)\n{\n}\n', 's32 g() whole\n  ');
});

describe('hunks', () => {
  check(
    'begins inside a comment, before a function',
    '@@ static int above(int a)\n * The function does nothing until "it" is enabled.\n */\nint f(int a)\n{\n\tint i;\n',
    's32 f(s32 a)\n  s32 i;',
  );
  check(
    'begins inside a comment, inside a function',
    '@@ void __init above(void)\n\t * add padding if (needed\n\t */\n\tx = 1;\n',
    'void above()\n  (x = 1);',
  );
  check(
    'the heading is of the function that ends, another begins',
    '@@ static inline void first(struct page *page, int order)\n\t\tfree_it(page, order);\n}\n\nint second(void);\n',
    'static inline void first(struct page* page, s32 order)\n  if (??) free_it(page, order);\nproto s32 second()',
  );
  check(
    'begins at the opening brace under a heading that is cut in its parameters',
    '@@ physical_mapping_init(unsigned long paddr_start,\n{\n\tbool changed = false;\n}\n',
    '? physical_mapping_init(u64 paddr_start cut)\n  bool changed = 0;',
  );
  check(
    'begins in the middle of a parameter list',
    '@@ static int f(unsigned long a,\n\t\t unsigned long b, int c)\n{\n\tg(a);\n}\n',
    'static s32 f(u64 a, u64 b, s32 c cut)\n  g(a);',
  );
  check(
    'ends in the middle of a parameter list',
    'static void a(void)\n{\n\tx();\n}\n\nint __ref b(int nid, u64 start,\n',
    'static void a() whole\n  x();\ns32 b(s32 nid, u64 start cut)',
  );
  check(
    'two hunks of one function, by heading',
    '@@\nvoid f(void)\n{\n\ta();\n@@ void f(void)\n\tb();\n}\n',
    'void f()\n  a();\n  b();',
  );
  check(
    'a hunk under a label: its function need not be the one that was left open',
    '@@\nvoid f(void)\n{\n\ta();\n@@ out:\n\tb();\n}\n',
    'void f()\n  a();\n? (? cut)\n  b();',
  );
  check(
    'a function that was left open is not the one that the next heading names',
    '@@\nvoid f(void)\n{\n\ta();\n@@ void g(int x)\n\tb();\n',
    'void f()\n  a();\nvoid g(s32 x)\n  b();',
  );
  check(
    'a statement of a branch without braces whose head is cut off',
    '@@ int f(void)\n\t\treturn 0;\n\n\tfor (i = 1; i <= n; i++)\n\t\tg(i);\n',
    's32 f()\n  if (??) return 0; for ((i = 1); (i <= n); i++) g(i);',
  );
  check('body without any heading', '\ta();\n\tif (b)\n\t\treturn;\n', '? (? cut)\n  a(); if (b) return;');
  check('a hunk of a struct', '@@ struct cpa {\n\tint a;\n\tint b;\n', 'struct cpa { s32 a; s32 b }');
  check(
    'a line in the first column inside a function',
    '@@ void f(void)\n\tif (x)\n\t\ta();\nWARN_ON(1);\n\tb();\n}\n',
    'void f()\n  if (x) a(); WARN_ON(1); b();',
  );
});

describe('braces that the hunk cuts', () => {
  const cut = (name: string, code: string, expected: string): void =>
    check(name, `@@ void f(void)\n${code}`, `void f()\n  ${expected}`);
  cut('one block ends', '\t\ta();\n\t}\n\tb();\n', '{<before> a(); } b();');
  cut('two blocks end', '\t\t\ta();\n\t\t}\n\t\tb();\n\t}\n\tc();\n}\n', '{<before> {<before> a(); } b(); } c();');
  cut('the then branch ends', '\t\ta();\n\t} else {\n\t\tb();\n\t}\n', 'if (??) {<before> a(); } else { b(); }');
  cut('else if', '\t\ta();\n\t} else if (x) {\n\t\tb();\n', 'if (??) {<before> a(); } else if (x) {<after> b(); }');
  cut('do loop ends', '\t\ta();\n\t} while (x != end);\n\tb();\n', 'do {<before> a(); } while ((x != end)); b();');
  cut('a while loop after a block', '\t}\n\twhile (x) {\n\t\ta();\n\t}\n', '{<before>  } while (x) { a(); }');
  cut('blocks stay open', '\tif (x) {\n\t\tdo {\n\t\t\ta();\n', 'if (x) {<after> do {<after> a(); } while (??); }');
  cut('a switch stays open', '\tswitch (x) {\n\tcase 1:\n\t\ta();\n', 'switch (x) {<after> case 1: a(); }');
  cut(
    'begins with an if that has its else',
    '\tif (x)\n\t\ta();\n\telse {\n\t\tb();\n\t}\n',
    'if (x) a(); else { b(); }',
  );
  cut('begins with else', '\telse\n\t\ta();\n\tb();\n', 'if (??) {<before>  } else a(); b();');
  cut('begins in an argument list', '\t       (end - start) >> 10);\n\ta();\n', 'OPAQUE[(end - start) >> 10)] a();');
  cut('begins in an expression that goes on aligned', '\t\t  b + c;\n\ta();\n', 'OPAQUE[b + c] a();');
  cut('begins in a condition', '\t    b && c) {\n\t\ta();\n\t}\n', 'if (?b && c)?) { a(); }');
  cut('begins in an expression', '\t\t| FOO;\n\ta();\n', 'OPAQUE[| FOO] a();');
  cut('begins in a for head', '\t     i < n; i++) {\n\t\ta(i);\n\t}\n', 'if (?i < n; i++)?) { a(i); }');
  cut('ends in an argument list', '\ta();\n\tif (x)\n\t\tret = g(b,\n', 'a(); if (x) OPAQUE[ret = g(b,]');
  cut('ends behind a condition', '\ta();\n\tif (x)\n', 'a(); if (x) {<after>  }');
  cut('ends in a condition', '\ta();\n\tif (x &&\n', 'a(); OPAQUE[if (x &&]');
  cut('ends in a comment', '\ta();\n\t/* b();\n', 'a();');
  cut('ends behind a label', '\ta();\nout:\n', 'a(); out:');
});

describe('statements and expressions', () => {
  checkBody(
    'GNU ternary, statement expression',
    'x = a ?: b; y = ({ int t = 1; t; });',
    '(x = (a ? - : b)); (y = ({ s32 t = 1; t; }));',
  );
  checkBody('label at the end of a block', 'a(); out: ', 'a(); out:');
  checkBody('label before a closing brace', '{ goto next; next: }', '{ goto next; next: }');
  checkBody(
    'casts',
    '(u64)-1; (u64)-x * y; (pteval_t)(a) + 1; (void *)p; (struct page *)q;',
    '<u64>-1; (<u64>-x * y); (<u64>a + 1); <void*>p; <struct page*>q;',
  );
  checkBody(
    'types as arguments',
    'min_t(unsigned long, a, b); va_arg(ap, int); list_entry(p, struct foo, list);',
    'min_t(type u64, a, b); va_arg(ap, type s32); list_entry(p, type struct foo, list);',
  );
  checkBody(
    'sizeof',
    'sizeof(u64); sizeof(struct foo); sizeof(x); sizeof *p;',
    'sizeof(u64); sizeof(struct foo); sizeof(x); sizeof(*p);',
  );
  checkBody(
    'iterators',
    'for_each_online_node(nid) { a(nid); } list_for_each_entry(p, &pgd_list, lru) b();',
    'while (?for_each_online_node(nid)?) { a(nid); } while (?list_for_each_entry(p, &pgd_list, lru)?) b();',
  );
  checkBody(
    'asm',
    'asm volatile("invlpg (%0)" :: "r" (addr) : "memory"); a();',
    'OPAQUE[asm volatile("invlpg (%0)" :: "r" (addr) : "memory");] a();',
  );
  checkBody(
    'declarations',
    'unsigned long a, *b = &a, c[3]; typeof(*p) d = *p; struct cpa_data cpa = { .vaddr = &a, .n = 1 }; int e[] = { 1, 2 };',
    'u64 a, u64* b = &a, u64[3] c; u64 d = *p; struct cpa_data cpa = {.vaddr = &a, .n = 1}; s32[2] e = {1, 2};',
  );
  checkBody('a call that looks like a declaration', 'put_it(*pte); wait(x);', 'put_it(*pte); wait(x);');
  checkBody(
    'log levels',
    'printk(KERN_INFO "a" "b", x); warn(1, KERN_ERR pr_fmt("c"));',
    'printk(KERN_INFO "a" "b", x); warn(1, pr_fmt("c"));',
  );
  checkBody('negative numbers are operators', 'return -1; x = a -1;', 'return -1; (x = (a - 1));');
  checkBody(
    'user pointers and other attributes',
    'p = (void __user *)q; int x __maybe_unused = 1;',
    '(p = <void*>q); s32 x = 1;',
  );
  checkBody('comma and update', 'for (i = 0, j = 1; ; i++, --j) ;', 'for (((i = 0), (j = 1)); -; (i++, --j)) ;');
  checkBody(
    'what is no C costs one statement',
    'a(); @ what $ is ( this; b(); { c d e f; g(); }',
    'a(); OPAQUE[@ what $ is ( this; b(); { c d e f; g(); }]',
  );
});

describe('preprocessor lines inside a function', () => {
  const inside = (name: string, code: string, expected: string): void =>
    check(name, `void f(void)\n{\n${code}}\n`, `void f() whole\n  ${expected}`);
  inside(
    'an if split by a branch',
    '#ifdef CONFIG_X86_64\n\tif (a) {\n#else\n\tif (b) {\n#endif\n\t\tc();\n\t}\n',
    'if (a) { c(); }',
  );
  inside(
    'else if under a condition',
    '\tif (a) {\n\t\tb();\n\t}\n#ifdef CONFIG_SPARSEMEM_VMEMMAP\n\telse if (c) {\n\t\td();\n\t}\n#endif\n\te();\n',
    'if (a) { b(); } else if (c) { d(); } e();',
  );
  inside('32 bit is off', '#ifdef CONFIG_X86_32\n\ta();\n#else\n\tb();\n#endif\n', 'b();');
  inside('levels', '#if CONFIG_PGTABLE_LEVELS > 3 && defined(CONFIG_X86_64)\n\ta();\n#endif\n', 'a();');
  inside('#ifndef', '#ifndef CONFIG_X86_64\n\ta();\n#endif\n\tb();\n', 'b();');
  inside('a branch that the hunk does not close', '#ifdef CONFIG_X86_INTEL_MKTME\n\ta();\n', 'a();');
});
