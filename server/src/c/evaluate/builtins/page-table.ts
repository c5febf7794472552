/**
 * Walking and editing page tables: *_offset(), set_*(), *_populate(), *_clear(), *_addr_end() of v4.18 to v6.1 on
 * x86-64. With four levels the p4d is folded into the pgd: p4d_offset() gives the pgd entry itself, and populating or
 * clearing a pgd does nothing.
 */
import { type CType, pointerTo, type Value, VOID } from '../../../../../engine/src/kernel/ctype.ts';
import { PGD_T, PTE_T } from '../../../../../engine/src/kernel/structs.ts';
import type { Layout } from '../../../../../engine/src/layout.ts';
import type { Machine } from '../../../../../engine/src/machine.ts';
import { make } from '../arithmetic.ts';
import type { Builtin, BuiltinContext, BuiltinTable } from '../types.ts';
import { ENTRY_TYPES, frameOf, isFolded, isLarge, LEVELS, type Level } from './entries.ts';
import { toPhysical, toVirtual } from './pages.ts';
import { named, nothing, pointer, ulong, VOID_VALUE } from './table.ts';
import { tableAlloc } from './table-alloc.ts';
import type { TableFrames } from './table-frames.ts';
import { tablePages } from './table-pages.ts';
import { initMmAddress } from './variables.ts';

const _PAGE_TABLE = 0x67n;
const bitsOf = (args: readonly Value[], index: number): bigint => args[index]?.bits ?? 0n;

/** Bits of an address that one entry of a level covers. */
const shiftOf = (level: Level, layout: Layout): bigint =>
  ({ pte: 12n, pmd: 21n, pud: 30n, p4d: 39n, pgd: isFolded(layout) ? 39n : 48n })[level];

const indexOf = (level: Level, address: bigint, layout: Layout): bigint =>
  level === 'p4d' && isFolded(layout) ? 0n : (address >> shiftOf(level, layout)) & 511n;

const entry = (context: BuiltinContext, at: bigint, level: Level): bigint =>
  context.memory.load(at, ENTRY_TYPES[level]).bits;

const write = (context: BuiltinContext, at: bigint, level: Level, bits: bigint): Value => {
  context.memory.store(at, make(bits, ENTRY_TYPES[level]));
  return VOID_VALUE;
};

const entryPointer = (level: Level, address: bigint): Value => pointer(ENTRY_TYPES[level], address);

/** The entry of `address` in the table that a higher entry's bits point to. */
function inTable(context: BuiltinContext, above: Level, bits: bigint, level: Level, address: bigint): bigint {
  const { layout } = context.machine;
  return toVirtual(layout, frameOf(above, bits, layout)) + indexOf(level, address, layout) * 8n;
}

/** pud_offset(p4d, address) and its kin: `above` is the level of the entry that the first argument points to. */
const offset = (above: Level, level: Level): Builtin => ({
  run: (context, args) => {
    const at = bitsOf(args, 0);
    if (level === 'p4d' && isFolded(context.machine.layout)) return entryPointer(level, at);
    return entryPointer(level, inTable(context, above, entry(context, at, above), level, bitsOf(args, 1)));
  },
});

/** set_pud(pudp, pud): entry and value stand at these places among the arguments. */
const set = (level: Level, at: number, value: number): Builtin => ({
  run: (context, args) => write(context, bitsOf(args, at), level, bitsOf(args, value)),
});

const clear = (level: Level, at: number): Builtin => ({
  run: (context, args) =>
    level === 'pgd' && isFolded(context.machine.layout) ? VOID_VALUE : write(context, bitsOf(args, at), level, 0n),
});

/** pud_populate(mm, pud, pmd): the third argument is the table, as a pointer or (pmd_populate) a struct page. */
const populate = (level: Level, table: 'pointer' | 'page'): Builtin => ({
  run: (context, args) => {
    const { machine } = context;
    if (level === 'pgd' && isFolded(machine.layout)) return VOID_VALUE;
    const given = bitsOf(args, 2);
    const physical = table === 'pointer' ? toPhysical(machine, given) : tablePages.physicalOf(machine.layout, given);
    return write(context, bitsOf(args, 1), level, physical | _PAGE_TABLE);
  },
});

/** pud_addr_end(addr, end): where the entry of addr ends, or end. */
const addressEnd = (level: Level): Builtin => ({
  run: ({ machine }, args) => {
    const size = 1n << shiftOf(level, machine.layout);
    const end = bitsOf(args, 1);
    const boundary = BigInt.asUintN(64, (bitsOf(args, 0) + size) & ~(size - 1n));
    // Both less one, so that the end of the address space is not below everything.
    const isBefore = BigInt.asUintN(64, boundary - 1n) < BigInt.asUintN(64, end - 1n);
    return ulong(isBefore ? boundary : end);
  },
});

/** The table behind an entry, as pud_page_vaddr() (unsigned long) and pud_pgtable() (pointer, v5.13+) give it. */
const tableOf = (level: Level, type: CType): Builtin => ({
  run: ({ machine: { layout } }, args) => make(toVirtual(layout, frameOf(level, bitsOf(args, 0), layout)), type),
});

