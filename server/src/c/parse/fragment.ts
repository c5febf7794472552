/**
 * Makes a run of lines of a function into text that a C parser accepts: heads and braces that stand outside the hunk
 * are put in front and behind, statements that the hunk cuts are left out and remembered.
 */
import type { Span } from '../ast.ts';
import { hangsOnCutHead, isContinuation } from './indent.ts';
import type { Token } from './lexer.ts';

export interface Fragment {
  /** Openings of the blocks that began before the hunk, outermost first. */
  readonly prefix: string;
  /** Closings of what the hunk leaves open. */
  readonly suffix: string;
  /** Per token: what is written in its place (of any length up to its own), absent: itself. */
  readonly replaced: Map<number, string>;
  /** Left-out text, by the image offset of the `;` that stands for it. */
  readonly opaque: Map<number, Span>;
  /** Visible rest of the head (`a && b)`) of the first statement, whose beginning stands before the hunk. */
  readonly head: Span | null;
  /** Per token: true where a statement may end (`;`, and braces of blocks). */
  readonly boundary: Uint8Array;
  /** True if brackets nest too deeply to be parsed. */
  readonly tooDeep: boolean;
}

const DEEPEST_BRACKETS = 120;

interface Open {
  readonly text: string;
  readonly index: number;
  /** Braces inside parentheses or of an initialiser hold no statements of the function itself. */
  readonly inner: boolean;
}

interface Scan {
  readonly stack: Open[];
  readonly unopened: number[];
  readonly boundary: Uint8Array;
  readonly deepest: number;
}

function scan(tokens: readonly Token[], from: number): Scan {
  const stack: Open[] = [];
  const unopened: number[] = [];
  const boundary = new Uint8Array(tokens.length);
  let deepest = 0;
  for (let at = from; at < tokens.length; at++) {
    const text = tokens[at]?.text ?? '';
    const top = stack.at(-1);
    if (text === '{') {
      const inner = top?.inner === true || top?.text === '(' || top?.text === '[' || tokens[at - 1]?.text === '=';
      stack.push({ text, index: at, inner });
      if (!inner) boundary[at] = 1;
    } else if (text === '(' || text === '[') stack.push({ text, index: at, inner: top?.inner === true });
    else if (text === ')' || text === ']') {
      if (top?.text === '(' || top?.text === '[') stack.pop();
    } else if (text === '}') {
      while (stack.length > 0 && stack.at(-1)?.text !== '{') stack.pop();
      const open = stack.pop();
      if (!open) unopened.push(at);
      if (!open?.inner) boundary[at] = 1;
    } else if (text === ';' && (top === undefined || (top.text === '{' && !top.inner))) boundary[at] = 1;
    deepest = Math.max(deepest, stack.length);
  }
  return { stack, unopened, boundary, deepest };
}

const span = (tokens: readonly Token[], from: number, to: number): Span => ({
  start: tokens[from]?.start ?? 0,
  end: tokens[to - 1]?.end ?? 0,
});

/** The lines of a piece: which of its edges the hunk shows, and the image that it is part of. */
export interface Lines {
  readonly tokens: readonly Token[];
  readonly image: string;
  /** Image offset where the piece ends, for what is put behind it. */
  readonly end: number;
  readonly opened: boolean;
  readonly closed: boolean;
}

export function closeFragment({ tokens, image, end, opened, closed }: Lines): Fragment {
  const replaced = new Map<number, string>();
  const opaque = new Map<number, Span>();
  const blank = (from: number, to: number): void => {
    for (let at = from; at < to; at++) replaced.set(at, '');
  };
  let head: Span | null = null;
  let inner = '';
  let from = 0;
  if (!opened) {
    const start = cutStart(tokens, isContinuation(tokens, image));
    from = start.to;
    blank(0, from);
    if (start.head) {
      head = span(tokens, 0, from);
      inner = 'if(0)';
    } else if (from > 0) {
      const semicolon = tokens[from];
      if (semicolon?.text === ';') opaque.set(semicolon.start, span(tokens, 0, from));
      else inner = ';';
      if (inner) opaque.set(-1, span(tokens, 0, from));
    }
    if (tokens[from]?.text === 'else') inner += 'if(0){}';
    else if (inner === '' && from === 0 && hangsOnCutHead(tokens, image, closed ? end : null)) inner = 'if(0)';
  }
  const { stack, unopened, boundary, deepest } = scan(tokens, from);
  let prefix = inner;
  for (const at of unopened) prefix = `${opener(tokens, at)}${prefix}`;
  let suffix = '';
  const bracket = stack.findIndex((open) => open.text !== '{');
  const opens = bracket < 0 ? stack : stack.slice(0, bracket);
  if (!closed || bracket >= 0) {
    const cut = cutEnd(tokens, from, boundary, bracket < 0 ? tokens.length : (stack[bracket]?.index ?? 0));
    if (bracket >= 0) {
      const first = skipHeads(tokens, cut);
      blank(first, tokens.length);
      opaque.set(end, span(tokens, first, tokens.length));
      suffix = ';';
    } else if (cut < tokens.length) suffix = waiting(tokens, cut);
  }
  for (const open of opens.reverse()) {
    const before = tokens[open.index - 1]?.text;
    suffix += before === 'do' ? '}while(0);' : before === '=' ? '};' : '}';
  }
  return { prefix, suffix, replaced, opaque, head, boundary, tooDeep: deepest > DEEPEST_BRACKETS };
}

