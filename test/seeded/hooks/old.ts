/** Hooks of v4.18: a range moves its start on while it is changed, and two functions flush. */
import { editsOf } from '../edit.ts';
import type { GoodHook } from '../hook.ts';

const { after, before, instead } = editsOf('arch/x86/mm/pageattr.c');

const LOOP = '__change_page_attr_set_clr';
const UNLOCKED = '\t\t\tspin_unlock(&cpa_lock);\n\t\tif (ret)\n\t\t\treturn ret;\n';
const CALL = 'ret = sync_direct_mapping(start, end);';
const ROUND = `
		start = round_down((unsigned long)__va(PFN_PHYS(cpa->pfn)), PUD_SIZE);
		end = round_up((unsigned long)__va(PFN_PHYS(cpa->pfn + cpa->numpages)), PUD_SIZE);
		${CALL}
		if (ret)
			return ret;
`;

const round: GoodHook = {
  name: '__change_page_attr_set_clr() of v4.18, in each round',
  version: 'v4.18',
  edits: [
    after(LOOP, '\tunsigned long numpages = cpa->numpages;\n', '\tunsigned long start, end;\n'),
    after(LOOP, UNLOCKED, ROUND),
  ],
  deserved: [],
  faults: [
    {
      name: 'dropped from a hooked kernel',
      onHooked: true,
      edits: [instead(LOOP, ROUND, ''), instead(LOOP, '\tunsigned long start, end;\n', '')],
      expect: [`missing-sync @ ${CALL}`],
    },
    {
      name: 'under cpa_lock',
      edits: [
        instead(LOOP, ROUND, ''),
        after(
          LOOP,
          '\t\tret = __change_page_attr(cpa, checkalias);\n',
          `\t\tif (!ret) {\n${ROUND.slice(1).replaceAll('\n\t\t', '\n\t\t\t').replace(/^\t\t/, '\t\t\t')}\t\t}\n`,
        ),
      ],
      expect: [`sync-in-atomic @ ${CALL}`],
    },
    {
      name: 'one frame only',
      edits: [
        instead(
          LOOP,
          'end = round_up((unsigned long)__va(PFN_PHYS(cpa->pfn + cpa->numpages)), PUD_SIZE);',
          'end = start;',
        ),
      ],
      expect: [`partial-sync @ ${CALL}`],
    },
    {
      name: 'physical for virtual',
      edits: [
        instead(
          LOOP,
          'round_down((unsigned long)__va(PFN_PHYS(cpa->pfn)), PUD_SIZE)',
          'round_down(PFN_PHYS(cpa->pfn), PUD_SIZE)',
        ),
        instead(
          LOOP,
          'round_up((unsigned long)__va(PFN_PHYS(cpa->pfn + cpa->numpages)), PUD_SIZE)',
          'round_up(PFN_PHYS(cpa->pfn + cpa->numpages), PUD_SIZE)',
        ),
      ],
      expect: [
        `wrong-address-space @ ${CALL}`,
        'wrong-address-space @ start = round_down(PFN_PHYS(cpa->pfn), PUD_SIZE);',
      ],
    },
    {
      name: 'rounded to 2 MiB',
      edits: [
        instead(
          LOOP,
          'start = round_down((unsigned long)__va(PFN_PHYS(cpa->pfn)), PUD_SIZE)',
          'start = round_down((unsigned long)__va(PFN_PHYS(cpa->pfn)), PMD_SIZE)',
        ),
        instead(LOOP, '(cpa->pfn + cpa->numpages)), PUD_SIZE)', '(cpa->pfn + cpa->numpages)), PMD_SIZE)'),
      ],
      expect: [`partial-sync @ ${CALL}`],
    },
    {
      name: 'vaddr, which struct pages have not',
      edits: [
        instead(
          LOOP,
          'start = round_down((unsigned long)__va(PFN_PHYS(cpa->pfn)), PUD_SIZE);',
          'start = round_down(*cpa->vaddr, PUD_SIZE);',
        ),
      ],
      expect: ['invalid-operand @ start = round_down(*cpa->vaddr, PUD_SIZE);'],
    },
    {
      name: 'the result overwritten',
      edits: [
        instead(LOOP, `\t\t${CALL}\n\t\tif (ret)\n\t\t\treturn ret;\n`, '\t\tsync_direct_mapping(start, end);\n'),
      ],
      expect: ['unchecked-result @ sync_direct_mapping(start, end);'],
    },
  ],
};

