/** A diff inside a mail reply: `> +code`. Takes one quote depth out of a text, what stands beside it is comment. */
import type { SourceLine } from './source.ts';

interface Quoted {
  readonly depth: number;
  /** Index behind the last `>`. */
  readonly end: number;
}

/** Quote marks at the start of a line; a space between two marks belongs to them: `> > +code`. */
function quoteOf(text: string): Quoted {
  let depth = 0;
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '>') {
      depth++;
      end = at + 1;
    } else if (text[at] !== ' ' || text[at + 1] !== '>') break;
  }
  return { depth, end };
}

/**
 * The lines at the shallowest quote depth that holds a diff, without their quote marks; null where no quoted line
 * begins a diff. Lines of any other depth are left out: a reviewer's comment may stand in the middle of a hunk.
 */
export function unquote(lines: readonly SourceLine[]): SourceLine[] | null {
  let depth = Number.POSITIVE_INFINITY;
  for (const { text } of lines) {
    if (!text.startsWith('>')) continue;
    const quote = quoteOf(text);
    if (quote.depth < depth && beginsDiff(text, quote.end)) depth = quote.depth;
  }
  if (depth === Number.POSITIVE_INFINITY) return null;
  return linesAt(lines, depth);
}

function linesAt(lines: readonly SourceLine[], depth: number): SourceLine[] {
  const quoted: { source: SourceLine; end: number }[] = [];
  // `> +code` or `>+code`: told by the first line that begins a diff. Later ones may be code that looks like it.
  let spaced: boolean | null = null;
  for (const source of lines) {
    if (!source.text.startsWith('>')) continue;
    const { depth: own, end } = quoteOf(source.text);
    if (own !== depth) continue;
    if (spaced === null && beginsDiff(source.text, end)) spaced = source.text[end] === ' ';
    quoted.push({ source, end });
  }
  return quoted.map(({ source, end }) => {
    const start = end + (spaced && source.text[end] === ' ' ? 1 : 0);
    return { ...source, text: source.text.slice(start), column: source.column + start };
  });
}

function beginsDiff(text: string, end: number): boolean {
  const at = text[end] === ' ' ? end + 1 : end;
  return text.startsWith('diff --git ', at) || text.startsWith('@@ -', at);
}
