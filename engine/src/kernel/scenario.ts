import type { Machine } from '../machine.ts';
import type { Facts, Kernel, Version } from './model.ts';

/** Families of functions that change the direct mapping; `unhooked-site` speaks of a family as one. */
export type Family =
  | 'pageattr' // set_memory_*(), set_pages_*() and their array forms on the way that succeeds
  | 'pageattr-error' // the same when __change_page_attr_set_clr() fails half way
  | 'split-only' // set_memory_4k(): a split and nothing else
  | 'alias-only' // a change that only the alias in the direct mapping sees
  | 'noflush' // __set_pages_p/np, set_direct_map_*_noflush, __kernel_map_pages
  | 'hot-add'
  | 'hot-remove'
  | 'boot' // mark_rodata_ro, free_kernel_image_pages, init_extra_mapping_*
  | 'enable'
  | 'page-keyid'; // a page is handed from one KeyID to another

/** One way into the kernel, on one machine: data, so that a user can add their own. */
export interface Scenario {
  /** 'set-memory-ro/4k-in-2m' */
  readonly id: string;
  /** 'set_memory_ro() of 4 KiB inside a 2 MiB page' */
  readonly title: string;
  readonly family: Family;
  /** All kernel functions that go the same way: what `unhooked-site` lists. */
  readonly functions: readonly string[];
  /** The call as a person writes it, addresses resolved: 'set_memory_ro(0xffff888000200000, 1)'. */
  readonly call: string;
  readonly pagingLevels: 4 | 5;
  readonly versions: readonly Version[];
  readonly facts: Partial<Facts>;
  /** Bytes of RAM of the machine. */
  readonly ramBytes: bigint;
  /** The machine's mappings before MKTME is enabled. Equal `machineKey`s prepare equal machines. */
  readonly machineKey: string;
  prepare(machine: Machine): void;
  /** False: MKTME is enabled by the entry itself (the enable scenario). */
  readonly enableFirst: boolean;
  /** The function the run calls. */
  readonly entry: string;
  /** Its arguments; arrays and structs are put into kernel.memory. */
  args(kernel: Kernel): readonly bigint[];
  /** What the kernel does next with what the entry left. */
  after?(kernel: Kernel): void;
  /** So many pages that code which goes from one to the next is not followed to its end, and nothing is said of it. */
  readonly isVast?: true;
  /** Which page-table allocation of the change itself fails (1-based). */
  readonly failAllocation?: number;
  /** Kernel functions whose models or bodies this scenario's run enters, in call order: to find the scenarios that reach a hunk without running all. */
  readonly reaches: readonly string[];
}
