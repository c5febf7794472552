/** Loops whose head is a macro: `list_for_each_entry(pos, head, member)` of the field, `for_each_keyid(i)` of the patch. */
import type { Expr, Macro, Stmt } from '../ast.ts';
import { isIterator } from '../parse/words.ts';
import { macroNamed, macroScope, substituted } from './macro.ts';
import type { Run } from './run.ts';
import { isCell, lookup, type Scope } from './scope.ts';

export interface LoopHead {
  readonly init: Stmt | null;
  readonly test: Expr | null;
  readonly update: Expr | null;
  /** Where the head is evaluated: the body is the caller's. */
  readonly scope: Scope;
}

const iterator = (name: string, parameters: readonly string[], body: string): [string, Macro] => [
  name,
  { name, parameters, body, start: 0, end: 0 },
];

const entryLoop = (first: string, next: string): string =>
  `for (pos = list_${first}_entry(head, pos, member); &pos->member != (head); pos = list_${next}_entry(pos, member))`;

/** The loops over linked lists, with their second variable where the entry may leave the list meanwhile. */
const FIELD: ReadonlyMap<string, Macro> = new Map([
  iterator('list_for_each_entry', ['pos', 'head', 'member'], entryLoop('first', 'next')),
  iterator('list_for_each_entry_reverse', ['pos', 'head', 'member'], entryLoop('last', 'prev')),
  iterator(
    'list_for_each_entry_safe',
    ['pos', 'n', 'head', 'member'],
    'for (pos = list_first_entry(head, pos, member), n = list_next_entry(pos, member); &pos->member != (head); pos = n, n = list_next_entry(n, member))',
  ),
  iterator('list_for_each', ['pos', 'head'], 'for (pos = (head)->next; pos != (head); pos = pos->next)'),
  iterator(
    'list_for_each_safe',
    ['pos', 'n', 'head'],
    'for (pos = (head)->next, n = pos->next; pos != (head); pos = n, n = pos->next)',
  ),
]);

/** What the head of an iterator loop stands for; null: nobody knows. */
export function headOfIterator(run: Run, test: Expr, scope: Scope): LoopHead | null {
  if (test.kind !== 'opaque') return null;
  const name = /^\w+/.exec(test.text)?.[0] ?? '';
  const macro = macroNamed(run, name, scope) ?? FIELD.get(name);
  if (!macro) return null;
  const loop = loopOf(run, test, macro);
  return loop && { ...loop, scope: macroScope(scope, name, test, new Map()) };
}

/** True for the head of an iterator loop, as statements have it. */
export const isIteratorHead = (test: Expr): test is Expr & { kind: 'opaque' } =>
  test.kind === 'opaque' && isIterator(/^\w+/.exec(test.text)?.[0] ?? '');

/** What a loop sets of which nobody knows the head: the variable that it names first, those without a value, and those whose addresses it is given. */
export function setByUnknown(run: Run, test: Expr & { kind: 'opaque' }, scope: Scope): readonly Expr[] {
  const use = run.options.parse?.expression(test.text) ?? null;
  if (use?.kind !== 'call') return [];
  return use.args.flatMap((arg, index) => {
    if (arg.kind === 'unary' && arg.op === '&') return [arg.operand];
    return arg.kind === 'name' && (index === 0 || isUnset(arg.name, scope)) ? [arg] : [];
  });
}

function isUnset(name: string, scope: Scope): boolean {
  const cell = lookup(scope, name);
  return cell !== undefined && cell !== null && isCell(cell) && cell.value === null && cell.address === null;
}

function loopOf(run: Run, test: Expr & { kind: 'opaque' }, macro: Macro): Omit<LoopHead, 'scope'> | null {
  const known = run.iterators.get(test);
  if (known !== undefined) return known;
  const use = run.options.parse?.expression(test.text) ?? null;
  const text = use?.kind === 'call' ? substituted(macro, use) : '';
  const loop = text === '' ? null : (run.options.parse?.statement(text) ?? null);
  const head =
    loop?.kind === 'for'
      ? { init: loop.init, test: loop.test, update: loop.update }
      : loop?.kind === 'while'
        ? { init: null, test: loop.test, update: null }
        : null;
  run.iterators.set(test, head);
  return head;
}
