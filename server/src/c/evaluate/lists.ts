/** Linked lists as the field has them: the macros that declare a head, and those from a node to what it stands in. */
import { type CType, pointerTo, structOf, type Value, VOID } from '../../../../engine/src/kernel/ctype.ts';
import type { Expr } from '../ast.ts';
import { evaluate } from './expression.ts';
import { prepareType, type Run } from './run.ts';
import { bind, type Cell, type Scope } from './scope.ts';
import { typeOf } from './type-of.ts';

type Special = (run: Run, args: readonly Expr[], scope: Scope) => Value | null;

const NOTHING: Value = { type: VOID, bits: 0n };
const LIST = structOf('list_head');

/** A variable of a struct type, all zero. */
function declared(run: Run, name: Expr | undefined, type: CType, scope: Scope): bigint | null {
  if (name?.kind !== 'name') return null;
  const address = run.memory.allocate(type, name.name, { zero: true });
  scope.activation.addresses.push(address);
  const cell: Cell = { name: name.name, type, value: null, address, dynamic: false };
  bind(scope, name.name, cell);
  return address;
}

const lock =
  (tag: string): Special =>
  (run, [name], scope) =>
    declared(run, name, structOf(tag), scope) === null ? null : NOTHING;

/** LIST_HEAD(name): an empty list is its own neighbour. */
const listHead: Special = (run, [name], scope) => {
  const address = declared(run, name, LIST, scope);
  if (address === null) return null;
  for (const side of ['next', 'prev'])
    run.memory.store(address + (run.memory.field('list_head', side)?.offset ?? 0n), {
      type: pointerTo(LIST),
      bits: address,
    });
  return NOTHING;
};

/** The object of a type (or of what a pointer points to) whose member a node is. */
function entryOf(run: Run, node: Value, of: Expr | undefined, member: Expr | undefined, scope: Scope): Value | null {
  if (!of || member?.kind !== 'name') return null;
  const type = of.kind === 'type' ? of.type : pointed(typeOf(run, of, scope));
  if (type?.kind !== 'struct') return null;
  prepareType(run, type);
  const found = run.memory.field(type.tag, member.name);
  if (!found) return null;
  return { ...node, type: pointerTo(type), bits: BigInt.asUintN(64, node.bits - found.offset) };
}

const pointed = (type: CType | null): CType | null => (type?.kind === 'pointer' ? type.to : type);

const container: Special = (run, [node, type, member], scope) =>
  node ? entryOf(run, evaluate(run, node, scope), type, member, scope) : null;

const member = (object: Expr, field: string, arrow: boolean): Expr => ({
  kind: 'member',
  object,
  field,
  arrow,
  start: object.start,
  end: object.end,
});

/** list_first_entry(head, type, member) and list_last_entry(). */
const endOf =
  (side: 'next' | 'prev', orNull = false): Special =>
  (run, [head, type, name], scope) => {
    if (!head) return null;
    const node = evaluate(run, member(head, side, true), scope);
    if (orNull && node.bits === evaluate(run, head, scope).bits) return { type: pointerTo(VOID), bits: 0n };
    return entryOf(run, node, type, name, scope);
  };

/** list_next_entry(pos, member) and list_prev_entry(). */
const neighbour =
  (side: 'next' | 'prev'): Special =>
  (run, [pos, name], scope) => {
    if (!pos || name?.kind !== 'name') return null;
    const node = evaluate(run, member(member(pos, name.name, true), side, false), scope);
    return entryOf(run, node, pos, name, scope);
  };

export const LIST_FORMS: Readonly<Record<string, Special>> = {
  LIST_HEAD: listHead,
  DEFINE_MUTEX: lock('mutex'),
  DEFINE_SPINLOCK: lock('spinlock'),
  DEFINE_RAW_SPINLOCK: lock('spinlock'),
  container_of: container,
  list_entry: container,
  list_first_entry: endOf('next'),
  list_last_entry: endOf('prev'),
  list_first_entry_or_null: endOf('next', true),
  list_next_entry: neighbour('next'),
  list_prev_entry: neighbour('prev'),
};
