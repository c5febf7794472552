/** Hooks at the ends of memory hot-add and of boot in v6.1. */
import { editsOf } from '../edit.ts';
import type { GoodHook } from '../hook.ts';

const { after, before, instead } = editsOf('arch/x86/mm/init_64.c');

const ADD = 'arch_add_memory';
const MAP = '\tinit_memory_mapping(start, start + size, params->pgprot);\n';
const CALL = 'ret = sync_direct_mapping((unsigned long)__va(start), (unsigned long)__va(start + size));';
const SYNC = `\t${CALL}\n\tif (ret)\n\t\treturn ret;\n`;
const withRange = (range: string) =>
  instead(ADD, '((unsigned long)__va(start), (unsigned long)__va(start + size))', `(${range})`);

const addMemory: GoodHook = {
  name: 'arch_add_memory() of v6.1',
  version: 'v6.1',
  edits: [after(ADD, '\tunsigned long nr_pages = size >> PAGE_SHIFT;\n', '\tint ret;\n'), after(ADD, MAP, SYNC)],
  deserved: [],
  faults: [
    {
      name: 'before the mapping',
      edits: [instead(ADD, SYNC, ''), before(ADD, MAP, SYNC)],
      expect: [`sync-before-change @ ${CALL}`],
    },
    {
      name: 'physical for virtual',
      edits: [withRange('start, start + size')],
      expect: ['wrong-address-space @ ret = sync_direct_mapping(start, start + size);'],
    },
    {
      name: 'pages for bytes',
      edits: [withRange('(unsigned long)__va(start), (unsigned long)__va(start) + nr_pages')],
      expect: [
        'partial-sync @ ret = sync_direct_mapping((unsigned long)__va(start), (unsigned long)__va(start) + nr_pages);',
      ],
    },
    {
      name: 'the size for the end',
      edits: [withRange('(unsigned long)__va(start), size')],
      expect: [
        'partial-sync @ ret = sync_direct_mapping((unsigned long)__va(start), size);',
        'wrong-address-space @ ret = sync_direct_mapping((unsigned long)__va(start), size);',
      ],
    },
    {
      name: 'the result dropped',
      edits: [instead(ADD, SYNC, `\t${CALL.replace('ret = ', '')}\n`)],
      expect: [`unchecked-result @ ${CALL.replace('ret = ', '')}`],
    },
  ],
};

const RODATA = 'mark_rodata_ro';
const LAST = '\tdebug_checkwx();\n';
const IMAGE_CALL = 'WARN_ON(sync_direct_mapping(first & PUD_MASK, ALIGN(last, PUD_SIZE)));';
const FIRST = '\tfirst = (unsigned long)__va(__pa_symbol(start));\n';
const IMAGE = `${FIRST}\tlast = (unsigned long)__va(__pa_symbol(all_end));\n\t${IMAGE_CALL}\n`;

/** The image's own place in the direct mapping, once all of it has its final protection. */
const rodata: GoodHook = {
  name: 'mark_rodata_ro() of v6.1',
  version: 'v6.1',
  edits: [after(RODATA, '\tunsigned long all_end;\n', '\tunsigned long first, last;\n'), after(RODATA, LAST, IMAGE)],
  deserved: [],
  faults: [
    {
      name: 'before the gaps are given back',
      edits: [instead(RODATA, IMAGE, ''), before(RODATA, '\tset_ftrace_ops_ro();\n', IMAGE)],
      expect: [`sync-before-change @ ${IMAGE_CALL}`],
    },
    {
      name: 'the address of the text',
      edits: [instead(RODATA, FIRST, '\tfirst = start;\n')],
      expect: [`wrong-address-space @ ${IMAGE_CALL}`, `partial-sync @ ${IMAGE_CALL}`],
    },
    {
      name: 'physical for virtual',
      edits: [instead(RODATA, FIRST, '\tfirst = __pa_symbol(start);\n')],
      expect: [`wrong-address-space @ ${IMAGE_CALL}`, 'wrong-address-space @ first = __pa_symbol(start);'],
    },
  ],
};

export const PLUG_V6_HOOKS: readonly GoodHook[] = [addMemory, rodata];
