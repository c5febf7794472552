/** The machines that scenarios run on: what is mapped before MKTME is enabled. */
import { type Address, PAGE_SIZE, PMD_SIZE, PUD_SIZE, TIB } from '../../address.ts';
import type { Layout } from '../../layout.ts';
import type { Flag, Machine } from '../../machine.ts';
import { IMAGE, physicalOfImage } from '../image.ts';
import type { Scenario } from '../scenario.ts';

export type PagingLevels = Layout['pagingLevels'];
export type MachineOf = Pick<Scenario, 'pagingLevels' | 'ramBytes' | 'machineKey' | 'prepare'>;

export const GIB = PUD_SIZE;

/** PAGE_OFFSET without KASLR. */
export const pageOffset = (levels: PagingLevels): Address => (levels === 5 ? 0xff11000000000000n : 0xffff888000000000n);

/** PAGE_KERNEL: what the kernel gives its direct mapping. */
export const RAM_FLAGS: readonly Flag[] = ['accessed', 'dirty', 'global', 'nx', 'rw'];
export const RAM_FLAGS_RO: readonly Flag[] = ['accessed', 'dirty', 'global', 'nx'];
const IMAGE_FLAGS: readonly Flag[] = ['accessed', 'dirty', 'global', 'rw'];

/** Physical places of the small machine, by how the direct mapping maps them. */
export const SMALL = {
  /** 4K pages: [0, 2M). */
  in4k: 0x100000n,
  /** Read-only 4K pages, 16 of them. */
  in4kReadOnly: 0x180000n,
  /** A 4K page that is not present. */
  notPresent: 0x1a0000n,
  /** 4K pages, 16 each: uncached, executable, not global. */
  uncached: 0x1b0000n,
  executable: 0x1c0000n,
  notGlobal: 0x1d0000n,
  /** 2M pages: [2M, 1G), behind the kernel image. */
  in2m: 0x4000000n,
  /** 1G pages: [1G, 4G). */
  in1g: 0x80000000n,
} as const;

/** Frames of the pages that the vmalloc range maps: far apart, in no order, each in a huge page of the direct mapping. */
export const SCATTERED: readonly bigint[] = [0x4123n, 0x20777n, 0x4200n, 0x9abcdn];
export const VMALLOC = 0xffffc90040000000n;

/** Its pages are read-only here and writable in the direct mapping. */
export const VMALLOC_READ_ONLY = VMALLOC + 0x100000n;

/** Frames of a vmalloc range that lie in a GiB of their own each. */
export const APART: readonly bigint[] = [0xc0456n, 0x50321n, 0xa0123n];
export const VMALLOC_APART = VMALLOC + 0x200000n;

function mapRam(machine: Machine, start: bigint, end: bigint, page: '4K' | '2M' | '1G'): void {
  const base = machine.layout.pageOffset;
  machine.map(base + start, base + end, page, RAM_FLAGS);
}

function mapImage(machine: Machine): void {
  machine.map(IMAGE.text, IMAGE.end, '2M', IMAGE_FLAGS, physicalOfImage(IMAGE.text) >> 12n);
}

/** 4 GiB: the first 2M in 4K pages, the rest of the first GiB in 2M pages, then 1G pages; the kernel image and a vmalloc range. */
export const small = (levels: PagingLevels = 4): MachineOf => ({
  pagingLevels: levels,
  ramBytes: 4n * GIB,
  machineKey: 'small',
  prepare(machine) {
    mapRam(machine, 0n, PMD_SIZE, '4K');
    mapRam(machine, PMD_SIZE, GIB, '2M');
    mapRam(machine, GIB, 4n * GIB, '1G');
    const base = machine.layout.pageOffset;
    const sixteen = (start: bigint, set: readonly Flag[], clear: readonly Flag[]) =>
      machine.protect(base + start, base + start + 16n * PAGE_SIZE, set, clear);
    sixteen(SMALL.in4kReadOnly, [], ['rw']);
    sixteen(SMALL.uncached, ['pcd'], []);
    sixteen(SMALL.executable, [], ['nx']);
    sixteen(SMALL.notGlobal, [], ['global']);
    machine.unmap(base + SMALL.notPresent, base + SMALL.notPresent + PAGE_SIZE);
    mapImage(machine);
    mapVmalloc(machine);
  },
});

function mapVmalloc(machine: Machine): void {
  for (const [index, pfn] of SCATTERED.entries()) {
    const page = VMALLOC + BigInt(index) * PAGE_SIZE;
    machine.map(page, page + PAGE_SIZE, '4K', RAM_FLAGS, pfn);
    const readOnly = VMALLOC_READ_ONLY + BigInt(index) * PAGE_SIZE;
    machine.map(readOnly, readOnly + PAGE_SIZE, '4K', RAM_FLAGS_RO, pfn + 1n);
  }
  for (const [index, pfn] of APART.entries()) {
    const page = VMALLOC_APART + BigInt(index) * PAGE_SIZE;
    machine.map(page, page + PAGE_SIZE, '4K', RAM_FLAGS, pfn);
  }
}

/** The same RAM all in 4K pages, as CONFIG_DEBUG_PAGEALLOC maps it: nothing is ever split. */
export const debugPagealloc = (levels: PagingLevels = 4): MachineOf => ({
  pagingLevels: levels,
  ramBytes: 4n * GIB,
  machineKey: 'debug-pagealloc',
  prepare(machine) {
    mapRam(machine, 0n, 4n * GIB, '4K');
    const hole = machine.layout.pageOffset + SMALL.in2m + 16n * PAGE_SIZE;
    machine.unmap(hole, hole + 4n * PAGE_SIZE);
    mapImage(machine);
  },
});

/** 32 GiB in 1G pages: room for requests whose pages lie in as many GiB. */
export const wide: MachineOf = {
  pagingLevels: 4,
  ramBytes: 32n * GIB,
  machineKey: 'wide',
  prepare(machine) {
    mapRam(machine, 0n, 32n * GIB, '1G');
    mapImage(machine);
  },
};

/** 2 TiB on 5 levels; the GiB below 1 TiB in 2M pages, all else in 1G pages. */
export const aroundOneTib: MachineOf = {
  pagingLevels: 5,
  ramBytes: 2n * TIB,
  machineKey: 'around-1-tib',
  prepare(machine) {
    mapRam(machine, 0n, TIB - GIB, '1G');
    mapRam(machine, TIB - GIB, TIB, '2M');
    mapRam(machine, TIB, 2n * TIB, '1G');
    mapImage(machine);
  },
};

/** RAM of which only the beginning is there at boot: what hot-add and hot-remove work on. */
export interface Growing {
  readonly levels: PagingLevels;
  readonly ramBytes: bigint;
  /** More RAM that is there already, as hot-add has mapped it: physical addresses. */
  readonly added?: readonly { readonly start: bigint; readonly end: bigint; readonly page: '4K' | '2M' | '1G' }[];
  readonly key: string;
}

/** 4 GiB of RAM at boot in 1G pages; RAM that comes later, or came and will go. */
export const growing = ({ levels, ramBytes, added = [], key }: Growing): MachineOf => ({
  pagingLevels: levels,
  ramBytes,
  machineKey: key,
  prepare(machine) {
    mapRam(machine, 0n, 4n * GIB, '1G');
    for (const { start, end, page } of added) mapRam(machine, start, end, page);
    mapImage(machine);
  },
});