const RANGE = 'cpa_flush_range';
const ARRAY = 'cpa_flush_array';
const ALIGNED = '\tWARN_ON(PAGE_ALIGN(start) != start);\n';
const ALL = '\tBUG_ON(irqs_disabled() && !early_boot_irqs_disabled);\n';
const IN_RANGE = `
	for (i = 0; i < numpages; i++) {
		addr = (unsigned long)__va(slow_virt_to_phys((void *)(start + i * PAGE_SIZE)));
		addr &= PUD_MASK;
		WARN_ON(sync_direct_mapping(addr, addr + PUD_SIZE));
	}
`;
const IN_ARRAY = `
	for (i = 0; i < numpages; i++) {
		unsigned long alias;

		if (in_flags & CPA_PAGES_ARRAY)
			alias = (unsigned long)page_address(pages[i]);
		else
			alias = (unsigned long)__va(slow_virt_to_phys((void *)start[i]));
		alias &= PUD_MASK;
		WARN_ON(sync_direct_mapping(alias, alias + PUD_SIZE));
	}
`;
const RANGE_CALL = 'WARN_ON(sync_direct_mapping(addr, addr + PUD_SIZE));';
const ARRAY_CALL = 'WARN_ON(sync_direct_mapping(alias, alias + PUD_SIZE));';

const flushes: GoodHook = {
  name: 'cpa_flush_range() and cpa_flush_array() of v4.18',
  version: 'v4.18',
  edits: [after(RANGE, ALIGNED, IN_RANGE), after(ARRAY, ALL, IN_ARRAY)],
  deserved: [],
  faults: [
    {
      name: 'moved below the return',
      needs: 2,
      edits: [instead(RANGE, IN_RANGE, ''), after(RANGE, '\tif (!cache)\n\t\treturn;\n', IN_RANGE)],
      expect: ['missing-sync @ return;'],
    },
    {
      name: 'the array moved below the return',
      edits: [instead(ARRAY, IN_ARRAY, ''), after(ARRAY, '\tif (!cache || do_wbinvd)\n\t\treturn;\n', IN_ARRAY)],
      expect: ['missing-sync @ return;'],
    },
    {
      name: 'an early return',
      edits: [after(RANGE, `\t\t${RANGE_CALL}\n\t}\n`, '\treturn;\n')],
      expect: ['skipped-flush @ return;'],
    },
    {
      name: 'struct pages taken for addresses',
      edits: [
        instead(
          ARRAY,
          `		if (in_flags & CPA_PAGES_ARRAY)
			alias = (unsigned long)page_address(pages[i]);
		else
			alias = (unsigned long)__va(slow_virt_to_phys((void *)start[i]));
`,
          '\t\talias = (unsigned long)__va(slow_virt_to_phys((void *)start[i]));\n',
        ),
      ],
      expect: ['invalid-operand @ alias = (unsigned long)__va(slow_virt_to_phys((void *)start[i]));'],
    },
    {
      name: 'the array as if it were a range',
      edits: [
        instead(
          ARRAY,
          'page_address(pages[i]);\n\t\telse\n\t\t\talias',
          'page_address(pages[0]);\n\t\telse\n\t\t\talias',
        ),
      ],
      expect: [`partial-sync @ ${ARRAY_CALL}`],
    },
    {
      name: 'the address of the request',
      edits: [
        instead(
          RANGE,
          '(unsigned long)__va(slow_virt_to_phys((void *)(start + i * PAGE_SIZE)))',
          'start + i * PAGE_SIZE',
        ),
      ],
      expect: [`wrong-address-space @ ${RANGE_CALL}`, 'wrong-address-space @ addr = start + i * PAGE_SIZE;'],
    },
    {
      name: 'the condition the wrong way round',
      edits: [instead(RANGE, `\t\t${RANGE_CALL}`, `\t\tif (cache)\n\t\t\t${RANGE_CALL}`)],
      expect: ['missing-sync @ if (cache)'],
    },
    {
      name: 'the result dropped',
      edits: [instead(RANGE, RANGE_CALL, 'sync_direct_mapping(addr, addr + PUD_SIZE);')],
      expect: ['unchecked-result @ sync_direct_mapping(addr, addr + PUD_SIZE);'],
    },
  ],
};