/** lookup_address(address, level): the entry that maps it, or NULL. */
const lookupAddress = (frames: TableFrames): Builtin => ({
  run: (context, args) => {
    const { layout } = context.machine;
    const address = bitsOf(args, 0);
    const walk: Level[] = isFolded(layout) ? ['pgd', 'pud', 'pmd', 'pte'] : ['pgd', 'p4d', 'pud', 'pmd', 'pte'];
    let at = toVirtual(layout, frames.root) + indexOf('pgd', address, layout) * 8n;
    for (const [i, level] of walk.entries()) {
      const bits = entry(context, at, level);
      const next = walk[i + 1];
      if (bits === 0n && next) return make(0n, pointerTo(PTE_T));
      if (!next || isLarge(level, bits)) {
        const depth = BigInt(walk.length - i);
        if (bitsOf(args, 1) !== 0n)
          context.memory.store(bitsOf(args, 1), make(depth, { kind: 'int', bits: 32, signed: false }));
        return make(at, pointerTo(PTE_T));
      }
      at = inTable(context, level, bits, next, address);
    }
    return make(0n, pointerTo(PTE_T));
  },
});

/** What looks at the machine beside the frames: it has to find there what was stored. */
function flushes(frames: TableFrames): Record<string, Builtin> {
  const settled = (act: (machine: Machine, args: readonly Value[]) => void): Builtin => ({
    run: ({ machine }, args) => {
      frames.settle?.();
      act(machine, args);
      return VOID_VALUE;
    },
  });
  const all = settled((machine) => machine.flushTlb('all'));
  return {
    ...named(['flush_tlb_all', '__flush_tlb_all', '__flush_tlb'], all),
    flush_tlb_kernel_range: settled((machine, args) => {
      const range = { start: bitsOf(args, 0), end: bitsOf(args, 1) };
      if (range.end > range.start) machine.flushTlb(range);
    }),
    /** sync_global_pgds(start, end): `end` is the last byte. */
    sync_global_pgds: settled((machine, args) => machine.syncGlobalPgds(bitsOf(args, 0), bitsOf(args, 1) + 1n)),
  };
}

/** The functions of page tables, on the given frames. Their entries are read and written through the run's memory. */
export function pageTable(frames: TableFrames): BuiltinTable {
  const root = (address: bigint, layout: Layout): Value =>
    entryPointer('pgd', toVirtual(layout, frames.root) + indexOf('pgd', address, layout) * 8n);
  const functions: Record<string, Builtin> = {
    pgd_offset_k: { run: ({ machine }, args) => root(bitsOf(args, 0), machine.layout) },
    pgd_offset: { run: ({ machine }, args) => root(bitsOf(args, 1), machine.layout) },
    pgd_offset_pgd: {
      run: ({ machine: { layout } }, args) =>
        entryPointer('pgd', bitsOf(args, 0) + indexOf('pgd', bitsOf(args, 1), layout) * 8n),
    },
    p4d_offset: offset('pgd', 'p4d'),
    pud_offset: offset('p4d', 'pud'),
    pmd_offset: offset('pud', 'pmd'),
    ...named(['pte_offset_map', 'pte_offset_kernel'], offset('pmd', 'pte')),
    pte_unmap: nothing,
    lookup_address: lookupAddress(frames),
    set_pte_atomic: set('pte', 0, 1),
    ...named(['set_pte_at', 'set_pte_ext'], set('pte', 2, 3)),
    set_pmd_at: set('pmd', 2, 3),
    set_pud_at: set('pud', 2, 3),
    ...named(['pte_clear', 'native_pte_clear'], clear('pte', 2)),
    ...named(
      ['pmd_populate_kernel', 'pmd_populate_kernel_safe', 'pmd_populate_kernel_init'],
      populate('pmd', 'pointer'),
    ),
    pmd_populate: populate('pmd', 'page'),
    ...tablePages.functions(frames),
    ...tableAlloc(frames, {
      below: (context, at, above, level, address) => inTable(context, above, entry(context, at, above), level, address),
      read: entry,
      write,
    }),
    ...flushes(frames),
  };
  for (const level of LEVELS) {
    functions[`set_${level}`] = set(level, 0, 1);
    functions[`native_set_${level}`] = set(level, 0, 1);
    functions[`${level}_index`] = {
      run: ({ machine }, args) => ulong(indexOf(level, bitsOf(args, 0), machine.layout)),
    };
    functions[`${level}_page_vaddr`] = tableOf(level, { kind: 'int', bits: 64, signed: false });
    functions[`${level}_pgtable`] = tableOf(level, pointerTo(belowOf(level)));
    functions[`${level}p_get`] = { run: ({ memory }, args) => memory.load(bitsOf(args, 0), ENTRY_TYPES[level]) };
    if (level === 'pte') continue;
    functions[`${level}_clear`] = clear(level, 0);
    functions[`${level}_addr_end`] = addressEnd(level);
    if (level === 'pmd') continue;
    for (const variant of ['', '_init', '_safe']) functions[`${level}_populate${variant}`] = populate(level, 'pointer');
  }
  return {
    functions,
    constants: {
      ...Object.fromEntries(
        ['swapper_pg_dir', 'init_top_pgt', 'init_level4_pgt'].map((name) => [
          name,
          ({ machine }) => ({
            type: { kind: 'array', of: PGD_T, length: 512 },
            bits: toVirtual(machine.layout, frames.root),
          }),
        ]) satisfies [string, BuiltinTable['constants'][string]][],
      ),
      init_mm: ({ machine, memory }) => {
        const address = initMmAddress(memory);
        const pgd = memory.field('mm_struct', 'pgd');
        if (pgd) memory.store(address + pgd.offset, make(toVirtual(machine.layout, frames.root), pgd.type));
        return { type: { kind: 'struct', tag: 'mm_struct' }, bits: address };
      },
    },
  };
}

const belowOf = (level: Level): CType => {
  const below = LEVELS[LEVELS.indexOf(level) - 1];
  return below ? ENTRY_TYPES[below] : VOID;
};
