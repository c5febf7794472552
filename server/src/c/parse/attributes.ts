/** Leaves out what a reader of the flow does not need, so that plain C remains. */
import type { Token } from './lexer.ts';
import { isAttribute, isAttributeCall } from './words.ts';

/** Without comments, directives and words that only tell the compiler or a checker something. */
export function withoutAttributes(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (!token || token.kind === 'comment' || token.kind === 'directive') continue;
    if (token.kind === 'word' && isAttribute(token.text)) continue;
    if (token.kind === 'word' && isAttributeCall(token.text)) {
      const next = skipComments(tokens, at + 1);
      if (tokens[next]?.text !== '(') continue;
      let depth = 0;
      for (at = next; at < tokens.length; at++) {
        if (tokens[at]?.text === '(') depth++;
        else if (tokens[at]?.text === ')' && --depth === 0) break;
      }
      continue;
    }
    kept.push(token);
  }
  return kept;
}

function skipComments(tokens: readonly Token[], from: number): number {
  let at = from;
  while (tokens[at]?.kind === 'comment') at++;
  return at;
}
