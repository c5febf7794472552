/** What the conversion of one piece's tree to the AST knows beside the tree. */
import type { Expr, Span, Stmt } from '../ast.ts';
import type { SyntaxNode } from './parser.ts';
import type { Rewrites } from './rewrite.ts';

export interface Context {
  /** The text that was parsed: wrapper, prefix, body, suffix. */
  readonly parsed: string;
  /** The image, for the words of what could not be read. */
  readonly image: string;
  /** Offsets of the body in `parsed`, half-open, and of its beginning in the image. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
  readonly imageStart: number;
  readonly rewrites: Rewrites;
  readonly opaque: ReadonlyMap<number, Span>;
  /** Visible rest of a head that began before the hunk. */
  readonly head: Span | null;
  /** Collects what could not be read. */
  readonly unread: Span[];
  /** A statement that stands inside an expression. */
  readonly statement: (node: SyntaxNode) => Stmt;
}

/** Image span of a node; what was added around the body has its edge. */
export function spanOf(context: Context, node: { readonly start: number; readonly end: number }): Span {
  const { bodyStart, bodyEnd, imageStart } = context;
  const clamp = (offset: number): number => Math.min(Math.max(offset, bodyStart), bodyEnd) - bodyStart + imageStart;
  return { start: clamp(node.start), end: clamp(node.end) };
}

/** Image offset of an offset in the parsed text, not clamped. */
export const imageOffset = (context: Context, offset: number): number =>
  offset - context.bodyStart + context.imageStart;

export const textOf = (context: Context, node: SyntaxNode): string => context.parsed.slice(node.start, node.end);

export function fieldOf(node: SyntaxNode, name: string): SyntaxNode | undefined {
  return node.children.find((child) => child.field === name && child.type !== 'comment');
}

/** True if the node or anything below it is an error or made up. */
export function hasError(node: SyntaxNode): boolean {
  return node.type === 'ERROR' || node.missing || node.children.some(hasError);
}

/** An expression that is not understood. */
export function opaqueExpr(context: Context, span: Span): Expr {
  if (span.end > span.start) context.unread.push(span);
  return { kind: 'opaque', text: context.image.slice(span.start, span.end), ...span };
}
