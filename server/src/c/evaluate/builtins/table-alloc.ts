/**
 * pud_alloc() and its kin: the entry of an address in the table below a higher entry, with a new table where there is
 * none. They take init_mm.page_table_lock themselves.
 */
import { type CType, pointerTo, structOf, type Value, VOID } from '../../../../../engine/src/kernel/ctype.ts';
import type { Builtin, BuiltinContext } from '../types.ts';
import { ENTRY_TYPES, isFolded, type Level } from './entries.ts';
import { toVirtual } from './pages.ts';
import { always, int, pointer } from './table.ts';
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

interface Below {
  readonly above: Level;
  readonly level: Level;
  /** Where the entry above and, of those that give an entry, the address stand among the arguments. */
  readonly at: number;
  readonly address: number;
}

/** pud_alloc(mm, p4d, address), and pte_alloc_kernel(pmd, address). */
const below = (above: Level, level: Level, at = 1): Below => ({ above, level, at, address: at + 1 });

/** Those that give the entry, or NULL. */
const GIVE: Readonly<Record<string, Below>> = {
  p4d_alloc: below('pgd', 'p4d'),
  pud_alloc: below('p4d', 'pud'),
  pmd_alloc: below('pud', 'pmd'),
  pte_alloc_map: below('pmd', 'pte'),
  pte_alloc_kernel: below('pmd', 'pte', 0),
};

/** Those that make the table, or return -ENOMEM. */
const MAKE: Readonly<Record<string, Below>> = {
  __p4d_alloc: below('pgd', 'p4d'),
  __pud_alloc: below('p4d', 'pud'),
  __pmd_alloc: below('pud', 'pmd'),
  pte_alloc: below('pmd', 'pte'),
  __pte_alloc: below('pmd', 'pte'),
  __pte_alloc_kernel: below('pmd', 'pte', 0),
};

const each = (table: typeof GIVE, builtin: (below: Below) => Builtin): Record<string, Builtin> =>
  Object.fromEntries(Object.entries(table).map(([name, entry]) => [name, builtin(entry)]));

/** Where nobody sees the tables: each has an entry, and all of them are at `physical`. */
export const unseenTableAlloc = (physical: bigint): Record<string, Builtin> => ({
  ...each(GIVE, ({ level }) => ({
    run: ({ machine: { layout } }) => pointer(ENTRY_TYPES[level], toVirtual(layout, physical)),
    opaque: true,
    sees: 'nothing',
  })),
  ...each(MAKE, () => always(int(0))),
});

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
  const give = ({ above, level, at, address }: Below): Builtin => ({
    run: (context, args) => {
      const type: CType = ENTRY_TYPES[level];
      const entry = args[at]?.bits ?? 0n;
      if (folded(context, level)) return pointer(type, entry);
      if (!ensured(context, entry, above)) return { type: pointerTo(VOID), bits: 0n };
      return pointer(type, walk.below(context, entry, above, level, args[address]?.bits ?? 0n));
    },
  });
  const make = ({ above, level, at }: Below): Builtin => ({
    run: (context, args) => {
      const done = folded(context, level) || ensured(context, args[at]?.bits ?? 0n, above);
      return int(done ? 0 : -ENOMEM);
    },
  });
  return { ...each(GIVE, give), ...each(MAKE, make) };
}
