/**
 * What stands at file level in one hunk: pieces of functions, prototypes, structs. Goes by braces where they balance
 * and by the first column where they do not, because hunks cut both and kernel style keeps the first column for it.
 */
import type { Span } from '../ast.ts';
import { type Head, readHead } from './heads.ts';
import type { Token } from './lexer.ts';
import { isExport } from './words.ts';

export interface FunctionItem extends Span {
  readonly kind: 'function';
  /** null: the piece belongs to what the heading names, or to what an earlier hunk left open. */
  readonly head: Head | null;
  /** Parameters that stand before the opening brace where the head itself is cut off. */
  readonly rest: readonly Token[];
  /** Tokens of the body that show, and the image range they stand in; null: only the head shows. */
  readonly body: (Span & { readonly tokens: readonly Token[] }) | null;
  readonly opened: boolean;
  readonly closed: boolean;
}

export type Item =
  | FunctionItem
  | (Span & { readonly kind: 'prototype'; readonly head: Head })
  /** `tag` null: the struct that the heading names. */
  | (Span & { readonly kind: 'struct'; readonly tag: string | null; readonly fields: readonly Token[] })
  | (Span & { readonly kind: 'variable'; readonly tokens: readonly Token[] })
  | (Span & { readonly kind: 'unread' });

/** What the start of the hunk stands in, as far as its heading and the hunk before say. */
export type Inside = 'function' | 'data' | 'unknown';

/** Items of the tokens of one hunk (no comments, attributes or directives), which spans [start, end). */
export function outline(tokens: readonly Token[], start: number, end: number, inside: Inside): Item[] {
  const items: Item[] = [];
  const at = leading(tokens, start, end, inside, items);
  fileLevel(tokens, at, end, items);
  return items;
}

const isWordAt0 = (tokens: readonly Token[], at: number): boolean => {
  const token = tokens[at];
  return token?.kind === 'word' && token.column0 && tokens[at + 1]?.text !== ':';
};

const STATEMENT = /^(?:if|else|for|while|do|switch|case|return|goto|break|continue|=|->|\+\+|--|\+=|-=|\|=|&=)$/;
const saysStatement = (tokens: readonly Token[], from: number, to: number): boolean => {
  for (let at = from; at < to; at++) if (STATEMENT.test(tokens[at]?.text ?? '')) return true;
  return false;
};

/** Reads what the hunk's first lines continue; returns the index of the first token at file level. */
function leading(tokens: readonly Token[], start: number, end: number, inside: Inside, items: Item[]): number {
  const count = tokens.length;
  const piece = (to: number, closed: boolean): void => {
    const bodyEnd = closed ? (tokens[to]?.start ?? end) : end;
    const body = { start, end: bodyEnd, tokens: tokens.slice(0, to) };
    const pieceEnd = closed ? (tokens[to]?.end ?? end) : end;
    items.push({ kind: 'function', head: null, rest: [], start, end: pieceEnd, body, opened: false, closed });
  };
  for (let at = 0; at < count; at++) {
    const token = tokens[at];
    if (!token?.column0) continue;
    if (token.text === '}') {
      if (endsData(tokens, at)) {
        if (inside === 'data') items.push(restOfStruct(tokens, at, start));
        return afterSemicolon(tokens, at);
      }
      piece(at, true);
      return at + 1;
    }
    if (token.text === '{') {
      const open = at === 0 || tokens.slice(0, at).some((_, index) => closesUnopened(tokens, index));
      if (!open) return 0;
      const body = bodyOf(tokens, at, end);
      items.push({ ...body.item, head: null, rest: tokens.slice(0, Math.max(0, at - 1)), start });
      return body.next;
    }
    if (isWordAt0(tokens, at)) {
      if (at === 0) return 0;
      const odd = inside === 'function' && saysStatement(tokens, 0, at);
      if (odd) continue;
      if (/[;}]/.test(tokens[at - 1]?.text ?? '') || closesUnopened(tokens, at - 1)) return at;
      return inside === 'function' ? at : 0;
    }
  }
  if (count === 0) return 0;
  if (inside === 'function' || (inside === 'unknown' && saysStatement(tokens, 0, count))) {
    piece(count, false);
    return count;
  }
  if (inside === 'data') {
    items.push(restOfStruct(tokens, count, start));
    return count;
  }
  return tokens[0]?.column0 ? 0 : indented(tokens, start, items, piece);
}

