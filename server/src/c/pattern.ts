/**
 * Patterns of C: how the kernel's model says which statements of a hunk show one of its steps. `$name` stands for the
 * kernel's local or parameter of that name, however the hunk spells it; `_` for any expression; a last argument `...`
 * for all further arguments. Casts and parentheses do not count. A bare `return` is any return; a statement in a
 * pattern's branch is looked for among the statements of the branch.
 */
import type { Expr, Stmt } from './ast.ts';
import type { CParser } from './parse/parser.ts';
import { parseStatements } from './parse/snippet.ts';
import { type AstNode, childrenOf, namesDeclared, namesUsed } from './walk.ts';

export interface Pattern {
  readonly text: string;
  /** A pattern of one expression, or of one statement; null: the text is no C, it matches nothing. */
  readonly expr: Expr | null;
  readonly stmt: Stmt | null;
  /** Names that stand in whatever matches. */
  readonly names: readonly string[];
}

/** The hunk's names by the kernel's (without `$`). */
export type Bindings = ReadonlyMap<string, string>;

export interface Match {
  readonly bindings: Bindings;
  /** What matched: an expression, a statement, or a declaration with an initialiser. */
  readonly node: AstNode;
  /** The innermost statement that holds it; null where the target is an expression. */
  readonly statement: Stmt | null;
}

const REST = '__rest__';
const cache = new Map<string, Pattern>();

/** Reads a pattern; the same text is read once. */
export function parsePattern(parser: CParser, text: string): Pattern {
  const known = cache.get(text);
  if (known) return known;
  const code = text.trim().replace(/\.\.\./g, REST);
  const [first, ...more] = parseStatements(parser, /[;}]$/.test(code) ? code : `${code};`);
  const usable = first !== undefined && more.length === 0 && first.kind !== 'opaque';
  const expr = usable && first.kind === 'expr' ? first.expr : null;
  const names = usable ? [...namesUsed(first)].filter((name) => !/^(?:\$.*|_)$/.test(name) && name !== REST) : [];
  const pattern: Pattern = { text, expr, stmt: usable && !expr ? first : null, names };
  cache.set(text, pattern);
  return pattern;
}

