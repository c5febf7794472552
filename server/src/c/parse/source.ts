/** From the text of an image to what it shows: functions (in pieces), prototypes, macros, structs. */
import type { FunctionSource, Macro, Piece, Prototype, SourceFile, Span, StructSource, Variable } from '../ast.ts';
import { withoutAttributes } from './attributes.ts';
import { readBody } from './body.ts';
import { dropBranches } from './conditions.ts';
import { readFields, readParameters } from './declaration.ts';
import { type Head, readHead } from './heads.ts';
import { tokenize } from './lexer.ts';
import { readMacro } from './macros.ts';
import { type FunctionItem, type Inside, outline } from './outline.ts';
import type { CParser } from './parser.ts';
import { variablesOf } from './variables.ts';

/** The lines of one hunk inside the image, with what its `@@` line says it stands in. */
export interface Segment extends Span {
  readonly heading: string | null;
}

interface Growing {
  source: FunctionSource;
  /** True while the last piece is not closed. */
  open: boolean;
}

/**
 * Reads an image hunk by hunk. Total: what cannot be understood is opaque and listed in `unread`. The pieces of one
 * function that several hunks show are joined by the hunks' headings; one that follows only from what the hunk before left
 * open stays apart.
 */
export function parseSource(parser: CParser, text: string, segments: readonly Segment[]): SourceFile {
  const functions: Growing[] = [];
  const prototypes: Prototype[] = [];
  const macros: Macro[] = [];
  const structs: StructSource[] = [];
  const variables: Variable[] = [];
  const unread: Span[] = [];
  for (const segment of segments) {
    const raw = tokenize(text, segment.start, segment.end);
    for (const token of raw) {
      const macro = token.kind === 'directive' ? readMacro(token) : null;
      if (macro) macros.push(macro);
    }
    const tokens = withoutAttributes(dropBranches(raw));
    const heading = headingOf(segment.heading);
    const left = functions.at(-1)?.open && !heading.label ? functions.at(-1) : undefined;
    const inside = heading.inside === 'unknown' && left ? 'function' : heading.inside;
    for (const item of outline(tokens, segment.start, segment.end, inside)) {
      if (item.kind === 'unread') unread.push({ start: item.start, end: item.end });
      else if (item.kind === 'struct') {
        const tag = item.tag ?? heading.tag;
        if (tag !== null) structs.push({ tag, fields: readFields(item.fields) });
      } else if (item.kind === 'variable') variables.push(...variablesOf(parser, text, item));
      else if (item.kind === 'prototype') {
        const { head, start, end } = item;
        prototypes.push({
          name: head.name.text,
          parameters: readParameters(head.parameters),
          returns: head.returns,
          start,
          end,
        });
      } else addFunction(functions, item, heading.head, left, pieceOf(parser, text, item, unread));
    }
  }
  return { functions: functions.map(({ source }) => source), prototypes, macros, structs, variables, unread };
}

function pieceOf(parser: CParser, text: string, item: FunctionItem, unread: Span[]): Piece | null {
  if (!item.body) return null;
  const { opened, closed } = item;
  return { body: readBody(parser, text, { ...item.body, opened, closed }, unread), start: item.start, end: item.end };
}

function addFunction(
  functions: Growing[],
  item: FunctionItem,
  heading: Head | null,
  left: Growing | undefined,
  piece: Piece | null,
): void {
  const continues = !item.head && !heading && left?.open ? left.source : null;
  if (!item.head && heading) {
    const earlier = functions.findLast(({ source }) => source.name === heading.name.text && !source.whole);
    if (earlier) {
      const pieces = piece ? [...earlier.source.pieces, piece] : earlier.source.pieces;
      earlier.source = { ...earlier.source, pieces };
      earlier.open = !item.closed;
      moveLast(functions, earlier);
      return;
    }
  }
  const head = item.head ?? heading;
  const parameters = head ? readParameters(item.head ? head.parameters : [...head.parameters, ...item.rest]) : null;
  const source: FunctionSource = {
    name: head?.name.text ?? continues?.name ?? '',
    nameSpan: item.head ? { start: item.head.name.start, end: item.head.name.end } : null,
    parameters,
    parametersCut: !head?.closed,
    returns: head?.returns ?? null,
    pieces: piece ? [piece] : [],
    continued: continues !== null,
    whole: item.head !== null && item.opened && item.closed,
    storage: { static: head?.static ?? false, inline: head?.inline ?? false },
  };
  functions.push({ source, open: !item.closed });
}

/** Only the last function can be left open for the next hunk. */
function moveLast(functions: Growing[], one: Growing): void {
  if (functions.at(-1) === one) return;
  for (const other of functions) if (other !== one) other.open = false;
}

interface Heading {
  readonly head: Head | null;
  /** The struct whose fields the hunk begins among. */
  readonly tag: string | null;
  readonly label: boolean;
  readonly inside: Inside;
}

/** What a heading names. A definition that ends on its own line, a declaration or a label says nothing of the hunk. */
function headingOf(heading: string | null): Heading {
  const unknown: Heading = { head: null, tag: null, label: false, inside: 'unknown' };
  if (heading === null || heading.trim() === '') return unknown;
  const tokens = withoutAttributes(tokenize(heading, 0, heading.length).filter((token) => token.kind !== 'directive'));
  const last = tokens.at(-1)?.text;
  if (last === ';' || last === '}') return unknown;
  // The function that has the label need not be the one that the hunk before is in.
  if (last === ':') return { ...unknown, label: true, inside: 'function' };
  const brace = tokens.findIndex((token) => token.text === '{');
  const before = brace < 0 ? tokens : tokens.slice(0, brace);
  const data = before.some((token) => token.text === '=' || token.text === 'typedef');
  const head = data ? null : readHead(before);
  if (head && (head.typed || before[0] === head.name)) return { ...unknown, head, inside: 'function' };
  const tagged = before.findIndex((token) => /^(?:struct|union|enum)$/.test(token.text));
  if (!data && tagged < 0) return unknown;
  const isStruct = !data && before[tagged]?.text === 'struct';
  return { ...unknown, tag: isStruct ? (before[tagged + 1]?.text ?? null) : null, inside: 'data' };
}
