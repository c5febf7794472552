/** The kernel image of all scenarios: small, with gaps that mark_rodata_ro() gives back. Addresses are those of its high mapping. */
import type { Address } from '../address.ts';
import { START_KERNEL_MAP } from './constants.ts';

/** Symbols of the linker script, and the first addresses that mark_rodata_ro() makes of them (PFN_ALIGN changes none). */
export const IMAGE = {
  text: 0xffffffff81000000n,
  textEnd: 0xffffffff813fe000n,
  rodataStart: 0xffffffff81400000n,
  rodataEnd: 0xffffffff815fd000n,
  /** __end_rodata_hpage_align and _sdata */
  dataStart: 0xffffffff81600000n,
  brkEnd: 0xffffffff819f0000n,
  /** _brk_end rounded up to PMD_SIZE: where the high mapping ends. */
  end: 0xffffffff81a00000n,
} as const satisfies Record<string, Address>;

/** phys_base: how far the image was moved from the address it was linked for. */
export const PHYS_BASE = 0n;

/** __pa_symbol() */
export const physicalOfImage = (address: Address): bigint => address - START_KERNEL_MAP + PHYS_BASE;

/** The address of a frame in the high mapping. */
export const imageAddressOf = (pfn: bigint): Address => (pfn << 12n) + START_KERNEL_MAP - PHYS_BASE;

/** __cpa_pfn_in_highmap() */
export const pfnInImage = (pfn: bigint): boolean =>
  pfn >= physicalOfImage(IMAGE.text) >> 12n && pfn <= (physicalOfImage(IMAGE.end) - 1n) >> 12n;
