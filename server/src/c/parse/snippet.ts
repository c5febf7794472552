/** Statements of a text that is nothing but statements: patterns, and C of our own. */
import type { Stmt } from '../ast.ts';
import { withoutAttributes } from './attributes.ts';
import { readBody } from './body.ts';
import { tokenize } from './lexer.ts';
import type { CParser } from './parser.ts';

/** Reads `text` as the inside of a function. Total: what cannot be read is an opaque statement. */
export function parseStatements(parser: CParser, text: string): Stmt[] {
  const tokens = withoutAttributes(tokenize(text, 0, text.length));
  return readBody(parser, text, { tokens, start: 0, end: text.length, opened: true, closed: true }, []);
}
