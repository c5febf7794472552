import type { Address } from './address.ts';
import type { Layout } from './layout.ts';

/**
 * Addresses as the tables see them. A space is one direct mapping (its KeyID), or everything else (OTHER). Pages are
 * numbers: in a direct mapping counted from its start, elsewhere from the bottom of the address space as the walk
 * indexes it (48 or 57 bits). A slot is 512 GiB: a p4d entry, on 4-level paging a pgd entry.
 */
export interface Geometry {
  readonly layout: Layout;
  /** 512-GiB slots of one direct mapping. */
  readonly laneSlots: number;
  readonly lanePages: number;
  /** Height of the trie over a direct mapping's slots, and over all slots. */
  readonly laneHeight: number;
  readonly otherHeight: number;
  /** All slots of the address space. */
  readonly slots: number;
  /** First slot of KeyID-0's direct mapping. */
  readonly baseSlot: number;
}

/** The space that is no direct mapping. */
export const OTHER = -1;
export const SLOT_PAGES = 2 ** 27;
/** Slots per pgd entry with five levels. */
export const P4D_ENTRIES = 512;

const heightFor = (slots: number): number => {
  let height = 1;
  while (8 ** height < slots) height += 1;
  return height;
};

export const geometryOf = (layout: Layout): Geometry => {
  const laneSlots = Number(layout.directMappingSize >> 39n);
  const slots = layout.pagingLevels === 4 ? 512 : 512 * P4D_ENTRIES;
  return {
    layout,
    laneSlots,
    lanePages: laneSlots * SLOT_PAGES,
    laneHeight: heightFor(laneSlots),
    otherHeight: heightFor(slots),
    slots,
    baseSlot: Number(layout.pageOffset >> 39n) % slots,
  };
};

export interface Place {
  readonly keyId: number;
  readonly page: number;
}

/** The space of an absolute slot, and the slot's number in it. */
export const placeOfSlot = (geometry: Geometry, slot: number): { readonly keyId: number; readonly slot: number } => {
  const offset = slot - geometry.baseSlot;
  if (offset < 0 || offset >= geometry.laneSlots * (geometry.layout.keyIds + 1)) return { keyId: OTHER, slot };
  return { keyId: Math.floor(offset / geometry.laneSlots), slot: offset % geometry.laneSlots };
};

/** Where an address lies; null if it is not canonical for the number of levels. The offset in the page is dropped. */
export const placeOf = (geometry: Geometry, address: Address): Place | null => {
  const bits = geometry.layout.pagingLevels === 4 ? 48 : 57;
  if (BigInt.asUintN(64, BigInt.asIntN(bits, address)) !== address) return null;
  const page = Number(BigInt.asUintN(bits, address) >> 12n);
  const { keyId, slot } = placeOfSlot(geometry, Math.floor(page / SLOT_PAGES));
  return { keyId, page: slot * SLOT_PAGES + (page % SLOT_PAGES) };
};

/** The address of a page of a space. */
export const addressOf = (geometry: Geometry, keyId: number, page: number): Address => {
  const { layout } = geometry;
  if (keyId !== OTHER) return layout.pageOffset + BigInt(keyId) * layout.directMappingSize + (BigInt(page) << 12n);
  const bits = layout.pagingLevels === 4 ? 48 : 57;
  return BigInt.asUintN(64, BigInt.asIntN(bits, BigInt(page) << 12n));
};

export const heightOf = (geometry: Geometry, keyId: number): number =>
  keyId === OTHER ? geometry.otherHeight : geometry.laneHeight;