/** What ends a statement whose brackets balance; the body that a head still waits for is an empty block. */
function waiting(tokens: readonly Token[], from: number): string {
  if (tokens.at(-1)?.text === 'do') return '{}while(0);';
  const body = skipHeads(tokens, from);
  return body >= tokens.length && body > from && tokens.at(-1)?.text !== ':' ? '{}' : ';';
}

/** What opens the block whose `}` at `at` shows alone. */
function opener(tokens: readonly Token[], at: number): string {
  const next = tokens[at + 1]?.text;
  if (next === 'else') return 'if(0){';
  if (next === 'while') {
    const close = matching(tokens, at + 2);
    if (tokens[close + 1]?.text === ';' || tokens[close + 1] === undefined) return 'do{';
  }
  return '{';
}

/** Index of the `)` for the `(` at `open`; the count if there is none. */
function matching(tokens: readonly Token[], open: number): number {
  if (tokens[open]?.text !== '(') return open - 1;
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (tokens[at]?.text === '(') depth++;
    else if (tokens[at]?.text === ')' && --depth === 0) return at;
  }
  return tokens.length;
}

const NO_START = /^(?:\|\||&&|==|!=|<=|>=|<<|>>|<|>|=|[-+*/%&|^]=|<<=|>>=|,|\?|:|\.|->|\||\/|%|\^|\]|\))$/;
const STARTS = /^(?:[A-Za-z_$]|\{$|\+\+$|--$|\*$)/;

/** The tokens that only continue a statement from before the hunk, and whether they end the head of an `if` or loop. */
function cutStart(tokens: readonly Token[], aligned: boolean): { to: number; head: boolean } {
  let depth = 0;
  let unopened = -1;
  for (let at = 0; at < tokens.length; at++) {
    const text = tokens[at]?.text;
    if (text === '(' || text === '[') depth++;
    else if (text === ')' || text === ']') {
      if (depth === 0) unopened = at;
      else depth--;
    } else if ((text === '{' || text === '}') && depth === 0) break;
  }
  if (unopened >= 0) {
    const next = tokens[unopened + 1]?.text;
    if (next !== undefined && STARTS.test(next)) return { to: unopened + 1, head: true };
    return { to: statementEnd(tokens, unopened + 1), head: false };
  }
  const first = tokens[0]?.text;
  if (first !== undefined && (aligned || NO_START.test(first))) return { to: statementEnd(tokens, 0), head: false };
  return { to: 0, head: false };
}

function statementEnd(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const text = tokens[at]?.text ?? '';
    if (text === '(' || text === '[') depth++;
    else if (text === ')' || text === ']') depth = Math.max(0, depth - 1);
    else if (depth === 0 && (text === ';' || text === '{' || text === '}')) return at;
  }
  return tokens.length;
}

/** Index behind the last boundary before `before`. */
function cutEnd(tokens: readonly Token[], from: number, boundary: Uint8Array, before: number): number {
  for (let at = Math.min(before, tokens.length) - 1; at >= from; at--) if (boundary[at]) return at + 1;
  return from;
}

/** Steps over whole heads (`else`, `if (...)`) and labels, to the statement that is cut. */
function skipHeads(tokens: readonly Token[], from: number): number {
  let at = from;
  for (;;) {
    const text = tokens[at]?.text ?? '';
    if (text === 'else' || text === 'do') at++;
    else if (/^(?:if|for|while|switch)$/.test(text)) {
      const close = matching(tokens, at + 1);
      if (close >= tokens.length) return at;
      at = close + 1;
    } else if (tokens[at]?.kind === 'word' && tokens[at + 1]?.text === ':') at += 2;
    else return at;
  }
}
