/** Hooks in memory hot-plug of v5.1. */
import { editsOf } from '../edit.ts';
import type { GoodHook } from '../hook.ts';

const { after, before, instead } = editsOf('arch/x86/mm/init_64.c');

const ADD = 'kernel_physical_mapping_init';
const PROPAGATED = '\t\tsync_global_pgds(vaddr_start, vaddr_end - 1);\n';
const ADD_CALL = 'WARN_ON(sync_direct_mapping(vaddr_start & PUD_MASK, ALIGN(vaddr_end, PUD_SIZE)));';
const ADDED = `\n\t${ADD_CALL}\n`;
const LOOP = '\tfor (; vaddr < vaddr_end; vaddr = vaddr_next) {\n';

const hotAdd: GoodHook = {
  name: 'kernel_physical_mapping_init() of v5.1',
  version: 'v5.1',
  edits: [after(ADD, PROPAGATED, ADDED)],
  deserved: [],
  alike: [
    {
      name: 'through a local',
      edits: [
        instead(ADD, 'vaddr_next, paddr_last;\n', 'vaddr_next, paddr_last;\n\tint ret;\n'),
        after(
          ADD,
          PROPAGATED,
          '\n\tret = sync_direct_mapping(round_down(vaddr_start, PUD_SIZE), round_up(vaddr_end, PUD_SIZE));\n\tWARN_ON(ret);\n',
        ),
      ],
    },
  ],
  faults: [
    {
      name: 'dropped from a hooked kernel',
      onHooked: true,
      edits: [instead(ADD, ADDED, '')],
      expect: [`missing-sync @ ${ADD_CALL}`],
    },
    {
      name: 'before the change',
      edits: [instead(ADD, ADDED, ''), before(ADD, LOOP, `\t${ADD_CALL}\n\n`)],
      expect: [`sync-before-change @ ${ADD_CALL}`],
    },
    {
      name: 'only where the top level changed',
      edits: [
        instead(
          ADD,
          `\tif (pgd_changed)\n${PROPAGATED}${ADDED}`,
          `\tif (pgd_changed) {\n${PROPAGATED}\t\t${ADD_CALL}\n\t}\n`,
        ),
      ],
      expect: ['missing-sync @ if (pgd_changed) {'],
    },
    {
      name: 'physical for virtual',
      edits: [instead(ADD, 'vaddr_start & PUD_MASK, ALIGN(vaddr_end, PUD_SIZE)', 'paddr_start, paddr_end')],
      expect: ['wrong-address-space @ WARN_ON(sync_direct_mapping(paddr_start, paddr_end));'],
    },
    {
      name: 'the variable that the loop has moved on',
      edits: [instead(ADD, 'vaddr_start & PUD_MASK', 'vaddr & PUD_MASK')],
      expect: ['partial-sync @ WARN_ON(sync_direct_mapping(vaddr & PUD_MASK, ALIGN(vaddr_end, PUD_SIZE)));'],
    },
    {
      name: 'swapped',
      edits: [
        instead(
          ADD,
          'vaddr_start & PUD_MASK, ALIGN(vaddr_end, PUD_SIZE)',
          'ALIGN(vaddr_end, PUD_SIZE), vaddr_start & PUD_MASK',
        ),
      ],
      expect: ['partial-sync @ WARN_ON(sync_direct_mapping(ALIGN(vaddr_end, PUD_SIZE), vaddr_start & PUD_MASK));'],
    },
    {
      name: 'both rounded down',
      edits: [instead(ADD, 'ALIGN(vaddr_end, PUD_SIZE)', 'ALIGN_DOWN(vaddr_end, PUD_SIZE)')],
      expect: ['partial-sync @ WARN_ON(sync_direct_mapping(vaddr_start & PUD_MASK, ALIGN_DOWN(vaddr_end, PUD_SIZE)));'],
    },
    {
      name: 'everything',
      edits: [
        instead(
          ADD,
          'vaddr_start & PUD_MASK, ALIGN(vaddr_end, PUD_SIZE)',
          'PAGE_OFFSET, PAGE_OFFSET + direct_mapping_size',
        ),
      ],
      expect: ['over-broad-sync @ WARN_ON(sync_direct_mapping(PAGE_OFFSET, PAGE_OFFSET + direct_mapping_size));'],
    },
    {
      name: 'the result dropped',
      edits: [instead(ADD, ADD_CALL, 'sync_direct_mapping(vaddr_start & PUD_MASK, ALIGN(vaddr_end, PUD_SIZE));')],
      expect: ['unchecked-result @ sync_direct_mapping(vaddr_start & PUD_MASK, ALIGN(vaddr_end, PUD_SIZE));'],
    },
  ],
};

