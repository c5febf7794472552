/**
 * Random integer expressions against a reference written the obvious way: a value is a number and a type, every
 * operation converts as the C standard says and reduces the mathematical result modulo 2^width.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runBody } from './evaluate-run.ts';

interface Type {
  readonly c: string;
  readonly width: number;
  readonly signed: boolean;
}
interface Number {
  readonly type: Type;
  readonly n: bigint;
}

const type = (c: string, width: number, signed: boolean): Type => ({ c, width, signed });
const TYPES = [
  type('signed char', 8, true),
  type('unsigned char', 8, false),
  type('short', 16, true),
  type('unsigned short', 16, false),
  type('int', 32, true),
  type('unsigned int', 32, false),
  type('long', 64, true),
  type('unsigned long', 64, false),
] as const;
const [, , , , S32, U32, S64, U64] = TYPES;

/** The number congruent to n that the type can hold. */
function reduce(n: bigint, { width, signed }: Type): bigint {
  const modulus = 1n << BigInt(width);
  const rest = ((n % modulus) + modulus) % modulus;
  return signed && rest >= modulus / 2n ? rest - modulus : rest;
}
const as = (value: Number, to: Type): Number => ({ type: to, n: reduce(value.n, to) });
const promote = (value: Number): Number => (value.type.width < 32 ? as(value, S32) : value);

/** C11 6.3.1.8 for the ranks int and long. */
function common(a: Type, b: Type): Type {
  if (a.width === 64 || b.width === 64) {
    const unsignedLong = (a.width === 64 && !a.signed) || (b.width === 64 && !b.signed);
    return unsignedLong ? U64 : S64;
  }
  return a.signed && b.signed ? S32 : U32;
}

type Tree =
  | { readonly kind: 'leaf'; readonly variable: number }
  | { readonly kind: 'unary'; readonly op: string; readonly a: Tree }
  | { readonly kind: 'cast'; readonly to: Type; readonly a: Tree }
  | { readonly kind: 'binary'; readonly op: string; readonly a: Tree; readonly b: Tree }
  | { readonly kind: 'if'; readonly test: Tree; readonly a: Tree; readonly b: Tree };

/** null: undefined behaviour somewhere on the way. */
function reference(tree: Tree, variables: readonly Number[]): Number | null {
  switch (tree.kind) {
    case 'leaf':
      return variables[tree.variable % variables.length] ?? null;
    case 'cast': {
      const a = reference(tree.a, variables);
      return a && as(a, tree.to);
    }
    case 'unary': {
      const value = reference(tree.a, variables);
      if (!value) return null;
      if (tree.op === '!') return { type: S32, n: value.n === 0n ? 1n : 0n };
      const a = promote(value);
      return as({ type: a.type, n: tree.op === '-' ? -a.n : -a.n - 1n }, a.type);
    }
    case 'if': {
      const a = reference(tree.a, variables);
      const b = reference(tree.b, variables);
      const decides = reference(tree.test, variables);
      if (!a || !b || !decides) return null;
      return as(decides.n !== 0n ? a : b, common(promote(a).type, promote(b).type));
    }
    case 'binary':
      return referenceBinary(tree, variables);
  }
}

