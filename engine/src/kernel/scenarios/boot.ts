/** The end of boot, and enabling MKTME. */
import { PMD_SIZE } from '../../address.ts';
import { IMAGE } from '../image.ts';
import type { Scenario } from '../scenario.ts';
import { aroundOneTib, GIB, growing, pageOffset, small } from './machines.ts';
import { requestReaches } from './reaches.ts';
import { hex, scenario } from './request.ts';

const PHYSICAL = 5n * GIB;

/** With 5 levels RAM fills the direct mapping to its last byte: a sync of a part of it leaves some out. */
const enabling = (levels: 4 | 5): Scenario =>
  scenario({
    id: levels === 4 ? 'enable/boot' : 'enable/boot-5-level',
    title: `MKTME is enabled at boot${levels === 5 ? ' with 2 TiB of RAM, 5-level paging' : ''}`,
    family: 'enable',
    functions: ['init_page_mktme'],
    on: levels === 4 ? small() : aroundOneTib,
    enableFirst: false,
    entry: 'init_page_mktme',
    call: 'init_page_mktme()',
    args: () => [],
    reaches: ['init_page_mktme'],
  });

export const boot: readonly Scenario[] = [
  scenario({
    id: 'boot/mark-rodata-ro',
    title: 'mark_rodata_ro() at the end of boot: the aliases of text and rodata in the direct mapping change',
    family: 'boot',
    // set_kernel_text_ro() goes the same way, over more pages.
    functions: ['mark_rodata_ro', 'free_kernel_image_pages', 'set_kernel_text_rw', 'set_kernel_text_ro'],
    on: small(),
    entry: 'mark_rodata_ro',
    call: `mark_rodata_ro() (text ${hex(IMAGE.text)}-${hex(IMAGE.textEnd)})`,
    args: () => [],
    reaches: [
      'mark_rodata_ro',
      'set_memory_ro',
      'change_page_attr_clear',
      ...requestReaches({}),
      'set_memory_nx',
      'change_page_attr_set',
      'free_kernel_image_pages',
      'free_init_pages',
      'set_memory_rw',
      'set_memory_np_noalias',
    ],
  }),
  scenario({
    id: 'boot/init-extra-mapping',
    title: 'init_extra_mapping_uc() of 4 MiB above RAM (SGI UV)',
    family: 'boot',
    functions: ['init_extra_mapping_wb', 'init_extra_mapping_uc'],
    on: growing({ levels: 4, ramBytes: 8n * GIB, key: 'growing' }),
    entry: 'init_extra_mapping_uc',
    call: `init_extra_mapping_uc(${hex(PHYSICAL)}, ${hex(2n * PMD_SIZE)}) (at ${hex(pageOffset(4) + PHYSICAL)})`,
    args: () => [PHYSICAL, 2n * PMD_SIZE],
    reaches: ['init_extra_mapping_uc', '__init_extra_mapping'],
  }),
  enabling(4),
  enabling(5),
];
