/** Cuts C text into tokens, before any parser: total, for text that begins and ends anywhere. */

export type TokenKind = 'word' | 'number' | 'string' | 'char' | 'punct' | 'comment' | 'directive';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** UTF-16 offsets into the image, half-open. */
  readonly start: number;
  readonly end: number;
  /** True if it stands in the first column: there kernel style begins and ends what is at file level. */
  readonly column0: boolean;
}

const TOKEN =
  /([A-Za-z_$][\w$]*)|(\.?\d(?:[eEpP][+-]|[\w.])*)|("(?:[^"\\\n]|\\[\s\S])*"?)|('(?:[^'\\\n]|\\[\s\S])*'?)|(?:\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&^|]=|##|\S)/y;

/**
 * Tokens of [start, end) of `text`. A comment that began before `start` is one comment token, so is one that does not
 * end before `end`. A preprocessor line is one token with its continuation lines; the rest of a macro that began before
 * `start` is a directive token as well.
 */
export function tokenize(text: string, start: number, end: number): Token[] {
  const tokens: Token[] = [];
  const put = (kind: TokenKind, from: number, to: number): void => {
    const column0 = from === start || text[from - 1] === '\n';
    tokens.push({ kind, text: text.slice(from, to), start: from, end: to, column0 });
  };
  const segment = end === text.length ? text : text.slice(0, end);
  let at = leadingComment(segment, start);
  if (at > start) put('comment', start, at);
  else {
    at = leadingMacro(segment, start);
    if (at > start) put('directive', start, at);
  }
  let lineStart = true;
  while (at < end) {
    const char = segment[at];
    if (char === '\n') lineStart = true;
    if (char === '\n' || char === ' ' || char === '\t' || char === '\r' || char === '\\') {
      at++;
      continue;
    }
    const next = segment[at + 1];
    if (char === '/' && (next === '*' || next === '/')) {
      const to = next === '*' ? afterComment(segment, at) : endOfLine(segment, at);
      put('comment', at, to);
      at = to;
      continue;
    }
    if (char === '#' && lineStart) {
      const to = directiveEnd(segment, at);
      put('directive', at, to);
      at = to;
      continue;
    }
    lineStart = false;
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(segment);
    if (match === null) {
      at++;
      continue;
    }
    const kind = match[1] ? 'word' : match[2] ? 'number' : match[3] ? 'string' : match[4] ? 'char' : 'punct';
    put(kind, at, at + match[0].length);
    at += match[0].length;
  }
  return tokens;
}

const endOfLine = (text: string, at: number): number => {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline;
};

const afterComment = (text: string, at: number): number => {
  const close = text.indexOf('*/', at + 2);
  return close < 0 ? text.length : close + 2;
};

/** End of a comment that began before the hunk: its end comes before any beginning, or the lines begin with a star. */
function leadingComment(text: string, start: number): number {
  const close = text.indexOf('*/', start);
  if (close >= 0) {
    const open = text.indexOf('/*', start);
    const line = text.slice(text.lastIndexOf('\n', close) + 1, close);
    if ((open < 0 || close < open) && (line.split('"').length & 1) === 1) return close + 2;
  }
  let at = start;
  for (;;) {
    const stop = endOfLine(text, at);
    if (stop === at || !/^[ \t]*[*](?:[ \t]|$)/.test(text.slice(at, stop))) return at;
    at = Math.min(stop + 1, text.length);
  }
}

/** End of the lines at the very start that only continue a macro (`... \`). */
function leadingMacro(text: string, start: number): number {
  const first = text.slice(start, endOfLine(text, start));
  if (!/\\\s*$/.test(first) || /^\s*#/.test(first)) return start;
  return directiveEnd(text, start);
}

/** End of a preprocessor line with its continuations and the comments that it leaves open. */
function directiveEnd(text: string, start: number): number {
  let at = start;
  for (;;) {
    const stop = endOfLine(text, at);
    const line = text.slice(at, stop);
    const open = line.lastIndexOf('/*');
    if (open >= 0 && line.indexOf('*/', open) < 0) {
      const close = afterComment(text, at + open);
      if (close > stop) {
        at = close;
        continue;
      }
    }
    if (stop >= text.length || !/\\[ \t\r]*$/.test(line)) return stop;
    at = stop + 1;
  }
}
