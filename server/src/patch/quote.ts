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
  const out: SourceLine[] = [];
  // `> +code` or `>+code`: the style is told by the line that begins the diff or hunk.
  let spaced = true;
  for (const source of lines) {
    if (!source.text.startsWith('>')) continue;
    const quote = quoteOf(source.text);
    if (quote.depth !== depth) continue;
    if (beginsDiff(source.text, quote.end)) spaced = source.text[quote.end] === ' ';
    const start = quote.end + (spaced && source.text[quote.end] === ' ' ? 1 : 0);
    out.push({ ...source, text: source.text.slice(start), column: source.column + start });
  }
  return out;
}

function beginsDiff(text: string, end: number): boolean {
  const at = text[end] === ' ' ? end + 1 : end;
  return text.startsWith('diff --git ', at) || text.startsWith('@@ -', at);
}
