/** Variables of the kernel: what MKTME has found out about the machine, init_mm, and the linker's symbols. */
import { TLB_SINGLE_PAGE_FLUSH_CEILING } from '../../../../../engine/src/kernel/constants.ts';
import { CHAR, type Value } from '../../../../../engine/src/kernel/ctype.ts';
import { IMAGE } from '../../../../../engine/src/kernel/image.ts';
import type { Memory } from '../../../../../engine/src/kernel/memory.ts';
import type { Layout } from '../../../../../engine/src/layout.ts';
import type { BuiltinTable } from '../types.ts';
import { int, ulong } from './table.ts';

/** Width of the KeyID in an entry, from the number of KeyIDs. */
const keyIdBits = (layout: Layout): number => layout.keyIds.toString(2).length;

/** mktme_keyid_mask: the KeyID bits of an entry. */
export const keyIdMask = (layout: Layout): bigint =>
  ((1n << BigInt(keyIdBits(layout))) - 1n) << BigInt(layout.keyIdShift);

/** Physical-address bits of an entry, without KeyID bits (PTE_PFN_MASK). */
export const pfnMask = (layout: Layout): bigint => 0x000ffffffffff000n & ~keyIdMask(layout);

/** What the linker's symbols stand for, by v4.18's to v6.1's names. */
const SYMBOLS: Readonly<Record<string, bigint>> = {
  _text: IMAGE.text,
  _stext: IMAGE.text,
  _etext: IMAGE.textEnd,
  __start___ex_table: IMAGE.textEnd,
  __stop___ex_table: IMAGE.textEnd,
  __start_rodata: IMAGE.rodataStart,
  __end_rodata: IMAGE.rodataEnd,
  __end_rodata_aligned: IMAGE.dataStart,
  __end_rodata_hpage_align: IMAGE.dataStart,
  _sdata: IMAGE.dataStart,
  _end: IMAGE.brkEnd,
};

/** A linker symbol is an array of unknown length: its value and its address are the same. */
const symbol = (address: bigint): Value => ({ type: { kind: 'array', of: CHAR, length: 0 }, bits: address });

const initMm = new WeakMap<Memory, bigint>();

/** The address of init_mm in a run's memory; it is made on first use. */
export function initMmAddress(memory: Memory): bigint {
  const known = initMm.get(memory);
  if (known !== undefined) return known;
  const address = memory.allocate({ kind: 'struct', tag: 'mm_struct' }, 'init_mm', { zero: true });
  initMm.set(memory, address);
  return address;
}

export const variables: BuiltinTable['constants'] = {
  ...Object.fromEntries(Object.entries(SYMBOLS).map(([name, address]) => [name, () => symbol(address)])),
  _brk_end: () => ulong(IMAGE.brkEnd),
  init_mm: ({ memory }) => ({ type: { kind: 'struct', tag: 'mm_struct' }, bits: initMmAddress(memory) }),
  direct_mapping_size: ({ machine }) => ulong(machine.layout.directMappingSize),
  direct_mapping_mask: ({ machine }) => ulong(machine.layout.directMappingSize - 1n),
  mktme_keyid_shift: ({ machine }) => int(machine.layout.keyIdShift),
  mktme_keyid_mask: ({ machine }) => ulong(keyIdMask(machine.layout)),
  mktme_nr_keyids: ({ machine }) => int(machine.layout.keyIds),
  tlb_single_page_flush_ceiling: () => ulong(TLB_SINGLE_PAGE_FLUSH_CEILING),
  __supported_pte_mask: () => ulong(~0n),
  __default_kernel_pte_mask: () => ulong(~0n),
  PTE_PFN_MASK: ({ machine }) => ulong(pfnMask(machine.layout)),
  PHYSICAL_PAGE_MASK: ({ machine }) => ulong(pfnMask(machine.layout)),
  __PHYSICAL_MASK: ({ machine }) => ulong(pfnMask(machine.layout) | 0xfffn),
  __PHYSICAL_MASK_SHIFT: () => int(52),
};
