/** How scenarios are written down: one request to the kernel, on one machine. */
import type { Address } from '../../address.ts';
import { PAGE_POINTER } from '../cpa-data.ts';
import { UNSIGNED_LONG } from '../ctype.ts';
import type { Kernel, Version } from '../model.ts';
import { pageOfPfn } from '../page.ts';
import type { Scenario } from '../scenario.ts';
import type { MachineOf } from './machines.ts';

export const ALL_VERSIONS: readonly Version[] = ['v4.18', 'v5.1', 'v5.2', 'v6.1'];
export const hex = (bits: bigint): string => `0x${bits.toString(16)}`;

export type Written = Omit<
  Scenario,
  'pagingLevels' | 'ramBytes' | 'machineKey' | 'prepare' | 'versions' | 'facts' | 'enableFirst'
> &
  Partial<Pick<Scenario, 'versions' | 'facts' | 'enableFirst'>> & { readonly on: MachineOf };

/** A scenario; all versions, no special facts and MKTME enabled before it, unless it says otherwise. */
export const scenario = ({ on, ...written }: Written): Scenario => ({
  versions: ALL_VERSIONS,
  facts: {},
  enableFirst: true,
  ...written,
  pagingLevels: on.pagingLevels,
  ramBytes: on.ramBytes,
  machineKey: on.machineKey,
  prepare: on.prepare,
});

/** An array of addresses in the run's memory. Returns where it is. */
export function addressArray(kernel: Kernel, addresses: readonly Address[]): Address {
  const at = kernel.memory.allocate({ kind: 'array', of: UNSIGNED_LONG, length: addresses.length }, 'addr');
  addresses.forEach((bits, index) => {
    kernel.memory.store(at + BigInt(index) * 8n, { type: UNSIGNED_LONG, bits });
  });
  return at;
}

/** An array of struct pages of the given frames. */
export function pageArray(kernel: Kernel, frames: readonly bigint[]): Address {
  const at = kernel.memory.allocate({ kind: 'array', of: PAGE_POINTER, length: frames.length }, 'pages');
  frames.forEach((pfn, index) => {
    const page = { type: PAGE_POINTER, bits: pageOfPfn(kernel.machine.layout, pfn) };
    kernel.memory.store(at + BigInt(index) * 8n, page);
  });
  return at;
}

/** Functions of pageattr.c that go the way of a single range. */
export const RANGE_FUNCTIONS: readonly string[] = [
  'set_memory_uc',
  'set_memory_wc',
  'set_memory_wt',
  'set_memory_wb',
  'set_memory_x',
  'set_memory_nx',
  'set_memory_ro',
  'set_memory_rw',
  'set_memory_np',
  'set_memory_global',
  'set_memory_nonglobal',
  'set_pages_uc',
  'set_pages_wb',
  'set_pages_ro',
  'set_pages_rw',
];

/** A call on a range in the direct mapping: the address from its physical one. */
export const rangeCall = (
  name: string,
  on: MachineOf,
  base: Address,
  physical: bigint,
  pages: bigint,
): Pick<Written, 'entry' | 'call' | 'args' | 'on'> => addressCall(name, on, base + physical, pages);

/** A call on a range anywhere. */
export const addressCall = (
  name: string,
  on: MachineOf,
  address: Address,
  pages: bigint,
): Pick<Written, 'entry' | 'call' | 'args' | 'on'> => ({
  on,
  entry: name,
  call: `${name}(${hex(address)}, ${pages})`,
  args: () => [address, pages],
});