function referenceBinary(tree: Tree & { kind: 'binary' }, variables: readonly Number[]): Number | null {
  const left = reference(tree.a, variables);
  const right = reference(tree.b, variables);
  if (!left || !right) return null;
  if (tree.op === '&&') return { type: S32, n: left.n !== 0n && right.n !== 0n ? 1n : 0n };
  if (tree.op === '||') return { type: S32, n: left.n !== 0n || right.n !== 0n ? 1n : 0n };
  if (tree.op === '<<' || tree.op === '>>') {
    const a = promote(left);
    const count = promote(right).n;
    if (count < 0n || count >= BigInt(a.type.width)) return null;
    // Right shift divides, rounding towards minus infinity.
    const power = 2n ** count;
    const n = tree.op === '<<' ? a.n * power : (a.n - (((a.n % power) + power) % power)) / power;
    return as({ type: a.type, n }, a.type);
  }
  const to = common(promote(left).type, promote(right).type);
  const a = reduce(left.n, to);
  const b = reduce(right.n, to);
  const holds = (truth: boolean): Number => ({ type: S32, n: truth ? 1n : 0n });
  const result = (n: bigint): Number => ({ type: to, n: reduce(n, to) });
  switch (tree.op) {
    case '+':
      return result(a + b);
    case '-':
      return result(a - b);
    case '*':
      return result(a * b);
    case '/':
      return b === 0n ? null : result(a / b);
    case '%':
      return b === 0n ? null : result(a - (a / b) * b);
    case '&':
      return result(BigInt.asUintN(to.width, a) & BigInt.asUintN(to.width, b));
    case '|':
      return result(BigInt.asUintN(to.width, a) | BigInt.asUintN(to.width, b));
    case '^':
      return result(BigInt.asUintN(to.width, a) ^ BigInt.asUintN(to.width, b));
    case '<':
      return holds(a < b);
    case '>':
      return holds(a > b);
    case '<=':
      return holds(a <= b);
    case '>=':
      return holds(a >= b);
    case '==':
      return holds(a === b);
    default:
      return holds(a !== b);
  }
}

const NAMES = ['a', 'b', 'c', 'd'];

/** With all parentheses: precedence is the parser's. */
function text(tree: Tree): string {
  switch (tree.kind) {
    case 'leaf':
      return NAMES[tree.variable % NAMES.length] ?? 'a';
    case 'unary':
      return `${tree.op}(${text(tree.a)})`;
    case 'cast':
      return `(${tree.to.c})(${text(tree.a)})`;
    case 'binary':
      return `(${text(tree.a)}) ${tree.op} (${text(tree.b)})`;
    case 'if':
      return `(${text(tree.test)}) ? (${text(tree.a)}) : (${text(tree.b)})`;
  }
}

const OPERATORS = ['+', '-', '*', '/', '%', '&', '|', '^', '<', '>', '<=', '>=', '==', '!=', '&&', '||', '<<', '>>'];
const { tree } = fc.letrec<{ tree: Tree; leaf: Tree }>((tie) => ({
  leaf: fc.record({ kind: fc.constant('leaf' as const), variable: fc.nat(3) }),
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc.record({ kind: fc.constant('unary' as const), op: fc.constantFrom('-', '~', '!'), a: tie('tree') }),
    fc.record({ kind: fc.constant('cast' as const), to: fc.constantFrom(...TYPES), a: tie('tree') }),
    fc.record({
      kind: fc.constant('binary' as const),
      op: fc.constantFrom(...OPERATORS),
      a: tie('tree'),
      b: tie('tree'),
    }),
    fc.record({ kind: fc.constant('if' as const), test: tie('tree'), a: tie('tree'), b: tie('tree') }),
  ),
}));

const interesting = fc.oneof(
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
  fc.bigInt({ min: -70n, max: 70n }),
  fc.constantFrom(0n, 1n, -1n, 2n ** 31n, 2n ** 31n - 1n, 2n ** 32n - 1n, 2n ** 63n, 2n ** 63n - 1n, 2n ** 64n - 1n),
);
const variable = fc
  .tuple(fc.constantFrom(...TYPES), interesting)
  .map(([of, n]): Number => ({ type: of, n: reduce(n, of) }));

describe('integer expressions', () => {
  test('give what the reference gives', () => {
    fc.assert(
      fc.property(tree, fc.tuple(variable, variable, variable, variable), (expression, variables) => {
        const expected = reference(expression, variables);
        fc.pre(expected !== null);
        const declarations = variables.map(
          ({ type: of, n }, i) => `${of.c} ${NAMES[i]} = (${of.c})0x${BigInt.asUintN(64, n).toString(16)}UL;`,
        );
        const body = `${declarations.join(' ')} return ${text(expression)};`;
        const { outcome } = runBody(body, {}, 'long');
        expect(outcome).toBe(expected ? reduce(expected.n, S64).toString() : '');
      }),
      { numRuns: 1500 },
    );
  });
});
