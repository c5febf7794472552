/** Lines of an input as a terminal or a mail may show them. */

/** Splits text at \n, \r\n; the split that line numbers of the report refer to. */
export const linesOf = (text: string): string[] => text.split(/\r\n|\n/);

// C0 and C1 controls, and the marks that reorder text: a patch must not be able to drive the terminal that shows it.
const UNPRINTABLE = /(?!\t)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** The text with everything that could move a cursor or reorder what is read replaced by U+FFFD. Tabs stay. */
export const printable = (text: string): string => text.replace(UNPRINTABLE, '\ufffd');

/** Expands tabs to stops of 8 columns. `column` (0-based, UTF-16) leads to the same place in the result, in code points. */
export function expandTabs(text: string, column = 0): { text: string; column: number } {
  let out = '';
  let width = 0;
  let found: number | null = null;
  let offset = 0;
  for (const char of text) {
    if (found === null && offset >= column) found = width;
    const add = char === '\t' ? 8 - (width % 8) : 1;
    out += char === '\t' ? ' '.repeat(add) : char;
    width += add;
    offset += char.length;
  }
  return { text: out, column: found ?? width };
}

/** Breaks a paragraph at spaces so that no line is longer than `width` unless one word is. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  if (line !== '') lines.push(line);
  return lines;
}
