/**
 * The readable parts of a mail body, decoded line by line so that each line keeps its place in the input.
 *
 * Own code instead of a MIME library because reading is synchronous and places are needed; see encoding.ts.
 */
import { decodeBase64, decodeQuotedPrintable } from './encoding.ts';
import { parameters, readHeader } from './header.ts';
import type { Problem } from './model.ts';
import type { SourceLine } from './source.ts';

export interface Part {
  readonly lines: readonly SourceLine[];
  /** Declared `format=flowed`; `delSp` is the parameter of RFC 3676. */
  readonly flowed: boolean;
  readonly delSp: boolean;
  /** True if the part may be a whole mail (message/rfc822, an attached file). */
  readonly attached: boolean;
}

/** Deeper nesting is hostile. */
const MAX_DEPTH = 12;

/** Parts of the body below `fields`, in order; parts that hold no text are left out. */
export function readParts(
  lines: readonly SourceLine[],
  fields: ReadonlyMap<string, string>,
  problems: Problem[],
  depth = 0,
): Part[] {
  const type = parameters(fields.get('content-type') ?? 'text/plain');
  const boundary = type.params.get('boundary');
  if (type.value.startsWith('multipart/') && boundary) {
    if (depth < MAX_DEPTH) return readMultipart(lines, boundary, type.value, problems, depth);
    problems.push({
      line: lines[0]?.line ?? 0,
      message: `MIME parts are nested more than ${MAX_DEPTH} deep here: what is inside was not read. Save the patch itself.`,
    });
    return [];
  }
  const disposition = parameters(fields.get('content-disposition') ?? '');
  const name = disposition.params.get('filename') ?? type.params.get('name') ?? '';
  if (!isReadable(type.value, name)) return [];
  const charset = type.params.get('charset') ?? null;
  return [
    {
      lines: decodeTransfer(lines, fields.get('content-transfer-encoding') ?? '', charset),
      flowed: type.params.get('format')?.toLowerCase() === 'flowed',
      delSp: type.params.get('delsp')?.toLowerCase() === 'yes',
      attached: depth > 0 && (type.value === 'message/rfc822' || name !== '' || disposition.value === 'attachment'),
    },
  ];
}

function isReadable(type: string, name: string): boolean {
  if (type === 'text/html' || type === 'text/calendar') return false;
  if (type.startsWith('text/') || type.startsWith('message/') || !type.includes('/')) return true;
  return /\.(?:patch|diff|txt|mbox|eml)$/i.test(name) || /(?:patch|diff|mbox)/.test(type);
}

function decodeTransfer(lines: readonly SourceLine[], encoding: string, charset: string | null): readonly SourceLine[] {
  switch (encoding.trim().toLowerCase()) {
    case 'quoted-printable':
      return decodeQuotedPrintable(lines, charset);
    case 'base64':
      return decodeBase64(lines, charset);
    default:
      return lines;
  }
}

function readMultipart(
  lines: readonly SourceLine[],
  boundary: string,
  type: string,
  problems: Problem[],
  depth: number,
): Part[] {
  const bodies: SourceLine[][] = [];
  let body: SourceLine[] | null = null;
  let closed = false;
  for (const line of lines) {
    if (line.text.startsWith('--') && line.text.startsWith(boundary, 2)) {
      const rest = line.text.slice(2 + boundary.length).trimEnd();
      if (rest === '' || rest === '--') {
        closed = rest === '--';
        body = closed ? null : [];
        if (body) bodies.push(body);
        if (closed) break;
        continue;
      }
    }
    body?.push(line);
  }
  if (!closed) {
    problems.push({
      line: lines.at(-1)?.line ?? 0,
      message: 'The mail ends inside a MIME part: its closing boundary is missing. Save the complete mail again.',
    });
  }
  const all = bodies.map((part) => {
    const header = readHeader(part, 0);
    // A part without any header field begins with a blank line or with its text.
    return readParts(part.slice(header.next), header.fields, problems, depth + 1);
  });
  // The alternatives say the same thing: the first readable one is the plain text.
  return type === 'multipart/alternative' ? (all.find((parts) => parts.length > 0) ?? []) : all.flat();
}

/** True if the mail carries HTML and no readable text beside it. */
export function isHtmlOnly(fields: ReadonlyMap<string, string>, parts: readonly Part[]): boolean {
  return parts.length === 0 && parameters(fields.get('content-type') ?? '').value === 'text/html';
}
