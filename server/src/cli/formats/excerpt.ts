import type { Place } from '../../review/report.ts';
import { expandTabs, printable } from '../../show/lines.ts';

export interface ExcerptLine {
  /** The line number, or '' for the caret's line. */
  readonly gutter: string;
  readonly text: string;
  readonly kind: 'source' | 'added' | 'removed' | 'caret';
}

/** How many lines before and behind the place are shown. */
const AROUND = 1;
const WIDEST = 160;

/**
 * The lines of an input around a place, with a line of carets under the place's first line, tabs expanded and anything that
 * could drive a terminal taken out.
 */
export function excerpt(lines: readonly string[], place: Place): readonly ExcerptLine[] {
  const first = Math.max(1, place.line - AROUND);
  const last = Math.min(lines.length, place.line + AROUND);
  const out: ExcerptLine[] = [];
  for (let number = first; number <= last; number += 1) {
    const raw = lines[number - 1] ?? '';
    // Blank neighbours say nothing.
    if (number !== place.line && /^[-+ ]?\s*$/.test(raw)) continue;
    const { text } = expandTabs(printable(raw));
    const kind = raw.startsWith('+') ? 'added' : raw.startsWith('-') ? 'removed' : 'source';
    out.push({ gutter: `${number}`, text: shortened(text), kind });
    if (number === place.line) out.push({ gutter: '', text: caret(raw, place), kind: 'caret' });
  }
  return out;
}

const shortened = (text: string): string => (text.length > WIDEST ? `${text.slice(0, WIDEST - 3)}...` : text);

function caret(raw: string, place: Place): string {
  const clean = printable(raw);
  const start = Math.min(expandTabs(clean, place.column - 1).column, WIDEST);
  const endColumn = place.endLine === place.line ? place.endColumn - 1 : clean.length;
  const end = Math.min(expandTabs(clean, endColumn).column, WIDEST);
  return ' '.repeat(start) + '^'.repeat(Math.max(1, end - start));
}
