/**
 * Macros of the patch. A body is parsed once and evaluated with its parameters standing for the arguments' expressions,
 * evaluated anew each time, in the place where the macro is used; where that would differ from the preprocessor's text
 * (`##`, types as arguments, operators that bind across a parameter's edge) arguments are put in as text.
 */
import type { Expr, Macro, Stmt } from '../ast.ts';
import { exprText } from './print.ts';
import { note, type Run, spend } from './run.ts';
import type { Cell, Scope, Thunk } from './scope.ts';

/** Longer text than this does not come out of kernel macros. */
const LONGEST = 65_536;

type CallExpr = Expr & { kind: 'call' };

/** The expression an object-like macro stands for, and the scope to evaluate it in; null: no such macro. */
export function expandObject(run: Run, name: string, use: Expr, scope: Scope): { expr: Expr; scope: Scope } | null {
  const macro = macroNamed(run, name, scope);
  if (!macro || macro.parameters !== null) return null;
  const body = parsed(run, macro, macro.body);
  if (!body || !isExpression(body)) return null;
  // Macros of macros can grow exponentially: each use counts as a statement.
  spend(run, use, scope);
  return { expr: body, scope: macroScope(scope, name, use, new Map()) };
}

/** A function-like macro used with these arguments: what to evaluate, and in which scope. Null: no such macro. */
export function expandCall(
  run: Run,
  macro: Macro,
  use: CallExpr,
  scope: Scope,
): { body: Expr | Stmt; scope: Scope } | null {
  const parameters = parametersOf(macro);
  const args = bindVariadic(macro, parameters, use);
  const asText = needsText(macro, parameters, args);
  const body = asText
    ? parsed(run, null, substitute(macro.body, parameters, args.map(argumentText)))
    : parsed(run, macro, macro.body);
  if (!body) {
    note(run, `the body of macro ${macro.name} could not be read`, use, scope);
    return null;
  }
  const names = new Map<string, Cell | Thunk>();
  if (!asText) {
    for (const [i, name] of parameters.entries()) {
      const arg = args[i]?.[0];
      if (arg) names.set(name, { thunk: arg, scope });
    }
  }
  return { body, scope: macroScope(scope, macro.name, use, names) };
}

const parametersOf = (macro: Macro): readonly string[] =>
  (macro.parameters ?? []).map((name) => name.replace(/\s*\.\.\.$/, '') || '__VA_ARGS__');

/** The macro of the patch with this name, unless it is being expanded already. */
export function macroNamed(run: Run, name: string, scope: Scope): Macro | null {
  if (!run.options.parse || scope.expanding?.has(name)) return null;
  return run.options.code.macro(name);
}

export const macroScope = (parent: Scope, name: string, use: Expr, names: Map<string, Cell | Thunk>): Scope => ({
  names,
  parent,
  activation: parent.activation,
  use: parent.use ?? use,
  expanding: new Set([...(parent.expanding ?? []), name]),
  frame: null,
});

/** One list of expressions per parameter: only `...` takes other than one. */
function bindVariadic(macro: Macro, parameters: readonly string[], use: CallExpr): readonly (readonly Expr[])[] {
  const variadic = macro.parameters?.at(-1)?.endsWith('...') ?? false;
  return parameters.map((_, i) =>
    variadic && i === parameters.length - 1 ? use.args.slice(i) : use.args.slice(i, i + 1),
  );
}

const argumentText = (list: readonly Expr[]): string => list.map(exprText).join(', ');

const COMPOUND = new Set(['binary', 'ternary', 'assign', 'comma', 'cast', 'unary']);

function needsText(macro: Macro, parameters: readonly string[], args: readonly (readonly Expr[])[]): boolean {
  if (macro.body.includes('##')) return true;
  return parameters.some((name, i) => {
    const list = args[i] ?? [];
    if (list.length !== 1) return list.length > 1 || name === '__VA_ARGS__';
    const [arg] = list;
    if (arg?.kind === 'type') return true;
    return arg !== undefined && COMPOUND.has(arg.kind) && !isEnclosed(macro.body, name);
  });
}

/** True if each use of a parameter stands between parentheses, brackets or commas of its own. */
function isEnclosed(body: string, name: string): boolean {
  const uses = body.matchAll(new RegExp(`(?<![\\w$])${escaped(name)}(?![\\w$])`, 'g'));
  for (const { index } of uses) {
    const before = body.slice(0, index).trimEnd().at(-1) ?? '';
    const after =
      body
        .slice(index + name.length)
        .trimStart()
        .at(0) ?? '';
    if (!'([,'.includes(before) || before === '' || !')],'.includes(after) || after === '') return false;
  }
  return true;
}

const escaped = (name: string): string => name.replace(/[^\w]/g, '\\$&');

/** A macro's body with the arguments of a use in it, as text. */
export function substituted(macro: Macro, use: CallExpr): string {
  const parameters = parametersOf(macro);
  return substitute(macro.body, parameters, bindVariadic(macro, parameters, use).map(argumentText));
}

function substitute(body: string, parameters: readonly string[], args: readonly string[]): string {
  const byName = new Map(parameters.map((name, i) => [name, args[i] ?? '']));
  const replaced = body
    .slice(0, LONGEST)
    .replace(/[A-Za-z_]\w*/g, (word) => byName.get(word) ?? word)
    .replace(/,\s*##\s*(?=\))/g, '')
    .replace(/\s*##\s*/g, '');
  return replaced.length <= LONGEST ? replaced : '';
}

export const isExpression = (body: Expr | Stmt): body is Expr => !STATEMENTS.has(body.kind);

const STATEMENTS: ReadonlySet<string> = new Set<Stmt['kind']>([
  'expr',
  'declare',
  'if',
  'for',
  'while',
  'do',
  'switch',
  'case',
  'label',
  'goto',
  'return',
  'break',
  'continue',
  'block',
  'empty',
  'model',
]);

/** Parses a body; remembers it by macro. */
function parsed(run: Run, macro: Macro | null, text: string): Expr | Stmt | null {
  const known = macro ? run.parsedMacros.get(macro) : undefined;
  if (known !== undefined) return known;
  const parser = run.options.parse;
  const body = text.trim() === '' ? EMPTY : (parser?.expression(text) ?? parser?.statement(text) ?? null);
  if (macro) run.parsedMacros.set(macro, body);
  return body;
}

const EMPTY: Stmt = { kind: 'empty', start: 0, end: 0 };
