/** `#define` lines. */
import type { Macro } from '../ast.ts';
import type { Token } from './lexer.ts';

const DEFINE = /^#\s*define\s+([A-Za-z_]\w*)(\(([^)]*)\))?/;

/** The macro that a directive defines, its continuation lines joined and its comments left out; null: it defines none. */
export function readMacro(token: Token): Macro | null {
  const match = DEFINE.exec(token.text);
  if (!match) return null;
  const [whole, name = '', group, list = ''] = match;
  const body = token.text
    .slice(whole.length)
    .replace(/\/\*[\s\S]*?(?:\*\/|$)/g, ' ')
    .replace(/\/\/[^\n]*/g, ' ')
    .replace(/\\[ \t\r]*\n/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const parameters = group === undefined ? null : list.split(/[,\\\s]+/).filter((word) => word !== '');
  return { name, parameters, body, start: token.start, end: token.end };
}
