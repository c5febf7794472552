/**
 * Whether the first statement of a hunk hangs on an `if` or loop without braces whose line stands just before the hunk.
 * Only the indentation says so: without it, `return 0;` of such a branch would look as if it always ran.
 */
import type { Token } from './lexer.ts';

const TAB = 8;

/** `end`: image offset of the `}` of the function where the piece ends with it, else null. */
export function hangsOnCutHead(tokens: readonly Token[], image: string, end: number | null): boolean {
  const first = tokens[0];
  const own = first && indentOf(image, first.start);
  if (own === undefined || own === null || own === 0) return false;
  let next = statementEnd(tokens, 0);
  if (tokens[next]?.text === 'else') {
    const otherwise = indentOf(image, tokens[next]?.start ?? 0);
    return tokens[next - 1]?.text === ';' && (otherwise === null || own > otherwise);
  }
  while (tokens[next]?.kind === 'word' && tokens[next + 1]?.text === ':') next += 2;
  const after = tokens[next];
  if (!after) return end !== null && own > TAB;
  const outer = indentOf(image, after.start);
  // A statement in the first column is a debug line; it says nothing.
  if (outer === null || (outer === 0 && after.text !== '}')) return false;
  return after.text === '}' ? own > outer + TAB : own > outer && after.text !== 'case' && after.text !== 'default';
}

/** True if the first token stands behind tabs and then blanks: aligned under something on a line before the hunk. */
export function isContinuation(tokens: readonly Token[], image: string): boolean {
  const start = tokens[0]?.start ?? 0;
  return /^\t+ +$/.test(image.slice(image.lastIndexOf('\n', start - 1) + 1, start));
}

/** Width of the white space before `offset`; null where it is not the first on its line. */
function indentOf(image: string, offset: number): number | null {
  let width = 0;
  const line = image.lastIndexOf('\n', offset - 1) + 1;
  for (let at = line; at < offset; at++) {
    const char = image[at];
    if (char === '\t') width += TAB - (width % TAB);
    else if (char === ' ') width++;
    else return null;
  }
  return width;
}

/** Index behind the statement that begins at `from`, its `else` branches left out. */
function statementEnd(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const text = tokens[at]?.text ?? '';
    if (text === '(' || text === '[' || text === '{') depth++;
    else if (text === ')' || text === ']' || text === '}') {
      depth--;
      if (depth < 0) return at;
      if (depth === 0 && text === '}' && !/^(?:else|while|[;,)])$/.test(tokens[at + 1]?.text ?? '')) return at + 1;
    } else if (text === ';' && depth === 0) return at + 1;
  }
  return tokens.length;
}
