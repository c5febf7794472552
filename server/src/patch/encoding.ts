/**
 * The content encodings of mail: quoted-printable, base64, charsets, RFC 2047 encoded words.
 *
 * Written here because reading is synchronous and has to keep the input line of every decoded line: the MIME
 * libraries at hand (postal-mime) are asynchronous and give text without places.
 */
import type { SourceLine } from './source.ts';

/** Bytes to text; an unknown charset is read as UTF-8. */
export function decodeCharset(bytes: Uint8Array, charset: string | null): string {
  try {
    return new TextDecoder(charset ?? 'utf-8', { ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder('utf-8').decode(bytes);
  }
}

/** Lines of a quoted-printable body. A line joined over soft breaks stands where its first piece stands. */
export function decodeQuotedPrintable(lines: readonly SourceLine[], charset: string | null): SourceLine[] {
  const out: SourceLine[] = [];
  let pieces: string[] = [];
  let first: SourceLine | null = null;
  for (const source of lines) {
    const text = withoutPadding(source.text);
    first ??= source;
    const soft = text.endsWith('=');
    pieces.push(soft ? text.slice(0, -1) : text);
    if (soft) continue;
    out.push(quotedPrintableLine(first, pieces, charset));
    pieces = [];
    first = null;
  }
  if (first) out.push(quotedPrintableLine(first, pieces, charset));
  return out;
}

/** Trailing white space is transport padding (RFC 2045, 6.7 rule 3). */
function withoutPadding(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return text.slice(0, end);
}

function quotedPrintableLine(first: SourceLine, pieces: readonly string[], charset: string | null): SourceLine {
  const joined = pieces.join('');
  const text = joined.includes('=') ? decodeEscapes(joined, charset) : joined;
  const decoded = first.decoded || pieces.length > 1 || text !== joined;
  return { ...first, text, decoded };
}

/** `=XX` escapes to text. A `=` that escapes nothing stays. */
function decodeEscapes(text: string, charset: string | null): string {
  return text.replace(/(?:=[0-9A-Fa-f]{2})+/g, (run) => {
    const bytes = new Uint8Array(run.length / 3);
    for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(run.slice(3 * i + 1, 3 * i + 3), 16);
    return decodeCharset(bytes, charset);
  });
}

/** Lines of a base64 body, each with the input line its first byte came from. */
export function decodeBase64(lines: readonly SourceLine[], charset: string | null): SourceLine[] {
  const clean = lines.map((source) => source.text.replace(/[^A-Za-z0-9+/]/g, ''));
  const bytes = new Uint8Array(Buffer.from(clean.join(''), 'base64'));
  const out: SourceLine[] = [];
  let piece = 0;
  let pieceEnd = clean[0]?.length ?? 0;
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    const character = Math.floor((start * 4) / 3);
    while (character >= pieceEnd && piece + 1 < clean.length) pieceEnd += clean[++piece]?.length ?? 0;
    const contentEnd = end > start && bytes[end - 1] === 0x0d ? end - 1 : end;
    const text = decodeCharset(bytes.subarray(start, contentEnd), charset);
    out.push({ text, line: lines[piece]?.line ?? 0, column: lines[piece]?.column ?? 0, decoded: true });
    start = end + 1;
  }
  return out;
}

/** Decodes `=?charset?B|Q?...?=`; neighbouring words of one charset are joined first, they may share a character. */
export function decodeWords(value: string): string {
  if (!value.includes('=?')) return value;
  const word = /=\?([^?\s]{1,40})\?([bBqQ])\?([^?\s]*)\?=/g;
  let out = '';
  let last = 0;
  let pending: { charset: string; bytes: Uint8Array[] } | null = null;
  const flush = (): void => {
    if (pending) out += decodeCharset(Buffer.concat(pending.bytes), pending.charset);
    pending = null;
  };
  for (const match of value.matchAll(word)) {
    const between = value.slice(last, match.index);
    const charset = (match[1] ?? '').replace(/\*.*$/, '').toLowerCase();
    if (pending === null || between.trim() !== '' || pending.charset !== charset) {
      const adjacent = pending !== null && between.trim() === '';
      flush();
      if (!adjacent) out += between;
      pending = { charset, bytes: [] };
    }
    pending.bytes.push(wordBytes(match[2] ?? 'q', match[3] ?? ''));
    last = match.index + match[0].length;
  }
  flush();
  return out + value.slice(last);
}

function wordBytes(encoding: string, content: string): Uint8Array {
  if (encoding.toLowerCase() === 'b') return Buffer.from(content, 'base64');
  const latin = content
    .replace(/_/g, ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin, 'latin1');
}