const REQUEST = 'change_page_attr_set_clr';
const CHANGE = '\tret = __change_page_attr_set_clr(&cpa, checkalias);\n';
const EACH = `
	for (i = 0; i < numpages; i++) {
		unsigned long va = baddr + i * PAGE_SIZE;

		if (in_flag & CPA_PAGES_ARRAY)
			va = (unsigned long)page_address(pages[i]);
		else if (in_flag & CPA_ARRAY)
			va = addr[i];
		va = (unsigned long)__va(slow_virt_to_phys((void *)va)) & PUD_MASK;
		err = sync_direct_mapping(va, va + PUD_SIZE);
		if (!ret)
			ret = err;
	}
`;
const EACH_CALL = 'err = sync_direct_mapping(va, va + PUD_SIZE);';

const request: GoodHook = {
  name: 'change_page_attr_set_clr() of v4.18',
  version: 'v4.18',
  edits: [
    instead(REQUEST, 'int ret, cache, checkalias;', 'int ret, err, i, cache, checkalias;'),
    after(REQUEST, CHANGE, EACH),
  ],
  deserved: [],
  faults: [
    {
      name: 'the start that the loop has moved on',
      edits: [instead(REQUEST, 'va = baddr + i * PAGE_SIZE', 'va = *addr + i * PAGE_SIZE')],
      expect: ['invalid-operand @ unsigned long va = *addr + i * PAGE_SIZE;', `partial-sync @ ${EACH_CALL}`],
    },
    {
      name: 'before the change',
      edits: [
        instead(REQUEST, EACH, ''),
        before(
          REQUEST,
          CHANGE,
          `${EACH.replace('\t\tif (!ret)\n\t\t\tret = err;\n', '\t\tif (err)\n\t\t\treturn err;\n').slice(1)}\n`,
        ),
      ],
      expect: [`sync-before-change @ ${EACH_CALL}`],
    },
    {
      name: 'an array of struct pages forgotten',
      edits: [
        instead(
          REQUEST,
          '\t\tif (in_flag & CPA_PAGES_ARRAY)\n\t\t\tva = (unsigned long)page_address(pages[i]);\n\t\telse if',
          '\t\tif',
        ),
      ],
      expect: [`partial-sync @ ${EACH_CALL}`, `wrong-address-space @ ${EACH_CALL}`],
    },
    {
      name: 'on success only',
      edits: [
        instead(
          REQUEST,
          '\tfor (i = 0; i < numpages; i++) {\n\t\tunsigned long va',
          '\tfor (i = 0; !ret && i < numpages; i++) {\n\t\tunsigned long va',
        ),
      ],
      expect: ['missing-sync @ for (i = 0; !ret && i < numpages; i++) {'],
    },
    {
      name: 'the last result counts',
      edits: [instead(REQUEST, '\t\tif (!ret)\n\t\t\tret = err;\n', '')],
      expect: [`unchecked-result @ ${EACH_CALL}`],
    },
  ],
};

export const OLD_HOOKS: readonly GoodHook[] = [round, flushes, request];
