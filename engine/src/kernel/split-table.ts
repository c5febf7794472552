/** The table page that a split is about to need: __change_page_attr() allocates it before it touches the entry. */
import type { Address } from '../address.ts';
import type { Kernel } from './model.ts';
import { pageOfPfn } from './page.ts';

const pending = new WeakMap<Kernel['memory'], Address>();

/** Says which huge leaf the next allocation is for. */
export function announceSplit(kernel: Kernel, address: Address): void {
  pending.set(kernel.memory, address);
}

/** alloc_pages(GFP_KERNEL, 0): the page's struct page, or NULL where the machine says that this allocation fails. */
export function allocateSplitTable(kernel: Kernel): Address {
  const { machine } = kernel;
  const address = pending.get(kernel.memory);
  pending.delete(kernel.memory);
  // The machine allocates and links a table in one go; whether it will succeed is asked of a copy, so that the entry
  // changes no earlier than the kernel changes it.
  if (address !== undefined && !machine.fork().split(address)) {
    machine.split(address);
    return 0n;
  }
  return pageOfPfn(machine.layout, machine.layout.ramBytes >> 13n);
}
