/** Which page of a request __change_page_attr() is at: what Facts.failPage counts. */
import type { Address } from '../address.ts';
import { inArrayMode, readCpa } from './cpa-data.ts';
import type { Kernel } from './model.ts';

/** Where each range began, by the place of its start: v4.18 moves the start on while it works. */
const beginnings = new WeakMap<Kernel['memory'], Map<Address, Address>>();

/** 0-based index of the page at `address` in the request that `cpa` describes. */
export function requestedPage(kernel: Kernel, cpa: Address, address: Address): bigint {
  const current = readCpa(kernel, cpa, 'curpage');
  if (inArrayMode(kernel, cpa)) return current;
  const known = beginnings.get(kernel.memory) ?? new Map<Address, Address>();
  beginnings.set(kernel.memory, known);
  const place = readCpa(kernel, cpa, 'vaddr');
  const began = known.get(place) ?? address;
  known.set(place, began);
  return (address - began) >> 12n;
}