/** The fields that stand before `to`, of the struct that the hunk's heading names. */
const restOfStruct = (tokens: readonly Token[], to: number, start: number): Item => ({
  kind: 'struct',
  tag: null,
  fields: tokens.slice(0, to),
  start,
  end: tokens[to - 1]?.end ?? start,
});

/** A hunk with nothing in the first column and no statement: calls are a body, a whole indented definition is not. */
function indented(
  tokens: readonly Token[],
  start: number,
  items: Item[],
  piece: (to: number, closed: boolean) => void,
): number {
  const head = tokens.findIndex((token) => token.text === '{');
  if (head > 0 && readHead(tokens.slice(0, head))?.typed) return 0;
  if (
    tokens.some((token, at) => token.text === '(' && tokens[at - 1]?.kind === 'word') &&
    readHead(tokens)?.typed !== true
  ) {
    piece(tokens.length, false);
    return tokens.length;
  }
  items.push({ kind: 'unread', start, end: tokens.at(-1)?.end ?? start });
  return tokens.length;
}

/** True if the `)` at `index` has no opening among the tokens before it. */
function closesUnopened(tokens: readonly Token[], index: number): boolean {
  if (tokens[index]?.text !== ')') return false;
  let depth = 0;
  for (let at = index; at >= 0; at--) {
    if (tokens[at]?.text === ')') depth++;
    else if (tokens[at]?.text === '(' && --depth === 0) return false;
  }
  return true;
}

/** True for the `}` of a struct, enum or initialiser, where `;`, a name or a comma follows on the line. */
function endsData(tokens: readonly Token[], at: number): boolean {
  const next = tokens[at + 1];
  return next !== undefined && !next.column0 && (/^[;,=*[]$/.test(next.text) || next.kind === 'word');
}

function afterSemicolon(tokens: readonly Token[], from: number): number {
  for (let at = from; at < tokens.length; at++) {
    if (tokens[at]?.text === ';') return at + 1;
    if (at > from && isWordAt0(tokens, at)) return at;
  }
  return tokens.length;
}

function fileLevel(tokens: readonly Token[], from: number, end: number, items: Item[]): void {
  let at = from;
  while (at < tokens.length) at = fileItem(tokens, at, end, items);
}

/** Reads one item that begins at token `from`; returns the index behind it. */
function fileItem(tokens: readonly Token[], from: number, end: number, items: Item[]): number {
  const first = tokens[from];
  const start = first?.start ?? end;
  if (first?.kind === 'word' && isExport(first.text)) return afterSemicolon(tokens, from);
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at];
    const text = token?.text;
    if (text === '(' || text === '[') depth++;
    else if (text === ')' || text === ']') depth = Math.max(0, depth - 1);
    else if (text === ';') {
      const head = readHead(tokens.slice(from, at));
      if (
        head?.closed &&
        head.typed &&
        tokens[at - 1]?.text === ')' &&
        !tokens.slice(from, at).some((t) => t.text === '=')
      )
        items.push({ kind: 'prototype', head, start, end: token?.end ?? end });
      else items.push({ kind: 'variable', tokens: tokens.slice(from, at + 1), start, end: token?.end ?? end });
      return at + 1;
    } else if (text === '}') {
      items.push({ kind: 'unread', start, end: token?.end ?? end });
      return at + 1;
    } else if (text === '{' && (depth === 0 || token?.column0)) return block(tokens, from, at, end, items);
    else if (depth === 0 && at > from && isWordAt0(tokens, at) && isMacroLine(tokens, from, at)) return at;
  }
  const rest = tokens.slice(from);
  const head = first?.column0 ? readHead(rest) : null;
  if (head?.typed || (head && !head.closed))
    items.push({ kind: 'function', head, rest: [], start, end, body: null, opened: false, closed: false });
  return tokens.length;
}

/** A line such as `DEFINE_FOO(x)` without a semicolon, before the next item. */
const isMacroLine = (tokens: readonly Token[], from: number, to: number): boolean =>
  tokens[to - 1]?.text === ')' && tokens[from + 1]?.text === '(';

