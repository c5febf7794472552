/** Header fields of a mail: finding where they stand, unfolding and decoding them. */
import { decodeWords } from './encoding.ts';
import type { SourceLine } from './source.ts';

/** Fields that a mail has and prose has not: without one of them a block of `Name: text` lines is no header. */
const KNOWN = new Set(
  (
    'from to cc subject date message-id received return-path delivered-to x-original-to in-reply-to references ' +
    'mime-version content-type content-transfer-encoding content-disposition sender reply-to list-id x-mailer user-agent list'
  ).split(' '),
);

/** No header of a real mail is longer; bounds the search on hostile input. */
const MAX_HEADER_LINES = 5000;

export interface Header {
  /** Decoded values by lower-case name; repeated To and Cc are joined, of others the first counts. */
  readonly fields: ReadonlyMap<string, string>;
  /** Index of the first line that no longer belongs to the header (the blank line behind it is skipped). */
  readonly next: number;
}

/** Lower-case field name of a header line, or null. */
export function fieldName(text: string): string | null {
  const colon = text.indexOf(':');
  if (colon <= 0 || colon > 60) return null;
  const name = text.slice(0, colon);
  return /^[A-Za-z][A-Za-z0-9_.-]*$/.test(name) ? name.toLowerCase() : null;
}

/** True if a mail's header begins at `start`: From or Subject among the fields, and only fields up to a blank line. */
export function headerBeginsAt(lines: readonly SourceLine[], start: number): boolean {
  const first = fieldName(lines[start]?.text ?? '');
  if (
    first === null ||
    !(KNOWN.has(first) || first.startsWith('x-') || first.startsWith('arc-') || first.startsWith('dkim'))
  )
    return false;
  let identified = false;
  for (let i = start; i < lines.length && i < start + MAX_HEADER_LINES; i++) {
    const text = lines[i]?.text ?? '';
    if (text.trim() === '') return identified;
    if (/^[ \t]/.test(text) && i > start) continue;
    const name = fieldName(text);
    if (name === null && !text.startsWith('>From ')) return identified && i - start > 1;
    if (name === 'from' || name === 'subject') identified = true;
  }
  return identified;
}

/** Reads the header at `start`. A line that is no field ends it as a blank line does. */
export function readHeader(lines: readonly SourceLine[], start: number): Header {
  const fields = new Map<string, string>();
  let i = start;
  while (i < lines.length) {
    const text = lines[i]?.text ?? '';
    if (text.startsWith('>From ')) {
      i++;
      continue;
    }
    const name = fieldName(text);
    if (name === null) break;
    const pieces = [text.slice(text.indexOf(':') + 1)];
    for (i++; i < lines.length && /^[ \t]+\S/.test(lines[i]?.text ?? ''); i++)
      pieces.push((lines[i]?.text ?? '').trimStart());
    addField(
      fields,
      name,
      pieces
        .map((piece) => piece.trim())
        .join(' ')
        .trim(),
    );
  }
  if ((lines[i]?.text ?? 'x').trim() === '') i++;
  return { fields, next: i };
}

function addField(fields: Map<string, string>, name: string, raw: string): void {
  const value = decodeWords(undecorated(raw));
  const before = fields.get(name);
  if (before === undefined) fields.set(name, value);
  else if (name === 'to' || name === 'cc') fields.set(name, `${before}, ${value}`);
}

/** List archives hang links on header lines: `[thread overview]`, `(raw)`, `[flat|nested]`. */
function undecorated(value: string): string {
  const tail = value.slice(-40);
  const plain = tail.replace(/\s*(?:\[thread overview\]|\[flat\|nested\]|\((?:permalink \/ )?raw\)|\[raw\])\s*$/, '');
  return value.slice(0, value.length - tail.length) + plain;
}

/** Value and lower-case parameters of a structured field: `text/plain; charset="utf-8"; format=flowed`. */
export function parameters(field: string): { readonly value: string; readonly params: ReadonlyMap<string, string> } {
  const bounded = field.slice(0, 4000);
  const params = new Map<string, string>();
  for (const match of bounded.matchAll(/;\s*([A-Za-z0-9*_-]{1,40})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"\s]*))/g)) {
    const name = (match[1] ?? '').toLowerCase();
    if (!params.has(name)) params.set(name, match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '');
  }
  return { value: (bounded.split(';', 1)[0] ?? '').trim().toLowerCase(), params };
}
