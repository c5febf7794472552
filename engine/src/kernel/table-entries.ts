/**
 * Pointers to page-table entries (`pte_t *kpte`): each entry that kernel code looks up gets an address of its own in
 * the run's memory, where its present value stands.
 */
import type { Address, PageSize } from '../address.ts';
import { bytesOf, roundDown } from '../address.ts';
import type { Machine } from '../machine.ts';
import { PAGE_BIT, PG_LEVEL } from './constants.ts';
import { entryOf, flagsOf, inMappedRam, pfnOfEntry, walkedAddress } from './entry.ts';
import type { Kernel } from './model.ts';
import { PTE_T } from './structs.ts';

/** What a pointer to an entry stands for. */
export interface TableEntry {
  readonly pointer: Address;
  /** First address that the entry maps. */
  readonly start: Address;
  readonly page: PageSize;
  readonly value: bigint;
}

interface Registry {
  readonly byPlace: Map<string, Address>;
  readonly byPointer: Map<Address, { readonly start: Address; readonly page: PageSize }>;
}

const registries = new WeakMap<Kernel['memory'], Registry>();

function registryOf(kernel: Pick<Kernel, 'memory'>): Registry {
  const known = registries.get(kernel.memory);
  if (known) return known;
  const fresh: Registry = { byPlace: new Map(), byPointer: new Map() };
  registries.set(kernel.memory, fresh);
  return fresh;
}

/** What a page that was taken out of the direct mapping keeps in its entry: all but `present`. */
const NOT_PRESENT = PAGE_BIT.rw | PAGE_BIT.accessed | PAGE_BIT.dirty | PAGE_BIT.nx;

/**
 * lookup_address(): the entry that covers the address, or null where the kernel finds none. A hole in the direct
 * mapping of RAM is an entry that is not present but still has its frame, as set_memory_np() leaves it; so is an entry
 * elsewhere that was taken `present` from.
 */
export function lookupEntry(kernel: Pick<Kernel, 'machine' | 'memory'>, address: Address): TableEntry | null {
  const { machine, memory } = kernel;
  const walked = walkedAddress(address, machine.layout.pagingLevels);
  const mapping = machine.lookup(walked);
  const page = mapping?.page ?? '4K';
  const start = mapping?.start ?? roundDown(walked, bytesOf[page]);
  const { byPlace, byPointer } = registryOf(kernel);
  const place = `${page} ${start}`;
  const known = byPlace.get(place);
  const frame =
    mapping || inMappedRam(machine.layout, walked) ? start - machine.layout.pageOffset : frameOnce(machine, start);
  if (frame === null) return null;
  const pointer = known ?? memory.allocate(PTE_T, 'page-table entry');
  if (known === undefined) {
    byPlace.set(place, pointer);
    byPointer.set(pointer, { start, page });
  }
  const kept = known === undefined ? 0n : memory.load(pointer, PTE_T).bits;
  const notPresent = ((frame >> 12n) << 12n) | NOT_PRESENT;
  const value = mapping ? entryOf(mapping) : kept !== 0n && !(kept & PAGE_BIT.present) ? kept : notPresent;
  memory.store(pointer, { type: PTE_T, bits: value });
  return { pointer, start, page, value };
}

/** The frame that was mapped at an address until it was taken away; null: none ever was. */
function frameOnce({ events }: Machine, address: Address): bigint | null {
  const last = events.findLast((event) => event.kind === 'write' && event.start <= address && address < event.end);
  return last?.kind === 'write' && last.after === null && last.before !== null
    ? (last.before.pfn << 12n) + (address - last.start)
    : null;
}

/** enum pg_level of an entry. */
export const levelOf = (entry: Pick<TableEntry, 'page'>): bigint => PG_LEVEL[entry.page];

/** The entry behind a pointer that lookupEntry() gave out; null: some other pointer. */
export function entryAt(kernel: Kernel, pointer: Address): Omit<TableEntry, 'value'> | null {
  const place = registryOf(kernel).byPointer.get(pointer);
  return place ? { ...place, pointer } : null;
}

/** set_pte_atomic() on such an entry: maps, changes or clears what it covers. */
export function writeEntry(kernel: Kernel, entry: Omit<TableEntry, 'value'>, value: bigint): void {
  const { machine, memory } = kernel;
  const flags = flagsOf(value);
  if (machine.lookup(entry.start)) machine.writeLeaf(entry.start, flags);
  else if (flags) machine.map(entry.start, entry.start + bytesOf[entry.page], entry.page, flags, pfnOfEntry(value));
  memory.store(entry.pointer, { type: PTE_T, bits: value });
}
