/**
 * Page-table pages that hot-add and hot-remove hand around by pointer (`pud_t *pud_page`). A table that is allocated
 * and filled before anything points to it keeps its entries to itself until it is linked, as in the kernel.
 */
import type { Address, PageSize } from '../address.ts';
import type { TableLevel } from '../event.ts';
import type { Flag } from '../machine.ts';
import type { Kernel } from './model.ts';
import { PTE_T } from './structs.ts';

/** A leaf that a table maps: virtual addresses, [start, end). */
interface Entry {
  readonly start: Address;
  readonly end: Address;
  readonly page: PageSize;
  readonly flags: readonly Flag[];
}

interface Tables {
  readonly byPlace: Map<string, Address>;
  readonly placeOf: Map<Address, Address>;
  /** Tables that nothing points to yet, with what was written to them. */
  readonly unlinked: Map<Address, Entry[]>;
}

const all = new WeakMap<Kernel['memory'], Tables>();

function tablesOf(kernel: Kernel): Tables {
  const known = all.get(kernel.memory);
  if (known) return known;
  const fresh: Tables = { byPlace: new Map(), placeOf: new Map(), unlinked: new Map() };
  all.set(kernel.memory, fresh);
  return fresh;
}

const TABLE = { kind: 'array', of: PTE_T, length: 512 } as const;

/** The pointer that stands for the table of this level whose first entry maps `start`. */
export function tablePointer(kernel: Kernel, level: TableLevel, start: Address): Address {
  const { byPlace, placeOf } = tablesOf(kernel);
  const place = `${level} ${start}`;
  const pointer = byPlace.get(place) ?? kernel.memory.allocate(TABLE, `${level} table`, { zero: true });
  byPlace.set(place, pointer);
  placeOf.set(pointer, start);
  return pointer;
}

/** First address that the table behind such a pointer maps; null: another pointer. */
export const startOfTable = (kernel: Kernel, pointer: Address): Address | null =>
  tablesOf(kernel).placeOf.get(pointer) ?? null;

/** alloc_low_page(): an empty table that nothing points to. */
export function newTable(kernel: Kernel): Address {
  const pointer = kernel.memory.allocate(TABLE, 'new table', { zero: true });
  tablesOf(kernel).unlinked.set(pointer, []);
  return pointer;
}

export const isUnlinked = (kernel: Kernel, table: Address): boolean => tablesOf(kernel).unlinked.has(table);

/** set_pte(), set_pmd() or set_pud() of a leaf into a table. */
export function writeLeaf(kernel: Kernel, table: Address, entry: Entry): void {
  const waiting = tablesOf(kernel).unlinked.get(table);
  if (!waiting) {
    kernel.machine.map(entry.start, entry.end, entry.page, entry.flags);
    return;
  }
  const last = waiting.at(-1);
  if (last && last.end === entry.start && last.page === entry.page) {
    waiting[waiting.length - 1] = { ...last, end: entry.end };
  } else waiting.push(entry);
}

/** pmd_populate() and its kin: from now on `into` points to `table`, and what was written there is mapped. */
export function linkTable(kernel: Kernel, table: Address, into: Address): void {
  const { unlinked } = tablesOf(kernel);
  const entries = unlinked.get(table) ?? [];
  unlinked.delete(table);
  for (const entry of entries) writeLeaf(kernel, into, entry);
}
