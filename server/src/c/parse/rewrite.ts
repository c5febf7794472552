/** Rewrites, token by token and never longer, what the grammar of plain C cannot read: iterator macros, types as arguments. */
import type { CType } from '../../../../engine/src/kernel/ctype.ts';
import type { Span } from '../ast.ts';
import { isTypeWord, typeByName } from '../types.ts';
import { readTypeName } from './declaration.ts';
import type { Fragment } from './fragment.ts';
import type { Token } from './lexer.ts';
import { isIterator, isKeyword, isStorage, isTypeof } from './words.ts';

export interface Rewrites {
  /** Heads of iterator loops (`for_each_foo(a, b)`), by the offset where the `while` put there begins. */
  readonly iterators: Map<number, Span>;
  /** Types that stand as arguments, by offset. */
  readonly types: Map<number, Span & { readonly type: CType }>;
}

/** Adds its replacements to `fragment.replaced`. */
export function rewrite(tokens: readonly Token[], fragment: Fragment): Rewrites {
  const { replaced } = fragment;
  const iterators = new Map<number, Span>();
  const types = new Map<number, Span & { type: CType }>();
  const calls: boolean[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (!token || replaced.has(at)) continue;
    const { text } = token;
    if (text === '(') {
      const before = tokens[at - 1];
      calls.push(before?.kind === 'word' && !isKeyword(before.text) && !isTypeWord(before.text));
    } else if (text === ')') calls.pop();
    if ((text === '(' || text === ',') && calls.at(-1)) typeArgument(tokens, at + 1, replaced, types);
    if (token.kind !== 'word') continue;
    if (/^KERN_[A-Z]+$/.test(text) && tokens[at + 1]?.kind === 'word') {
      // A log level before a macro that is a string: only before a literal does the grammar join the two.
      replaced.set(at, '');
    } else if (isIterator(text) && tokens[at + 1]?.text === '(') {
      const close = closing(tokens, at + 1);
      const next = tokens[close + 1]?.text;
      if (close < tokens.length && next !== ';' && next !== ',' && next !== ')') {
        replaced.set(at, 'while');
        iterators.set(token.start, { start: token.start, end: tokens[close]?.end ?? token.end });
        blankInside(at + 1, close, replaced);
      }
    } else if (isTypeof(text) && tokens[at + 1]?.text === '(') {
      // `typeof (x) y` is read as a declaration of y with a type named typeof.
      const close = closing(tokens, at + 1);
      for (let inside = at + 1; inside <= close; inside++) replaced.set(inside, '');
      replaced.set(at, 'typeof');
    } else if (tokens[at + 1]?.text === ':' && roomyBrace(tokens, at + 2) && labelAt(tokens, at)) {
      // A label must be followed by a statement; the space behind it has room for an empty one.
      replaced.set(at + 1, ':;');
    }
  }
  return { iterators, types };
}

/** True for a `}` with a blank before it. */
const roomyBrace = (tokens: readonly Token[], at: number): boolean =>
  tokens[at]?.text === '}' && (tokens[at - 1]?.end ?? 0) < (tokens[at]?.start ?? 0);

const labelAt = (tokens: readonly Token[], at: number): boolean =>
  at === 0 || /^[;{}:]$/.test(tokens[at - 1]?.text ?? '') || tokens[at]?.text === 'default';

/** Leaves one name between the parentheses: what an iterator is given is of no use to a reader of the flow. */
function blankInside(open: number, close: number, replaced: Map<number, string>): void {
  for (let at = open + 1; at < close; at++) replaced.set(at, at === open + 1 ? '0' : '');
}

function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (tokens[at]?.text === '(') depth++;
    else if (tokens[at]?.text === ')' && --depth === 0) return at;
  }
  return tokens.length;
}

/** If the argument that begins at `from` is a type and nothing else, writes a name in its place. */
function typeArgument(
  tokens: readonly Token[],
  from: number,
  replaced: Map<number, string>,
  types: Map<number, Span & { type: CType }>,
): void {
  const first = tokens[from];
  if (first?.kind !== 'word') return;
  const tagged = first.text === 'struct' || first.text === 'union' || first.text === 'enum';
  if (!tagged && !isTypeWord(first.text) && !isStorage(first.text) && typeByName(first.text) === null) return;
  let to = from;
  while (tokens[to]?.kind === 'word' || tokens[to]?.text === '*') to++;
  const after = tokens[to]?.text;
  if (after !== ',' && after !== ')') return;
  const words = tokens.slice(from, to);
  if (words.length === 1 && words[0] && isTypeof(words[0].text)) return;
  const type = readTypeName(words);
  const last = words.at(-1);
  if (!type || !last) return;
  for (let at = from; at < to; at++) replaced.set(at, '');
  replaced.set(from, '_'.repeat(first.text.length));
  types.set(first.start, { start: first.start, end: last.end, type });
}
