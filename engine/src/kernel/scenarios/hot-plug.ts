/** Memory hot-add and hot-remove: aligned or not, inside known top-level entries or in new ones. */
import { PMD_SIZE, TIB } from '../../address.ts';
import type { Facts } from '../model.ts';
import { pageOfPfn } from '../page.ts';
import type { Scenario } from '../scenario.ts';
import { GIB, type Growing, growing, type PagingLevels } from './machines.ts';
import { hex, scenario, type Written } from './request.ts';

/** Memory comes and goes in blocks of this size. */
const BLOCK = 128n << 20n;
/** What one top-level entry maps with four levels. */
const TOP = 512n * GIB;

const ADD = [
  'kernel_physical_mapping_init',
  '__kernel_physical_mapping_init',
  'init_memory_mapping',
  'arch_add_memory',
];
const REMOVE = ['arch_remove_memory', 'kernel_physical_mapping_remove'];

interface Block {
  readonly start: bigint;
  readonly size: bigint;
}

const onBlock = (
  entry: 'hot_add_memory' | 'hot_remove_memory',
  { start, size }: Block,
): Pick<Written, 'entry' | 'args' | 'call'> => ({
  entry,
  args: () => [start, size],
  call: `${entry === 'hot_add_memory' ? 'arch_add_memory' : 'arch_remove_memory'}(${hex(start)}, ${hex(size)})`,
});

interface HotPlug {
  readonly id: string;
  readonly title: string;
  readonly block: Block;
  readonly levels: PagingLevels;
  readonly ramBytes: bigint;
  /** How the block is mapped once it is there. */
  readonly mapped: NonNullable<Growing['added']>;
  /** Levels of the tables that adding goes down through, and removing. */
  readonly through: readonly string[];
  readonly facts?: Partial<Facts>;
}

const hotAdd = ({ id, title, block, levels, ramBytes, through, facts = {} }: HotPlug): Scenario =>
  scenario({
    id: `hot-add/${id}`,
    title: `hot-add of ${title}`,
    family: 'hot-add',
    functions: ADD,
    facts,
    on: growing({ levels, ramBytes, key: 'growing' }),
    ...onBlock('hot_add_memory', block),
    reaches: [
      'hot_add_memory',
      'arch_add_memory',
      'init_memory_mapping',
      'kernel_physical_mapping_init',
      '__kernel_physical_mapping_init',
      'phys_p4d_init',
      ...through.map((level) => `phys_${level}_init`),
      'add_pages',
    ],
  });

const hotRemove = (
  { id, title, block, levels, ramBytes, mapped, through }: HotPlug,
  freed: readonly string[],
): Scenario =>
  scenario({
    id: `hot-remove/${id}`,
    title: `hot-remove of ${title}`,
    family: 'hot-remove',
    functions: REMOVE,
    on: growing({ levels, ramBytes, added: mapped, key: `grown-${id}` }),
    ...onBlock('hot_remove_memory', block),
    reaches: [
      'hot_remove_memory',
      'arch_remove_memory',
      'kernel_physical_mapping_remove',
      'remove_pagetable',
      'remove_p4d_table',
      ...through.map((level) => `remove_${level}_table`),
      ...freed.map((level) => `free_${level}_table`),
    ],
  });

const in2m: HotPlug = {
  id: '2m',
  title: '128 MiB, mapped with 2 MiB pages',
  block: { start: 5n * GIB, size: BLOCK },
  levels: 4,
  ramBytes: 8n * GIB,
  mapped: [{ start: 5n * GIB, end: 5n * GIB + BLOCK, page: '2M' }],
  through: ['pud', 'pmd'],
};

/** Device memory may come in pieces of 2 MiB. */
const in4k: HotPlug = {
  id: '4k',
  title: '2 MiB, mapped with 4 KiB pages (CONFIG_DEBUG_PAGEALLOC)',
  block: { start: 5n * GIB, size: PMD_SIZE },
  levels: 4,
  ramBytes: 8n * GIB,
  mapped: [{ start: 5n * GIB, end: 5n * GIB + PMD_SIZE, page: '4K' }],
  through: ['pud', 'pmd', 'pte'],
  facts: { debugPagealloc: true },
};

