/** list_add() and its kin, on lists that live in the run's memory. */
import { pointerTo, structOf, type Value } from '../../../../../engine/src/kernel/ctype.ts';
import type { Memory } from '../../../../../engine/src/kernel/memory.ts';
import type { Builtin, BuiltinTable } from '../types.ts';
import { bool, named, pointer, VOID_VALUE } from './table.ts';

type Side = 'next' | 'prev';
const LIST = structOf('list_head');
const NODE = pointerTo(LIST);

const slot = (memory: Memory, node: bigint, side: Side): bigint =>
  node + (memory.field('list_head', side)?.offset ?? 0n);

/** The neighbour of a node; null where it is not known. */
function neighbour(memory: Memory, node: bigint, side: Side): bigint | null {
  const value = memory.load(slot(memory, node, side), NODE);
  return value.opaque === undefined ? value.bits : null;
}

function link(memory: Memory, before: bigint, after: bigint): void {
  memory.store(slot(memory, before, 'next'), pointer(LIST, after));
  memory.store(slot(memory, after, 'prev'), pointer(LIST, before));
}

function insert(memory: Memory, node: bigint, before: bigint | null, after: bigint | null): void {
  if (before === null || after === null) return;
  link(memory, before, node);
  link(memory, node, after);
}

function remove(memory: Memory, node: bigint): void {
  const before = neighbour(memory, node, 'prev');
  const after = neighbour(memory, node, 'next');
  if (before !== null && after !== null) link(memory, before, after);
}

/** Puts all of a list behind `at`; the list itself keeps its pointers. */
function splice(memory: Memory, list: bigint, at: bigint): void {
  const [first, last, after] = [
    neighbour(memory, list, 'next'),
    neighbour(memory, list, 'prev'),
    neighbour(memory, at, 'next'),
  ];
  if (first === null || last === null || after === null || first === list) return;
  link(memory, at, first);
  link(memory, last, after);
}

const on = (act: (memory: Memory, a: bigint, b: bigint) => void): Builtin => ({
  run: ({ memory }, [a, b]) => {
    act(memory, a?.bits ?? 0n, b?.bits ?? 0n);
    return VOID_VALUE;
  },
});

const behind = (memory: Memory, node: bigint, head: bigint): void =>
  insert(memory, node, head, neighbour(memory, head, 'next'));
const inFront = (memory: Memory, node: bigint, head: bigint): void =>
  insert(memory, node, neighbour(memory, head, 'prev'), head);
const spliceTail = (memory: Memory, list: bigint, head: bigint): void => {
  const last = neighbour(memory, head, 'prev');
  if (last !== null) splice(memory, list, last);
};
const emptied = (memory: Memory, list: bigint): void => link(memory, list, list);

const isEmpty: Builtin = {
  run: ({ memory }, [head]): Value => {
    const first = neighbour(memory, head?.bits ?? 0n, 'next');
    return first === null ? { ...bool(true), opaque: 'what a list holds' } : bool(first === head?.bits);
  },
};

export const lists: BuiltinTable = {
  constants: {},
  functions: {
    INIT_LIST_HEAD: on((memory, head) => emptied(memory, head)),
    list_add: on(behind),
    list_add_tail: on(inFront),
    ...named(
      ['list_del', '__list_del_entry'],
      on((memory, node) => remove(memory, node)),
    ),
    list_del_init: on((memory, node) => {
      remove(memory, node);
      emptied(memory, node);
    }),
    list_move: on((memory, node, head) => {
      remove(memory, node);
      behind(memory, node, head);
    }),
    list_move_tail: on((memory, node, head) => {
      remove(memory, node);
      inFront(memory, node, head);
    }),
    list_splice: on(splice),
    list_splice_tail: on(spliceTail),
    list_splice_init: on((memory, list, head) => {
      splice(memory, list, head);
      emptied(memory, list);
    }),
    list_splice_tail_init: on((memory, list, head) => {
      spliceTail(memory, list, head);
      emptied(memory, list);
    }),
    list_empty: isEmpty,
  },
};
