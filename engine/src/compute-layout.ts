import { roundUp, TIB } from './address.ts';
import type { Layout } from './layout.ts';

/** What a machine is made from. Sizes in bytes. */
export interface MachineConfig {
  readonly pagingLevels: 4 | 5;
  /** Bytes of RAM from physical address 0: a multiple of 4 KiB. */
  readonly ramBytes: bigint;
  readonly keyIds: number;
  /** Default 46: six KeyID bits under a 52-bit physical address. */
  readonly keyIdShift?: number;
  /** Default: as calculate_direct_mapping_size() has it. A multiple of 1 TiB. */
  readonly directMappingSize?: bigint;
}

/** Why there is no such machine; `field` is the name in MachineConfig. */
export interface LayoutError {
  readonly field: keyof MachineConfig;
  readonly message: string;
}

/** A quarter of the address space's kernel half and user half together: 64 TiB with 4 levels, 32 PiB with 5. */
const availableBytes = { 4: 1n << 46n, 5: 1n << 55n } as const;
/** PAGE_OFFSET without KASLR. */
const pageOffsets = { 4: 0xffff888000000000n, 5: 0xff11000000000000n } as const;
const DEFAULT_KEYID_SHIFT = 46;
const PHYSICAL_BITS = 52;
/** MAX_KEYID_BITS: the architecture's bound. */
const MAX_KEYIDS = 2 ** 15 - 1;

const nextPowerOfTwo = (value: bigint): bigint => {
  let power = 1n;
  while (power < value) power <<= 1n;
  return power;
};

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/**
 * The address space of a machine, after calculate_direct_mapping_size() (first posting, 17/62): max_pfn rounded up to
 * 1 TiB, then to a power of two, without padding. A size given in the configuration is taken as it is, if it is a
 * multiple of 1 TiB and holds the RAM; it need not be a power of two. Where the kernel would disable MKTME, an error.
 */
export const layoutOf = (config: MachineConfig): { layout: Layout } | { error: LayoutError } => {
  const fail = (field: keyof MachineConfig, message: string): { error: LayoutError } => ({ error: { field, message } });
  const { pagingLevels, ramBytes, keyIds } = config;
  const keyIdShift = config.keyIdShift ?? DEFAULT_KEYID_SHIFT;
  if (ramBytes <= 0n || ramBytes % 0x1000n !== 0n)
    return fail('ramBytes', `${hex(ramBytes)} is not a positive multiple of 4 KiB`);
  if (!Number.isInteger(keyIds) || keyIds < 0 || keyIds > MAX_KEYIDS) {
    return fail('keyIds', `${keyIds} is not a number of KeyIDs from 0 to ${MAX_KEYIDS}`);
  }
  if (!Number.isInteger(keyIdShift) || keyIdShift < 12 || keyIdShift >= PHYSICAL_BITS) {
    return fail('keyIdShift', `${keyIdShift} is not a bit of a physical address (12 to ${PHYSICAL_BITS - 1})`);
  }
  const bits = keyIds.toString(2).length;
  if (keyIds > 0 && keyIdShift + bits > PHYSICAL_BITS) {
    return fail(
      'keyIds',
      `${keyIds} KeyIDs need ${bits} bits, bits ${keyIdShift} and up of an entry hold ${PHYSICAL_BITS - keyIdShift}`,
    );
  }
  if (ramBytes > 1n << BigInt(keyIds > 0 ? keyIdShift : PHYSICAL_BITS)) {
    return fail('ramBytes', `${hex(ramBytes)} of RAM reach into the KeyID bits from bit ${keyIdShift}`);
  }
  const directMappingSize = config.directMappingSize ?? nextPowerOfTwo(roundUp(ramBytes, TIB));
  if (directMappingSize <= 0n || directMappingSize % TIB !== 0n) {
    return fail('directMappingSize', `${hex(directMappingSize)} is not a positive multiple of 1 TiB`);
  }
  if (directMappingSize < ramBytes) {
    return fail(
      'directMappingSize',
      `${hex(directMappingSize)} is less than the RAM: the direct mappings would overlap`,
    );
  }
  const available = availableBytes[pagingLevels];
  if (directMappingSize * BigInt(keyIds + 1) > available) {
    return fail(
      'keyIds',
      `${keyIds + 1} direct mappings of ${hex(directMappingSize)} bytes do not fit in the ${hex(available)} that ${pagingLevels}-level paging has for them`,
    );
  }
  return {
    layout: { pagingLevels, ramBytes, keyIds, keyIdShift, pageOffset: pageOffsets[pagingLevels], directMappingSize },
  };
};