const CALL = /(?<![$\w])([a-z_]\w*)\(/g;
const NO_CALL = /^(?:_|if|for|while|switch|return|sizeof|\w*for_each\w*)$/;

/** Functions that a pattern calls, told without reading it as C; all of them are among its names. */
export const calledIn = (text: string): readonly string[] =>
  [...text.matchAll(CALL)].flatMap(([, name]) => (name === undefined || NO_CALL.test(name) ? [] : [name]));

/** The first match of a pattern anywhere inside a statement or expression, outermost first; null: none. */
export function matchPattern(pattern: Pattern, target: AstNode): Match | null {
  // Many patterns are laid beside each statement, and few have as much as a name with it in common.
  if (!hasNames(target, pattern.names)) return null;
  return search(pattern, target, null, (match) => match);
}

/** True if all these names stand anywhere in a statement or expression. */
export function hasNames(target: AstNode, names: readonly string[]): boolean {
  if (names.length === 0) return true;
  const there = namesIn(target);
  return names.every((name) => there.has(name));
}

const named = new WeakMap<AstNode, ReadonlySet<string>>();

function namesIn(node: AstNode): ReadonlySet<string> {
  const names = named.get(node) ?? new Set([...namesUsed(node), ...namesDeclared(node)]);
  named.set(node, names);
  return names;
}

/** All matches, outermost first. */
export function matchAll(pattern: Pattern, target: AstNode): Match[] {
  const matches: Match[] = [];
  search(pattern, target, null, (match) => {
    matches.push(match);
    return null;
  });
  return matches;
}

const STATEMENTS = new Set<string>(
  'expr declare if for while do switch case label goto return break continue block empty model'.split(' '),
);
/** An opaque statement counts as an expression here: the two look alike, and nothing is below either. */
const isStmt = (node: AstNode): node is Exclude<Stmt, { kind: 'opaque' }> => STATEMENTS.has(node.kind);

function search(
  pattern: Pattern,
  node: AstNode,
  statement: Stmt | null,
  found: (match: Match) => Match | null,
): Match | null {
  const around = isStmt(node) ? node : statement;
  const bindings = matchNode(pattern, node);
  if (bindings) {
    const match = found({ bindings, node, statement: around });
    if (match) return match;
  }
  for (const child of childrenOf(node)) {
    const match = search(pattern, child, around, found);
    if (match) return match;
  }
  return null;
}

function matchNode({ expr, stmt }: Pattern, node: AstNode): Bindings | null {
  const none: Bindings = new Map();
  if (isStmt(node)) {
    if (stmt) return node.kind === 'block' && stmt.kind !== 'block' ? null : (stmts(stmt, node, none)[0] ?? null);
    return expr && node.kind === 'declare' ? (initialisers(expr, node, none)[0] ?? null) : null;
  }
  return expr ? (exprs(expr, node, none)[0] ?? null) : null;
}

/** `$x = f(_)` also matches `int ret = f(0);`. */
function initialisers(pattern: Expr, node: Extract<Stmt, { kind: 'declare' }>, bound: Bindings): Bindings[] {
  if (pattern.kind !== 'assign' || pattern.op !== '=') return [];
  return node.declarators.flatMap(({ name, init, start, end }) => {
    if (!init) return [];
    const left: Expr = { kind: 'name', name, start, end };
    return exprs(pattern.left, left, bound).flatMap((next) => exprs(pattern.right, init, next));
  });
}

const bare = (expr: Expr): Expr => (expr.kind === 'cast' ? bare(expr.operand) : expr);

function bind(key: string, name: string, bound: Bindings): Bindings[] {
  const before = bound.get(key);
  if (before !== undefined) return before === name ? [bound] : [];
  return [new Map([...bound, [key, name]])];
}

/** A word of a pattern against a word of the text: labels, and what else has a name. */
function words(pattern: string, name: string, bound: Bindings): Bindings[] {
  if (pattern === '_') return [bound];
  if (pattern.startsWith('$')) return bind(pattern.slice(1), name, bound);
  return pattern === name ? [bound] : [];
}

const COMMUTATIVE = new Set(['==', '!=', '+', '&', '|']);

/** All ways in which a pattern matches an expression; more than one only where operands may be swapped. */
function exprs(patternExpr: Expr, targetExpr: Expr, bound: Bindings): Bindings[] {
  const pattern = bare(patternExpr);
  const target = bare(targetExpr);
  if (pattern.kind === 'name') {
    if (pattern.name === '_') return [bound];
    return target.kind === 'name' ? words(pattern.name, target.name, bound) : [];
  }
  if (pattern.kind === 'number') return target.kind === 'number' && target.value === pattern.value ? [bound] : [];
  if (pattern.kind === 'string') return target.kind === 'string' && target.text === pattern.text ? [bound] : [];
  if (pattern.kind === 'type') return target.kind === 'type' ? [bound] : [];
  if (pattern.kind === 'opaque' || pattern.kind !== target.kind || !sameWords(pattern, target)) return [];
  if (pattern.kind === 'call' && target.kind === 'call') return calls(pattern, target, bound);
  const left = childrenOf(pattern);
  const right = childrenOf(target);
  const straight = sequences(left, right, bound);
  if (pattern.kind !== 'binary' || !COMMUTATIVE.has(pattern.op)) return straight;
  return [...straight, ...sequences(left, [...right].reverse(), bound)];
}

/** Operators and field names, which are no nodes of their own. */
function sameWords(pattern: Expr, target: Expr): boolean {
  if ('op' in pattern && 'op' in target && pattern.op !== target.op) return false;
  if (pattern.kind === 'member' && target.kind === 'member')
    return (pattern.field === '_' || pattern.field === target.field) && pattern.arrow === target.arrow;
  return true;
}

function calls(
  pattern: Extract<Expr, { kind: 'call' }>,
  target: Extract<Expr, { kind: 'call' }>,
  bound: Bindings,
): Bindings[] {
  const last = pattern.args.at(-1);
  const open = last?.kind === 'name' && last.name === REST;
  const fixed = open ? pattern.args.slice(0, -1) : pattern.args;
  if (open ? target.args.length < fixed.length : target.args.length !== fixed.length) return [];
  const args = target.args.slice(0, fixed.length);
  return exprs(pattern.callee, target.callee, bound).flatMap((next) => sequences(fixed, args, next));
}

function sequences(patterns: readonly AstNode[], targets: readonly AstNode[], bound: Bindings): Bindings[] {
  if (patterns.length !== targets.length) return [];
  let ways: Bindings[] = [bound];
  patterns.forEach((pattern, index) => {
    const target = targets[index];
    if (target) ways = ways.flatMap((way) => nodes(pattern, target, way));
  });
  return ways;
}

function nodes(pattern: AstNode, target: AstNode, bound: Bindings): Bindings[] {
  if (isStmt(pattern)) return isStmt(target) ? stmts(pattern, target, bound) : [];
  return isStmt(target) ? [] : exprs(pattern, target, bound);
}

function stmts(pattern: Stmt, target: Stmt, bound: Bindings): Bindings[] {
  if (pattern.kind === 'empty') return [bound];
  if (target.kind === 'block' && pattern.kind !== 'block')
    return target.body.flatMap((inner) => stmts(pattern, inner, bound)).slice(0, 1);
  if (pattern.kind === 'expr' && target.kind === 'declare') return initialisers(pattern.expr, target, bound);
  if (pattern.kind !== target.kind) return [];
  if (pattern.kind === 'return' && pattern.value === null) return [bound];
  if (pattern.kind === 'label' && target.kind === 'label') return words(pattern.name, target.name, bound);
  if (pattern.kind === 'goto' && target.kind === 'goto') return words(pattern.label, target.label, bound);
  if (pattern.kind === 'if' && target.kind === 'if') {
    const then = nodes(pattern.test, target.test, bound).flatMap((next) => stmts(pattern.then, target.then, next));
    const { otherwise } = pattern;
    if (!otherwise) return then;
    const other = target.otherwise;
    return other ? then.flatMap((next) => stmts(otherwise, other, next)) : [];
  }
  if (pattern.kind === 'for' && target.kind === 'for') {
    // A part that the pattern leaves out may be anything.
    const pairs: [AstNode | null, AstNode | null][] = [
      [pattern.init, target.init],
      [pattern.test, target.test],
      [pattern.update, target.update],
    ];
    let ways: Bindings[] = [bound];
    for (const [part, other] of pairs) if (part) ways = other ? ways.flatMap((way) => nodes(part, other, way)) : [];
    return ways.flatMap((way) => stmts(pattern.body, target.body, way));
  }
  return sequences(childrenOf(pattern), childrenOf(target), bound);
}
