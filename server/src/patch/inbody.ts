/** What the body of a mail says over its header: `From:`, `Subject:`, `Date:` on top, as git am reads them. */
import { decodeWords } from './encoding.ts';
import { fieldName } from './header.ts';
import type { SourceLine } from './source.ts';

export type InBody = { readonly [name in 'from' | 'subject' | 'date']?: string };

/**
 * Reads the in-body header at the top of the text, or behind a scissors line (`-- >8 --`) in front of the first diff.
 */
export function inBodyHeader(lines: readonly SourceLine[]): InBody {
  const result: { -readonly [name in keyof InBody]: string } = {};
  let i = afterScissors(lines);
  while (i < lines.length && lines[i]?.text.trim() === '') i++;
  while (i < lines.length) {
    const text = (lines[i]?.text ?? '').replace(/^>(?=From:)/, '');
    const name = fieldName(text);
    if (name !== 'from' && name !== 'subject' && name !== 'date') break;
    let value = text.slice(text.indexOf(':') + 1).trim();
    for (i++; i < lines.length && /^[ \t]+\S/.test(lines[i]?.text ?? ''); i++)
      value += ` ${(lines[i]?.text ?? '').trim()}`;
    if (name === 'from' && !value.includes('@')) break;
    result[name] = decodeWords(value);
  }
  return result;
}

function afterScissors(lines: readonly SourceLine[]): number {
  for (let i = 0; i < lines.length; i++) {
    const text = lines[i]?.text ?? '';
    if (text.startsWith('diff --git ')) break;
    if (text.length < 200 && /(?:>8|8<|>%|%<)/.test(text) && /^[-\s]*(?:>8|8<|>%|%<)[-\s><8%]*$/.test(text))
      return i + 1;
  }
  return 0;
}

/**
 * True if the mail reads like the patch itself although its subject says `Re:`: nothing quoted, signed off, and `---`
 * in front of the diff. A discussion that carries a proposal has no place in the series that it discusses.
 */
export function isPatchItself(lines: readonly SourceLine[]): boolean {
  let signed = false;
  for (const { text } of lines) {
    if (text.startsWith('>')) return false;
    if (text.startsWith('Signed-off-by:')) signed = true;
    if (text === '---' && signed) return true;
    if (text.startsWith('diff --git ')) return false;
  }
  return false;
}
