/** The C that the evaluator runs, as plain data. Offsets are UTF-16 offsets into the image text that was parsed. */
import type { CType } from '../../../engine/src/kernel/ctype.ts';
import type { Node as KernelNode } from '../../../engine/src/kernel/model.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Expr = Span &
  (
    | { readonly kind: 'number'; readonly value: bigint; readonly type: CType }
    | { readonly kind: 'string'; readonly text: string }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'unary'; readonly op: '-' | '+' | '!' | '~' | '*' | '&' | '++' | '--'; readonly operand: Expr }
    | { readonly kind: 'postfix'; readonly op: '++' | '--'; readonly operand: Expr }
    | { readonly kind: 'binary'; readonly op: string; readonly left: Expr; readonly right: Expr }
    | {
        readonly kind: 'assign' /** '=' or '+=' and so on */;
        readonly op: string;
        readonly left: Expr;
        readonly right: Expr;
      }
    | {
        readonly kind: 'ternary';
        readonly test: Expr /** null: GNU `a ?: b` */;
        readonly then: Expr | null;
        readonly otherwise: Expr;
      }
    | { readonly kind: 'comma'; readonly items: readonly Expr[] }
    | { readonly kind: 'call'; readonly callee: Expr; readonly args: readonly Expr[] }
    | { readonly kind: 'member'; readonly object: Expr; readonly field: string; readonly arrow: boolean }
    | { readonly kind: 'index'; readonly object: Expr; readonly index: Expr }
    | { readonly kind: 'cast'; readonly type: CType; readonly operand: Expr }
    | { readonly kind: 'sizeof'; readonly of: Expr | CType }
    | { readonly kind: 'init-list'; readonly items: readonly { readonly field: string | null; readonly value: Expr }[] }
    | { readonly kind: 'compound'; readonly type: CType; readonly init: Expr }
    | { readonly kind: 'statement-expr'; readonly body: Stmt }
    | {
        readonly kind: 'type' /** A type name where an argument stands: va_arg(ap, int), min_t(u64, a, b) */;
        readonly type: CType;
      }
    | { readonly kind: 'opaque'; readonly text: string }
  );

export interface Declarator extends Span {
  readonly name: string;
  readonly type: CType;
  readonly init: Expr | null;
  /** `static` variable of a function: initialised once per run. */
  readonly static?: boolean;
  /** Lengths of an array that are no plain numbers, innermost first; null: the one in the type holds. */
  readonly lengths?: readonly (Expr | null)[];
}

export type Stmt = Span &
  (
    | { readonly kind: 'expr'; readonly expr: Expr }
    | { readonly kind: 'declare'; readonly declarators: readonly Declarator[] }
    | { readonly kind: 'if'; readonly test: Expr; readonly then: Stmt; readonly otherwise: Stmt | null }
    | {
        readonly kind: 'for';
        readonly init: Stmt | null;
        readonly test: Expr | null;
        readonly update: Expr | null;
        readonly body: Stmt;
      }
    | { readonly kind: 'while'; readonly test: Expr; readonly body: Stmt }
    | { readonly kind: 'do'; readonly test: Expr; readonly body: Stmt }
    | { readonly kind: 'switch'; readonly test: Expr; readonly body: Stmt }
    | { readonly kind: 'case' /** null: default */; readonly value: Expr | null }
    | { readonly kind: 'label'; readonly name: string }
    | { readonly kind: 'goto'; readonly label: string }
    | { readonly kind: 'return'; readonly value: Expr | null }
    | { readonly kind: 'break' }
    | { readonly kind: 'continue' }
    | { readonly kind: 'block'; readonly body: readonly Stmt[]; readonly edge?: Edge }
    | { readonly kind: 'empty' }
    /** Text that could not be read as C. */
    | { readonly kind: 'opaque'; readonly text: string }
    /** A step, loop or branch of engine/kernel's model of this function. */
    | { readonly kind: 'model'; readonly node: KernelNode; readonly body: readonly Stmt[] }
  );

/**
 * What a hunk does to a block: 'before': its opening brace stands before the hunk (what kind of statement opens it is
 * unknown); 'after': its closing brace stands after the hunk; 'both'.
 */
export type Edge = 'before' | 'after' | 'both';

export interface Parameter {
  readonly name: string;
  readonly type: CType;
}

/** One run of lines of a function that an image shows. A whole function has one piece, a function shown by two hunks two. */
export interface Piece extends Span {
  readonly body: readonly Stmt[];
}

export interface FunctionSource {
  readonly name: string;
  /** Span of the name, or of the hunk heading that names it (null: neither is in the image). */
  readonly nameSpan: Span | null;
  /** From the definition line, or from a heading (perhaps cut short); null where neither shows them. */
  readonly parameters: readonly Parameter[] | null;
  readonly parametersCut: boolean;
  readonly returns: CType | null;
  readonly pieces: readonly Piece[];
  /** True if nothing but the hunk before, which left the function open, says that this piece is of it. */
  readonly continued: boolean;
  /** True if the image shows the function from its opening to its closing brace. */
  readonly whole: boolean;
  readonly storage: { readonly static: boolean; readonly inline: boolean };
}

/** A prototype (`int f(unsigned long);`). */
export interface Prototype extends Span {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly returns: CType | null;
}

export interface Macro extends Span {
  readonly name: string;
  /** null: object-like */
  readonly parameters: readonly string[] | null;
  readonly body: string;
}

/** A struct the image defines: its fields in order. */
export interface StructSource {
  readonly tag: string;
  readonly fields: readonly Parameter[];
}

/** A variable at file level, by the statement that makes it: a declaration, or a macro such as `LIST_HEAD(x)`. */
export interface Variable extends Span {
  readonly name: string;
  readonly made: Stmt;
  /** Its first value stays, or is where every run begins: a constant, a table, an empty list, a free lock. */
  readonly lasting: boolean;
}

/** What one image (pre or post) of one file shows. */
export interface SourceFile {
  readonly functions: readonly FunctionSource[];
  readonly prototypes: readonly Prototype[];
  readonly macros: readonly Macro[];
  readonly structs: readonly StructSource[];
  /** Variables at file level whose first value shows: those that last, and those of no other file. */
  readonly variables: readonly Variable[];
  /** Text that was not understood, for the report's confidence. */
  readonly unread: readonly Span[];
}
