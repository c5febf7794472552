/**
 * pud_alloc() and its kin: the entry of an address in the table below a higher entry, with a new table where there is
 * none. They take init_mm.page_table_lock themselves.
 */
import { type CType, pointerTo, structOf, type Value, VOID } from '../../../../../engine/src/kernel/ctype.ts';
import type { Builtin, BuiltinContext } from '../types.ts';
import { ENTRY_TYPES, isFolded, type Level } from './entries.ts';
import { int, named, pointer } from './table.ts';
import type { TableFrames } from './table-frames.ts';
import { initMmAddress } from './variables.ts';

const _PAGE_TABLE = 0x67n;
const ENOMEM = 12;

const pageTableLock = ({ memory }: BuiltinContext): Value =>
  pointer(structOf('spinlock'), initMmAddress(memory) + (memory.field('mm_struct', 'page_table_lock')?.offset ?? 0n));

export interface Walk {
  /** The entry of an address in the table that the entry at `at` points to. */
  below(context: BuiltinContext, at: bigint, above: Level, level: Level, address: bigint): bigint;
  read(context: BuiltinContext, at: bigint, level: Level): bigint;
  write(context: BuiltinContext, at: bigint, level: Level, bits: bigint): void;
}

export function tableAlloc(frames: TableFrames, walk: Walk): Record<string, Builtin> {
  /** False: there is none, and no memory for one. */
  const ensured = (context: BuiltinContext, at: bigint, above: Level): boolean => {
    if (walk.read(context, at, above) !== 0n) return true;
    const table = frames.allocate(true);
    if (table === null) return false;
    const lock = pageTableLock(context);
    context.hooks.lock?.(lock, true);
    context.hooks.lock?.(lock, false);
    walk.write(context, at, above, table | _PAGE_TABLE);
    return true;
  };
  const folded = (context: BuiltinContext, level: Level): boolean =>
    level === 'p4d' && isFolded(context.machine.layout);
  /** The entry above and the address stand at these places among the arguments. */
  const alloc = (above: Level, level: Level, at: number, address: number): Builtin => ({
    run: (context, args) => {
      const type: CType = ENTRY_TYPES[level];
      const entry = args[at]?.bits ?? 0n;
      if (folded(context, level)) return pointer(type, entry);
      if (!ensured(context, entry, above)) return { type: pointerTo(VOID), bits: 0n };
      return pointer(type, walk.below(context, entry, above, level, args[address]?.bits ?? 0n));
    },
  });
  const make = (above: Level, level: Level, at: number): Builtin => ({
    run: (context, args) => {
      const done = folded(context, level) || ensured(context, args[at]?.bits ?? 0n, above);
      return int(done ? 0 : -ENOMEM);
    },
  });
  return {
    p4d_alloc: alloc('pgd', 'p4d', 1, 2),
    pud_alloc: alloc('p4d', 'pud', 1, 2),
    pmd_alloc: alloc('pud', 'pmd', 1, 2),
    pte_alloc_map: alloc('pmd', 'pte', 1, 2),
    pte_alloc_kernel: alloc('pmd', 'pte', 0, 1),
    __p4d_alloc: make('pgd', 'p4d', 1),
    __pud_alloc: make('p4d', 'pud', 1),
    __pmd_alloc: make('pud', 'pmd', 1),
    ...named(['pte_alloc', '__pte_alloc'], make('pmd', 'pte', 1)),
    __pte_alloc_kernel: make('pmd', 'pte', 0),
  };
}
