/** What the hunks of one function show, statement by statement, as a tree in patch order. */
import type { FunctionSource, Piece, Stmt } from '../../c/ast.ts';
import type { Hunk } from '../../patch/model.ts';
import type { CodeText } from '../text.ts';
import { hunkLines, lineAt } from '../text.ts';

export interface Item {
  readonly stmt: Stmt;
  readonly text: CodeText;
  /** Orders items by hunk, then by line in the hunk, in both images alike. */
  readonly order: number;
  readonly hunk: number;
  /** What the patch does to the statement's first line. */
  readonly state: 'kept' | 'added' | 'removed';
  /** True if the patch touches any line of the statement. */
  readonly changed: boolean;
  /** 0 at the hunk's first statement; -1 behind the end of a block that was opened before the hunk, and so on. */
  readonly level: number;
  /** How deep in tabs its line is indented; 1 is the function's own body. Null: not told in whole tabs. */
  readonly depth: number | null;
  /** True for the statements of an `else`. */
  readonly otherwise: boolean;
  /** Statements inside, for a compound statement. */
  readonly children: readonly Item[];
}

export interface ShownFunction {
  readonly source: FunctionSource;
  readonly text: CodeText;
}

const LINES_PER_HUNK = 1 << 20;

export function itemsOf({ source, text }: ShownFunction): readonly Item[] {
  return source.pieces.flatMap((piece) => itemsOfPiece(piece, text)).sort((a, b) => a.order - b.order);
}

function itemsOfPiece(piece: Piece, text: CodeText): Item[] {
  const items: Item[] = [];
  let level = 0;
  const walk = (stmts: readonly Stmt[]) => {
    for (const stmt of stmts) {
      const inside = openedBefore(stmt);
      if (inside) {
        walk(inside);
        level--;
      } else items.push(...itemOf(stmt, text, { level, otherwise: false }));
    }
  };
  walk(piece.body);
  return items;
}

/** The statements of a block whose opening stands before the hunk. */
function openedBefore(stmt: Stmt): readonly Stmt[] | null {
  const block = stmt.kind === 'if' && stmt.otherwise ? null : (bodyOf(stmt) ?? stmt);
  return block?.kind === 'block' && (block.edge === 'before' || block.edge === 'both') ? block.body : null;
}

/** The body that a compound statement runs under its head; the `then` side of an if. */
function bodyOf(stmt: Stmt): Stmt | null {
  if (stmt.kind === 'if') return stmt.then;
  return stmt.kind === 'for' || stmt.kind === 'while' || stmt.kind === 'do' || stmt.kind === 'switch'
    ? stmt.body
    : null;
}

function itemOf(stmt: Stmt, text: CodeText, place: Pick<Item, 'level' | 'otherwise'>): Item[] {
  const at = lineAt(text, stmt.start);
  if (!at) return [];
  return [
    {
      stmt,
      text,
      order: orderOf(text, at.segment.hunk, at.index, stmt.start),
      hunk: text.file.hunks.indexOf(at.segment.hunk),
      state: at.line.kind === 'context' ? 'kept' : at.line.kind,
      changed: hunkLines(text, stmt).some((line) => line.kind !== 'context'),
      ...place,
      depth: depthOf(text, stmt.start),
      children: statementsInside(stmt).flatMap(({ inner, otherwise }) => itemOf(inner, text, { level: 0, otherwise })),
    },
  ];
}

/** Mail may have turned the tabs into blanks. */
function depthOf({ image }: CodeText, offset: number): number | null {
  const margin = image.text.slice(image.text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^(?:\t| {8})+$/.test(margin) ? margin.replaceAll('\t', '        ').length / 8 : null;
}

const orderOf = ({ file, image }: CodeText, hunk: Hunk, line: number, offset: number) =>
  rankOf(file.hunks, hunk) * LINES_PER_HUNK + line + offset / (image.text.length + 1);

const ranks = new WeakMap<readonly Hunk[], ReadonlyMap<Hunk, number>>();

/** Hunks stand in any order; their headers say where in the file, or, if two say the same, nothing. */
function rankOf(hunks: readonly Hunk[], hunk: Hunk): number {
  const known = ranks.get(hunks) ?? ranksOf(hunks);
  ranks.set(hunks, known);
  return known.get(hunk) ?? 0;
}

function ranksOf(hunks: readonly Hunk[]): ReadonlyMap<Hunk, number> {
  const starts = new Set(hunks.map(({ oldStart }) => oldStart));
  const inFile = starts.size < hunks.length ? hunks : [...hunks].sort((a, b) => a.oldStart - b.oldStart);
  return new Map(inFile.map((hunk, rank) => [hunk, rank]));
}

interface Inside {
  readonly inner: Stmt;
  readonly otherwise: boolean;
}

function statementsInside(stmt: Stmt): readonly Inside[] {
  const list = (body: Stmt | null, otherwise: boolean): readonly Inside[] => {
    const inside = body === null ? [] : body.kind === 'block' ? body.body : [body];
    return inside.map((inner) => ({ inner, otherwise }));
  };
  if (stmt.kind === 'block') return list(stmt, false);
  return stmt.kind === 'if' ? [...list(stmt.then, false), ...list(stmt.otherwise, true)] : list(bodyOf(stmt), false);
}

/** The item and everything inside it, heads before bodies. */
export const flatten = (items: readonly Item[]): readonly Item[] =>
  items.flatMap((item) => [item, ...flatten(item.children)]);

/** True for statements with a head and a body, also where the hunk does not show the body. */
export const isCompound = ({ kind }: Stmt) =>
  kind === 'if' || kind === 'for' || kind === 'while' || kind === 'do' || kind === 'switch';

/** True for the one statement of an `if` whose head stands before the hunk. */
export const isHeadless = (stmt: Stmt) => stmt.kind === 'if' && stmt.test.kind === 'opaque';

const heads = new WeakMap<Stmt, Stmt>();

/** The statement, without its body if it is a compound one. */
export function headOf(stmt: Stmt): Stmt {
  const head = heads.get(stmt) ?? withoutBody(stmt);
  heads.set(stmt, head);
  return head;
}

function withoutBody(stmt: Stmt): Stmt {
  const empty = { kind: 'empty', start: stmt.start, end: stmt.start } as const;
  switch (stmt.kind) {
    case 'if':
      return { ...stmt, then: empty, otherwise: null };
    case 'for':
    case 'while':
    case 'do':
    case 'switch':
      return { ...stmt, body: empty };
    default:
      return stmt;
  }
}
