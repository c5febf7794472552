/** `format=flowed` (RFC 3676): space-stuffing and soft line breaks, which damage a patch unless they are undone. */
import type { SourceLine } from './source.ts';

/** Undoes stuffing and joins flowed lines of one quote depth. A joined line stands where its first piece stands. */
export function unflow(lines: readonly SourceLine[], delSp: boolean): SourceLine[] {
  const out: SourceLine[] = [];
  let open: { line: SourceLine; depth: number; pieces: string[] } | null = null;
  for (const source of lines) {
    const depth = quoteDepth(source.text);
    const content = source.text.slice(source.text[depth] === ' ' ? depth + 1 : depth);
    const flows = content.endsWith(' ') && content !== '-- ';
    const piece = flows && delSp ? content.slice(0, -1) : content;
    if (open && open.depth === depth && content !== '-- ') open.pieces.push(piece);
    else {
      if (open) out.push(closed(open.line, open.pieces));
      open = { line: unstuffed(source), depth, pieces: [quotePrefix(depth) + piece] };
    }
    if (!flows) {
      out.push(closed(open.line, open.pieces));
      open = null;
    }
  }
  if (open) out.push(closed(open.line, open.pieces));
  return out;
}

function closed(line: SourceLine, pieces: readonly string[]): SourceLine {
  if (pieces.length === 1) return pieces[0] === line.text ? line : { ...line, text: pieces[0] ?? '', decoded: true };
  return { ...line, text: pieces.join(''), decoded: true };
}

/** An unquoted line only moves by the stuffed space; a quoted one keeps its text, quote.ts strips it. */
export const unstuffed = (source: SourceLine): SourceLine =>
  source.text.startsWith(' ') ? { ...source, text: source.text.slice(1), column: source.column + 1 } : source;

function quoteDepth(text: string): number {
  let depth = 0;
  while (text[depth] === '>') depth++;
  return depth;
}

function quotePrefix(depth: number): string {
  return depth > 0 ? `${'>'.repeat(depth)} ` : '';
}