const REMOVE = 'kernel_physical_mapping_remove';
const REMOVED = '\tremove_pagetable(start, end, true, NULL);\n';
const REMOVE_CALL = 'WARN_ON(sync_direct_mapping(start & PUD_MASK, ALIGN(end, PUD_SIZE)));';

const hotRemove: GoodHook = {
  name: 'kernel_physical_mapping_remove() of v5.1',
  version: 'v5.1',
  edits: [after(REMOVE, REMOVED, `\t${REMOVE_CALL}\n`)],
  deserved: [],
  faults: [
    {
      name: 'dropped from a hooked kernel',
      onHooked: true,
      edits: [instead(REMOVE, `\t${REMOVE_CALL}\n`, '')],
      expect: [`missing-sync @ ${REMOVE_CALL}`],
    },
    {
      name: 'before the change',
      edits: [instead(REMOVE, `\t${REMOVE_CALL}\n`, ''), before(REMOVE, REMOVED, `\t${REMOVE_CALL}\n`)],
      expect: [`sync-before-change @ ${REMOVE_CALL}`],
    },
    {
      name: 'bytes behind the range',
      edits: [instead(REMOVE, 'start & PUD_MASK, ALIGN(end, PUD_SIZE)', 'end, ALIGN(end, PUD_SIZE)')],
      expect: ['partial-sync @ WARN_ON(sync_direct_mapping(end, ALIGN(end, PUD_SIZE)));'],
    },
    {
      name: 'turned into physical again',
      edits: [instead(REMOVE, 'start & PUD_MASK, ALIGN(end, PUD_SIZE)', '__pa(start), __pa(end)')],
      expect: ['wrong-address-space @ WARN_ON(sync_direct_mapping(__pa(start), __pa(end)));'],
    },
    {
      name: 'turned into virtual once more',
      edits: [
        instead(
          REMOVE,
          'start & PUD_MASK, ALIGN(end, PUD_SIZE)',
          '(unsigned long)__va(start), (unsigned long)__va(end)',
        ),
      ],
      expect: [
        'wrong-address-space @ WARN_ON(sync_direct_mapping((unsigned long)__va(start), (unsigned long)__va(end)));',
      ],
    },
    // Taking memory away allocates nothing: a result that is dropped here loses nothing.
  ],
};

const ARCH = 'arch_remove_memory';
const TAKEN = '\tkernel_physical_mapping_remove(start, start + size);\n';
const ARCH_SYNC = `	first = (unsigned long)__va(start) & PUD_MASK;
	err = sync_direct_mapping(first, ALIGN((unsigned long)__va(start + size), PUD_SIZE));
	if (!ret)
		ret = err;
`;
const ARCH_CALL = 'err = sync_direct_mapping(first, ALIGN((unsigned long)__va(start + size), PUD_SIZE));';

const archRemove: GoodHook = {
  name: 'arch_remove_memory() of v5.1',
  version: 'v5.1',
  edits: [instead(ARCH, '\tint ret;\n', '\tunsigned long first;\n\tint ret, err;\n'), after(ARCH, TAKEN, ARCH_SYNC)],
  deserved: [],
  faults: [
    {
      name: 'before the change',
      edits: [instead(ARCH, ARCH_SYNC, ''), before(ARCH, TAKEN, ARCH_SYNC)],
      expect: [`sync-before-change @ ${ARCH_CALL}`],
    },
    {
      name: 'physical for virtual',
      edits: [
        instead(ARCH, 'first = (unsigned long)__va(start) & PUD_MASK', 'first = start & PUD_MASK'),
        instead(ARCH, '(unsigned long)__va(start + size)', 'start + size'),
      ],
      expect: [
        'wrong-address-space @ err = sync_direct_mapping(first, ALIGN(start + size, PUD_SIZE));',
        'wrong-address-space @ first = start & PUD_MASK;',
      ],
    },
    {
      name: 'pages where bytes are counted',
      edits: [instead(ARCH, '(unsigned long)__va(start + size), PUD_SIZE', 'first + nr_pages, PAGE_SIZE')],
      expect: ['partial-sync @ err = sync_direct_mapping(first, ALIGN(first + nr_pages, PAGE_SIZE));'],
    },
    {
      name: 'only where something else failed',
      edits: [instead(ARCH, `\t${ARCH_CALL}\n\tif (!ret)\n\t\tret = err;\n`, `\tif (ret)\n\t\t${ARCH_CALL}\n`)],
      expect: ['missing-sync @ if (ret)'],
    },
  ],
};

export const HOTPLUG_HOOKS: readonly GoodHook[] = [hotAdd, hotRemove, archRemove];
