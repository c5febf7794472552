/** Parses the lines of a function that one hunk shows, and repairs what the parser cannot read, statement by statement. */
import type { Span, Stmt } from '../ast.ts';
import { type Context, fieldOf, hasError } from './context.ts';
import { closeFragment, type Fragment } from './fragment.ts';
import type { Token } from './lexer.ts';
import type { CParser, SyntaxNode } from './parser.ts';
import { type Rewrites, rewrite } from './rewrite.ts';
import { statement, statements } from './statements.ts';

export interface BodyText extends Span {
  readonly tokens: readonly Token[];
  readonly opened: boolean;
  readonly closed: boolean;
}

const WRAPPER = 'void f(){';

/** The statements of [body.start, body.end) of `image`; spans of what could not be read are added to `unread`. */
export function readBody(parser: CParser, image: string, body: BodyText, unread: Span[]): Stmt[] {
  const { tokens, start, end } = body;
  if (tokens.length === 0) return [];
  const fragment = closeFragment({ ...body, image });
  const whole: Span = { start: tokens[0]?.start ?? start, end: tokens.at(-1)?.end ?? end };
  if (fragment.tooDeep) {
    unread.push(whole);
    return [{ kind: 'opaque', text: image.slice(whole.start, whole.end), ...whole }];
  }
  const rewrites = rewrite(tokens, fragment);
  let parsed = assemble(body, fragment);
  let tree = parser.parse(parsed);
  for (let round = 0; round < 2 && hasError(tree); round++) {
    if (!repair(parser, body, fragment, tree, round > 0)) break;
    parsed = assemble(body, fragment);
    tree = parser.parse(parsed);
  }
  return convert(image, body, fragment, rewrites, parsed, tree, unread);
}

function convert(
  image: string,
  body: BodyText,
  fragment: Fragment,
  rewrites: Rewrites,
  parsed: string,
  tree: SyntaxNode,
  unread: Span[],
): Stmt[] {
  const bodyStart = WRAPPER.length + fragment.prefix.length;
  const context: Context = {
    parsed,
    image,
    bodyStart,
    bodyEnd: bodyStart + body.end - body.start,
    imageStart: body.start,
    rewrites,
    opaque: fragment.opaque,
    head: fragment.head,
    unread,
    statement: (node) => statement(context, node),
  };
  const wrapper = tree.children.find((node) => node.type === 'function_definition');
  const compound = wrapper && fieldOf(wrapper, 'body');
  if (compound?.type === 'compound_statement') {
    const extra = tree.children.filter((node) => node !== wrapper && node.start > compound.start);
    return statements(context, [...compound.children, ...extra]);
  }
  const inside: Span = { start: body.tokens[0]?.start ?? body.start, end: body.tokens.at(-1)?.end ?? body.end };
  unread.push(inside);
  return [{ kind: 'opaque', text: image.slice(inside.start, inside.end), ...inside }];
}

/** The text to parse: every token at its place, spaces for all else, between the wrapper and the missing braces. */
function assemble(body: BodyText, fragment: Fragment): string {
  const parts = [WRAPPER, fragment.prefix];
  let at = body.start;
  body.tokens.forEach((token, index) => {
    if (token.start > at) {
      parts.push(' '.repeat(token.start - at));
      at = token.start;
    }
    const text = fragment.replaced.get(index) ?? token.text;
    parts.push(text);
    at += text.length;
  });
  parts.push(' '.repeat(Math.max(0, body.end - at)), fragment.suffix, '}');
  return parts.join('');
}

/**
 * Leaves out the statements that do not parse by themselves among those that the errors touch; `all`: every one that
 * they touch. False: nothing left out.
 */
function repair(parser: CParser, body: BodyText, fragment: Fragment, tree: SyntaxNode, all: boolean): boolean {
  const { tokens } = body;
  const shift = body.start - WRAPPER.length - fragment.prefix.length;
  const errors = errorsIn(tree).map(({ start, end }) => ({ start: start + shift, end: end + shift }));
  let changed = false;
  let from = 0;
  for (let at = 0; at <= tokens.length; at++) {
    if (at < tokens.length && !fragment.boundary[at]) continue;
    const to = at;
    const first = tokens[from];
    const last = tokens[at] ?? tokens[to - 1];
    const touched =
      first !== undefined &&
      last !== undefined &&
      errors.some(({ start, end }) => start <= last.end && end >= first.start);
    if (
      touched &&
      to > from &&
      !isLeftOut(fragment, from, to) &&
      (all || !parses(parser, tokens, fragment, from, to))
    ) {
      leaveOut(tokens, fragment, from, to);
      changed = true;
    }
    from = at + 1;
  }
  return changed;
}

const isLeftOut = (fragment: Fragment, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) if (fragment.replaced.get(at) === undefined) return false;
  return true;
};

/** Outermost errors, without what is only wrapped around them. */
function errorsIn(node: SyntaxNode): Span[] {
  if (node.type === 'ERROR' || node.missing) return [node];
  return node.children.flatMap(errorsIn);
}

/** True if tokens [from, to) parse as one statement, or as the head of one. */
function parses(parser: CParser, tokens: readonly Token[], fragment: Fragment, from: number, to: number): boolean {
  const words: string[] = [];
  for (let at = from; at < to; at++) words.push(fragment.replaced.get(at) ?? tokens[at]?.text ?? '');
  let text = words.join(' ').trim();
  for (let head = /^(?:else|do)\b\s*/.exec(text); head; head = /^(?:else|do)\b\s*/.exec(text))
    text = text.slice(head[0].length);
  if (text === '') return true;
  if (/^while\b/.test(text) && tokens[from - 1]?.text === '}' && tokens[to]?.text === ';') text = `do ; ${text}`;
  const tree = parser.parse(`${WRAPPER}${text};}`);
  return !hasError(tree);
}

/** Writes one `;` for tokens [from, to) where a statement ends there, and remembers what it stands for. */
function leaveOut(tokens: readonly Token[], fragment: Fragment, from: number, to: number): void {
  const start = tokens[from]?.start ?? 0;
  const span = { start, end: tokens[to - 1]?.end ?? start };
  for (let at = from; at < to; at++) fragment.replaced.set(at, '');
  const next = tokens[to];
  if (next?.text === ';') fragment.opaque.set(next.start, span);
  else if (next?.text !== '{') {
    fragment.replaced.set(from, ';');
    fragment.opaque.set(start, span);
  } else {
    // The head of a block: the block stays, what it hangs on is lost.
    fragment.replaced.set(from, ';');
    fragment.opaque.set(start, span);
  }
}
