/** struct cpa_data in the run's memory: the fields by name, and the address that the three modes give a page. */
import type { Address } from '../address.ts';
import { CPA_ARRAY, CPA_PAGES_ARRAY } from './constants.ts';
import { type CType, pointerTo, structOf, UNSIGNED_LONG } from './ctype.ts';
import type { Kernel } from './model.ts';
import { addressOfPage } from './page.ts';

export const CPA_DATA: CType = structOf('cpa_data');
export const CPA_POINTER: CType = pointerTo(CPA_DATA);
export const PAGE_POINTER: CType = pointerTo(structOf('page'));

export type CpaField =
  | 'vaddr'
  | 'pgd'
  | 'mask_set'
  | 'mask_clr'
  | 'numpages'
  | 'curpage'
  | 'pfn'
  | 'flags'
  | 'force_split'
  | 'force_flush_all'
  | 'pages';

const placeOf = (kernel: Kernel, at: Address, name: CpaField): { readonly address: Address; readonly type: CType } => {
  const field = kernel.memory.field('cpa_data', name);
  if (!field) throw new Error(`struct cpa_data has no field ${name}`);
  return { address: at + field.offset, type: field.type };
};

/** `cpa->name`. Throws MemoryFault as the code would fault. */
export function readCpa(kernel: Kernel, at: Address, name: CpaField): bigint {
  const { address, type } = placeOf(kernel, at, name);
  return kernel.memory.load(address, type).bits;
}

/** `cpa->name = bits` */
export function writeCpa(kernel: Kernel, at: Address, name: CpaField, bits: bigint): void {
  const { address, type } = placeOf(kernel, at, name);
  const cut = BigInt.asUintN(type.kind === 'int' ? type.bits : 64, bits);
  kernel.memory.store(address, { type, bits: cut });
}

/** `memset(cpa, 0, sizeof(*cpa))` */
export function clearCpa(kernel: Kernel, at: Address): void {
  kernel.memory.fill(at, kernel.memory.sizeOf(CPA_DATA), 0);
}

/** True in the two modes in which every page stands for itself. */
export const inArrayMode = (kernel: Kernel, at: Address): boolean =>
  (readCpa(kernel, at, 'flags') & (CPA_ARRAY | CPA_PAGES_ARRAY)) !== 0n;

/** __cpa_addr(cpa, index), v5.1 and later: the address of the index-th page of the request. */
export function cpaAddress(kernel: Kernel, at: Address, index: bigint): Address {
  const { memory, machine } = kernel;
  const flags = readCpa(kernel, at, 'flags');
  if (flags & CPA_PAGES_ARRAY) {
    const page = memory.load(readCpa(kernel, at, 'pages') + index * 8n, PAGE_POINTER).bits;
    return addressOfPage(machine.layout, page);
  }
  const vaddr = readCpa(kernel, at, 'vaddr');
  if (flags & CPA_ARRAY) return memory.load(vaddr + index * 8n, UNSIGNED_LONG).bits;
  return BigInt.asUintN(64, memory.load(vaddr, UNSIGNED_LONG).bits + (index << 12n));
}

/** The same in v4.18, where a single range moves its start on, page by page. */
export const cpaAddressMoving = (kernel: Kernel, at: Address): Address =>
  inArrayMode(kernel, at) ? cpaAddress(kernel, at, readCpa(kernel, at, 'curpage')) : cpaAddress(kernel, at, 0n);
