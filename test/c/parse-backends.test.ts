/** Both builds of the grammar, and what the parser does with C that no one would write. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceFile, Span } from '../../server/src/c/ast.ts';
import { loadParser } from '../../server/src/c/parse/parser.ts';
import { parseSource } from '../../server/src/c/parse/source.ts';
import { visit } from '../../server/src/c/walk.ts';
import { imageOf, printSource } from './parse-print.ts';

const native = await loadParser('native');
const wasm = await loadParser('wasm');

const SAMPLE = `@@ static int above(int a)
 * comment "é😀" of the hunk
 */
#define PAIR(a, b)	({ typeof(a) _a = (a); _a + (b); })
static int __meminit
walk(unsigned long keyid, pmd_t *dst, unsigned long addr, unsigned long end)
{
	struct cpa_data cpa = { .vaddr = &addr, .numpages = 1 };
	char *s = "é😀 \\"}{";

	do {
		if (pmd_none(*dst) || !(addr & ~PMD_MASK)) {
			set_pmd(dst, __pmd((pmdval_t)0));
			goto next;
		} else if (keyid == 1UL << 6)
			continue;
#ifdef CONFIG_X86_64
		switch (cpa.flags & (CPA_ARRAY | CPA_PAGES_ARRAY)) {
		case CPA_ARRAY:
		default:
			break;
		}
#else
		} else {
#endif
		for_each_node(nid)
			dst[nid] = min_t(unsigned long, end, addr ? : 1);
next:
		addr = next;
	} while (addr != end && !ret);
	asm volatile("" : : : "memory");
	return -ENOMEM;
}
@@ static void below(void)
		foo(a,
		    b);
	} else {
		bar((void *)x, sizeof(struct page));
	}
}
`;

const parseBoth = (text: string): [SourceFile, SourceFile] => {
  const image = imageOf(text);
  return [parseSource(native, image.text, image.segments), parseSource(wasm, image.text, image.segments)];
};

const spansOf = (file: SourceFile): Span[] => {
  const spans: Span[] = [...file.unread, ...file.prototypes, ...file.macros];
  for (const { pieces, nameSpan } of file.functions) {
    if (nameSpan) spans.push(nameSpan);
    for (const piece of pieces) {
      spans.push(piece);
      for (const stmt of piece.body) visit(stmt, (node) => spans.push(node));
    }
  }
  return spans;
};

describe('native and WebAssembly', () => {
  it('load as asked', () => expect([native.backend, wasm.backend]).toEqual(['native', 'wasm']));
  it('give the same AST', () => {
    const [a, b] = parseBoth(SAMPLE);
    expect(printSource(a)).toContain('below');
    const { text } = imageOf(SAMPLE);
    expect(a.unread.map(({ start, end }) => text.slice(start, end).split(/\s/)[0])).toEqual(['asm']);
    expect(b).toEqual(a);
  });
  // How a statement with an error in it is read is the grammar library's choice, and differs between its versions.
  it('find the same functions, prototypes, macros and structs in mutilated text', () => {
    const withoutBodies = ({ functions, prototypes, macros, structs }: SourceFile) => ({
      functions: functions.map((each) => ({
        ...each,
        pieces: each.pieces.map(({ start, end }) => ({ start, end })),
      })),
      prototypes,
      macros,
      structs,
    });
    fc.assert(
      fc.property(mutilated(), (text) => {
        const [a, b] = parseBoth(text);
        expect(withoutBodies(b)).toEqual(withoutBodies(a));
      }),
      { numRuns: 100 },
    );
  });
});

describe('spans', () => {
  it('are UTF-16 offsets: every name stands where its span says', () => {
    const image = imageOf(SAMPLE);
    const file = parseSource(native, image.text, image.segments);
    let names = 0;
    for (const { pieces } of file.functions)
      for (const piece of pieces)
        for (const stmt of piece.body)
          visit(stmt, (node) => {
            if (node.kind !== 'name') return;
            names++;
            expect(image.text.slice(node.start, node.end)).toBe(node.name);
          });
    expect(names).toBeGreaterThan(20);
  });
});

/** The sample with lines left out, doubled or cut. */
const mutilated = (): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.nat(50), fc.constantFrom('delete', 'double', 'cut', 'swap', 'brace'), fc.nat(60)), {
      maxLength: 8,
    })
    .map((edits) => {
      const lines = SAMPLE.split('\n');
      for (const [at, what, column] of edits) {
        const line = at % lines.length;
        const text = lines[line] ?? '';
        if (what === 'delete') lines.splice(line, 1);
        else if (what === 'double') lines.splice(line, 0, text);
        else if (what === 'cut') lines[line] = text.slice(0, column);
        else if (what === 'swap') lines[line] = text.slice(column) + text.slice(0, column);
        else lines.splice(line, 0, column % 2 ? '}' : '\t({[');
      }
      return lines.join('\n');
    });

describe('hostile text', () => {
  it('never throws, and all spans stay inside the image and in order', () => {
    fc.assert(
      fc.property(
        fc.oneof(mutilated(), fc.string({ unit: fc.constantFrom(...'{}()[];:,*&"\'/#\\\n\t ax1=?<>-.') })),
        (text) => {
          const image = imageOf(text);
          const file = parseSource(native, image.text, image.segments);
          for (const { start, end } of spansOf(file)) {
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end).toBeGreaterThanOrEqual(start);
            expect(end).toBeLessThanOrEqual(image.text.length);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  const many = (name: string, body: string): void =>
    it(`${name} in bounded time, without overflowing the stack`, () => {
      const text = `void f(void)\n{\n\tbefore();\n\tx = ${body};\n\tafter();\n}\nvoid g(void)\n{\n\tg1();\n}\n`;
      const begin = performance.now();
      const file = parseSource(native, text, [{ start: 0, end: text.length, heading: null }]);
      expect(performance.now() - begin).toBeLessThan(10_000);
      expect(file.functions.at(-1)?.name).toBe('g');
      expect(file.functions[0]?.name).toBe('f');
      for (const { pieces } of file.functions)
        for (const { body } of pieces) for (const stmt of body) visit(stmt, () => true);
    });
  many('10,000 parentheses', `${'('.repeat(10_000)}1${')'.repeat(10_000)}`);
  many('10,000 open parentheses', '('.repeat(10_000));
  many('10,000 braces', `1; ${'{'.repeat(10_000)}${'}'.repeat(10_000)}`);
  many('10,000 closing braces', `1; ${'\t}'.repeat(10_000)}`);
  many('10,000 operators', `1${' + a'.repeat(10_000)}`);
  many('10,000 nots', `${'!'.repeat(10_000)}a`);
  many('10,000 casts', `${'(u64)'.repeat(10_000)}a`);
  many('10,000 commas', `(1${', a'.repeat(10_000)})`);
  many('3,000 else if', `1; ${'if (a) b(); else '.repeat(3_000)} c()`);
  many('a 100,000-character string', `"${'\\n'.repeat(50_000)}"`);
  it('a heading of any kind', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'(){}*;:,= abstruct#"/') }), (heading) => {
        const text = '\tfoo();\n}\n';
        parseSource(native, text, [{ start: 0, end: text.length, heading }]);
      }),
    );
  });
});