const in1g: HotPlug = {
  id: '1g',
  title: '1 GiB, mapped with one 1 GiB page',
  block: { start: 6n * GIB, size: GIB },
  levels: 4,
  ramBytes: 8n * GIB,
  mapped: [{ start: 6n * GIB, end: 7n * GIB, page: '1G' }],
  through: ['pud'],
};

const unaligned: HotPlug = {
  id: 'unaligned',
  title: '1.25 GiB that begin and end inside a GiB: 2 MiB pages, a 1 GiB page, 2 MiB pages',
  block: { start: 6n * GIB - BLOCK, size: GIB + 2n * BLOCK },
  levels: 4,
  ramBytes: 8n * GIB,
  mapped: [
    { start: 6n * GIB - BLOCK, end: 6n * GIB, page: '2M' },
    { start: 6n * GIB, end: 7n * GIB, page: '1G' },
    { start: 7n * GIB, end: 7n * GIB + BLOCK, page: '2M' },
  ],
  through: ['pud', 'pmd'],
};

/** Hot-remove of less than a huge page leaves the page mapped; when the block comes back, it is too large for it. */
const inHuge: HotPlug = {
  id: 'in-1g-page',
  title: '128 MiB that a 1 GiB page maps: split, and the rest of the page is mapped no more',
  block: { start: 3n * GIB + BLOCK, size: BLOCK },
  levels: 4,
  ramBytes: 8n * GIB,
  mapped: [],
  through: ['pud', 'pmd'],
};

const newTopLevel: HotPlug = {
  id: 'new-top-level',
  title: '1 GiB in a 512 GiB range that held nothing: a new top-level entry',
  block: { start: TOP, size: GIB },
  levels: 4,
  ramBytes: TIB,
  mapped: [{ start: TOP, end: TOP + GIB, page: '1G' }],
  through: ['pud'],
};

const newP4d: HotPlug = {
  id: 'new-p4d-5-level',
  title: '128 MiB in a 512 GiB range that held nothing, 5-level paging',
  block: { start: TOP, size: BLOCK },
  levels: 5,
  ramBytes: TIB,
  mapped: [{ start: TOP, end: TOP + BLOCK, page: '2M' }],
  through: ['pud', 'pmd'],
};

/** A block in which set_memory_*() has split a huge page. */
const split: HotPlug = {
  ...in2m,
  id: 'split',
  title: '128 MiB, mapped with 2 MiB pages of which one was split',
  mapped: [
    { start: 5n * GIB, end: 5n * GIB + PMD_SIZE, page: '4K' },
    { start: 5n * GIB + PMD_SIZE, end: 5n * GIB + BLOCK, page: '2M' },
  ],
  through: ['pud', 'pmd', 'pte'],
};

/** What hangs in remove_pagetable() comes by here as well, where no entry of the direct mapping changes. */
function structPages({ levels, ramBytes, block, mapped, id }: HotPlug): Scenario {
  const first = block.start >> 12n;
  const behind = (block.start + block.size) >> 12n;
  return scenario({
    id: 'hot-remove/struct-pages',
    title: 'the struct pages of 128 MiB that go with it, which are mapped outside the direct mapping',
    family: 'hot-remove',
    functions: ['vmemmap_free'],
    on: growing({ levels, ramBytes, added: mapped, key: `grown-${id}` }),
    entry: 'vmemmap_free',
    args: ({ machine: { layout } }) => [pageOfPfn(layout, first), pageOfPfn(layout, behind), 0n],
    call: `vmemmap_free(pfn_to_page(${hex(first)}), pfn_to_page(${hex(behind)}), NULL)`,
    reaches: ['vmemmap_free', 'remove_pagetable'],
  });
}

export const hotPlug: readonly Scenario[] = [
  hotAdd(in2m),
  hotAdd(in4k),
  hotAdd(in1g),
  hotAdd(unaligned),
  hotAdd(inHuge),
  hotAdd(newTopLevel),
  hotAdd(newP4d),
  hotRemove(in2m, ['pmd']),
  hotRemove(in1g, []),
  hotRemove(unaligned, ['pmd']),
  hotRemove(split, ['pmd', 'pte']),
  hotRemove(newTopLevel, []),
  hotRemove(newP4d, ['pmd', 'pud']),
  structPages(in2m),
];