/** An item with a brace at `open`. */
function block(tokens: readonly Token[], from: number, open: number, end: number, items: Item[]): number {
  const before = tokens.slice(from, open);
  const start = tokens[from]?.start ?? end;
  const words = before.map((token) => token.text);
  if (words[0] === 'extern' && tokens[from + 1]?.kind === 'string') return open + 1;
  const data = words.includes('=');
  const head = data ? null : readHead(before);
  const structAt = words.findIndex((word) => word === 'struct' || word === 'union' || word === 'enum');
  if (head && words.at(-1) === ')') {
    const body = bodyOf(tokens, open, end);
    items.push({ ...body.item, head, rest: [], start });
    return body.next;
  }
  const close = matchingBrace(tokens, open);
  const after = tokens[close]?.text === '}' ? afterSemicolon(tokens, close + 1) : close;
  if (!data && structAt >= 0 && words[structAt] !== 'enum') {
    const tag = words[structAt + 1] ?? tokens[close + 1]?.text ?? '';
    const fields = tokens.slice(open + 1, close);
    items.push({ kind: 'struct', tag, fields, start, end: tokens[close]?.end ?? end });
    // `static struct { ... } journal;` makes a variable as well.
    if (tokens[close + 1]?.kind === 'word')
      items.push({ kind: 'variable', tokens: tokens.slice(from, after), start, end: tokens[after - 1]?.end ?? end });
  } else if (!data && structAt < 0) {
    items.push({ kind: 'unread', start, end: tokens[close]?.end ?? end });
    return Math.min(close + 1, tokens.length);
  } else if (data)
    items.push({ kind: 'variable', tokens: tokens.slice(from, after), start, end: tokens[close]?.end ?? end });
  return after;
}

/** Index of the `}` that closes the `{` at `open`, or of the first `}` in the first column; the count if none does. */
function matchingBrace(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    const text = tokens[at]?.text;
    if (text === '{') depth++;
    else if (text === '}' && (--depth === 0 || tokens[at]?.column0)) return at;
  }
  return tokens.length;
}

type Body = { readonly item: Omit<FunctionItem, 'head' | 'rest' | 'start'>; readonly next: number };

/** The body whose `{` stands at `open`: to its `}`, or to where the next function must have begun, or to the end. */
function bodyOf(tokens: readonly Token[], open: number, end: number): Body {
  const start = tokens[open]?.end ?? end;
  const done = (to: number, closed: boolean): Body => {
    const stop = tokens[to];
    const last = closed ? (stop?.start ?? end) : (stop?.start ?? end);
    const body = { start, end: last, tokens: tokens.slice(open + 1, to) };
    const itemEnd = closed ? (stop?.end ?? end) : last;
    return {
      item: { kind: 'function', end: itemEnd, body, opened: true, closed },
      next: closed ? to + 1 : to,
    };
  };
  const inColumn0 = tokens[open]?.column0 === true;
  let depth = 1;
  for (let at = open + 1; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.text === '{') {
      if (token.column0) return done(headStart(tokens, open + 1, at), false);
      depth++;
    } else if (token?.text === '}') {
      depth--;
      if (token.column0) return done(at, true);
      if (depth === 0) {
        if (!inColumn0 || !closesLater(tokens, at + 1)) return done(at, true);
        depth = 1;
      }
    }
  }
  return done(tokens.length, false);
}

/** True if a `}` in the first column comes before anything else there: the brace just seen was one too many. */
function closesLater(tokens: readonly Token[], from: number): boolean {
  for (let at = from; at < tokens.length; at++) {
    if (tokens[at]?.column0 && tokens[at]?.text === '}') return !endsData(tokens, at);
    if (isWordAt0(tokens, at) || (tokens[at]?.column0 && tokens[at]?.text === '{')) return false;
  }
  return false;
}

/** Where the head begins whose `{` stands at `open`: the nearest line in the first column, and a type line above it. */
function headStart(tokens: readonly Token[], lowest: number, open: number): number {
  let at = open - 1;
  while (at > lowest && !isWordAt0(tokens, at)) at--;
  if (!isWordAt0(tokens, at)) return open;
  let above = at - 1;
  while (above >= lowest && (tokens[above]?.kind === 'word' || tokens[above]?.text === '*')) {
    if (isWordAt0(tokens, above)) at = above;
    above--;
  }
  return at;
}
