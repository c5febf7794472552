/** Hooks in cpa_flush() of v5.1 and v6.1: every page of the request by its address, whatever mode it is in. */
import { editsOf } from '../edit.ts';
import type { Fault, GoodHook } from '../hook.ts';

const PATHS = { 'v5.1': 'arch/x86/mm/pageattr.c', 'v6.1': 'arch/x86/mm/pat/set_memory.c' } as const;
type Writers = ReturnType<typeof editsOf>;

const fn = 'cpa_flush';
const IRQS = '\tBUG_ON(irqs_disabled() && !early_boot_irqs_disabled);\n';
const LEAVE = '\tif (!cache)\n\t\treturn;\n';
const CALL = 'WARN_ON(sync_direct_mapping(start, start + PUD_SIZE));';

const LOOP = `
	for (i = 0; i < cpa->numpages; i++) {
		unsigned long pa = slow_virt_to_phys((void *)__cpa_addr(cpa, i));
		unsigned long start = round_down((unsigned long)__va(pa), PUD_SIZE);

		${CALL}
	}
`;

/** Around its place v5.1's fixture has blank lines and comments only, v6.1's has statements. */
const blind = (version: keyof typeof PATHS): Partial<Pick<Fault, 'needs'>> => (version === 'v5.1' ? { needs: 2 } : {});

/** Each page of the request, rounded out to the 1 GiB page that it may have split. */
const perPage = (version: keyof typeof PATHS, { after, instead }: Writers): GoodHook => ({
  name: `cpa_flush() of ${version}, page by page`,
  version,
  edits: [after(fn, IRQS, LOOP)],
  deserved: [],
  alike: [
    {
      name: 'rounded by a mask',
      edits: [
        after(
          fn,
          IRQS,
          LOOP.replace('round_down((unsigned long)__va(pa), PUD_SIZE)', '(unsigned long)__va(pa) & PUD_MASK'),
        ),
      ],
    },
    {
      name: 'rounded by shifts',
      edits: [
        after(
          fn,
          IRQS,
          LOOP.replace(
            'round_down((unsigned long)__va(pa), PUD_SIZE)',
            '((unsigned long)__va(pa) >> PUD_SHIFT) << PUD_SHIFT',
          ),
        ),
      ],
    },
    {
      name: 'with the loop of an index that is added',
      edits: [
        after(
          fn,
          IRQS,
          LOOP.replace('for (i = 0; i < cpa->numpages; i++) {', 'i = 0;\n\twhile (i < cpa->numpages) {').replace(
            '__cpa_addr(cpa, i)',
            '__cpa_addr(cpa, i++)',
          ),
        ),
      ],
    },
  ],
  faults: [
    {
      name: 'dropped from a hooked kernel',
      onHooked: true,
      edits: [instead(fn, LOOP, '')],
      expect: [`missing-sync @ ${CALL}`],
    },
    {
      name: 'moved below the return',
      ...blind(version),
      edits: [instead(fn, LOOP, ''), after(fn, LEAVE, LOOP)],
      expect: ['missing-sync @ return;'],
    },
    {
      name: 'moved below the branch without clflush',
      ...blind(version),
      edits: [instead(fn, LOOP, ''), after(fn, '\t\tcpa_flush_all(cache);\n\t\treturn;\n\t}\n', LOOP)],
      expect: ['missing-sync @ return;'],
    },
    {
      name: 'an early return behind it',
      ...blind(version),
      edits: [after(fn, `\t\t${CALL}\n\t}\n`, '\treturn;\n')],
      expect: ['skipped-flush @ return;'],
    },
    {
      name: 'an early return where the sync fails',
      ...blind(version),
      edits: [instead(fn, `\t\t${CALL}`, '\t\tif (sync_direct_mapping(start, start + PUD_SIZE))\n\t\t\treturn;')],
      expect: ['skipped-flush @ return;'],
    },
    {
      name: 'an early return where there was a sync',
      ...blind(version),
      edits: [after(fn, `\t\t${CALL}\n\t}\n`, '\tif (cpa->numpages)\n\t\treturn;\n')],
      expect: ['skipped-flush @ return;'],
    },
    {
      name: 'rounded to 2 MiB only',
      edits: [instead(fn, 'PUD_SIZE);\n\n', 'PMD_SIZE);\n\n'), instead(fn, 'start + PUD_SIZE', 'start + PMD_SIZE')],
      expect: ['partial-sync @ WARN_ON(sync_direct_mapping(start, start + PMD_SIZE));'],
    },
    {
      name: 'not rounded',
      edits: [instead(fn, 'PUD_SIZE);\n\n', 'PAGE_SIZE);\n\n'), instead(fn, 'start + PUD_SIZE', 'start + PAGE_SIZE')],
      expect: ['partial-sync @ WARN_ON(sync_direct_mapping(start, start + PAGE_SIZE));'],
    },
    {
      name: 'start and end swapped',
      edits: [instead(fn, '(start, start + PUD_SIZE)', '(start + PUD_SIZE, start)')],
      expect: ['partial-sync @ WARN_ON(sync_direct_mapping(start + PUD_SIZE, start));'],
    },
    {
      name: 'a page too far',
      edits: [instead(fn, '(start, start + PUD_SIZE)', '(start + PAGE_SIZE, start + PAGE_SIZE + PUD_SIZE)')],
      expect: ['partial-sync @ WARN_ON(sync_direct_mapping(start + PAGE_SIZE, start + PAGE_SIZE + PUD_SIZE));'],
    },
    {
      name: 'physical for virtual',
      edits: [instead(fn, '(unsigned long)__va(pa)', 'pa')],
      expect: [
        `wrong-address-space @ ${CALL}`,
        'wrong-address-space @ unsigned long start = round_down(pa, PUD_SIZE);',
      ],
    },
    {
      name: 'the address of the request for that of the frame',
      edits: [instead(fn, '(unsigned long)__va(pa)', '__cpa_addr(cpa, i)')],
      expect: [
        `wrong-address-space @ ${CALL}`,
        'wrong-address-space @ unsigned long start = round_down(__cpa_addr(cpa, i), PUD_SIZE);',
      ],
    },
    {
      name: 'vaddr as an array, which struct pages have not',
      edits: [instead(fn, '__cpa_addr(cpa, i));\n\t\tunsigned long start', 'cpa->vaddr[i]);\n\t\tunsigned long start')],
      expect: ['invalid-operand @ unsigned long pa = slow_virt_to_phys((void *)cpa->vaddr[i]);'],
    },
    {
      name: 'the first page only',
      edits: [
        instead(fn, '__cpa_addr(cpa, i));\n\t\tunsigned long start', '__cpa_addr(cpa, 0));\n\t\tunsigned long start'),
      ],
      expect: [`partial-sync @ ${CALL}`],
    },
    {
      name: 'one page too few',
      edits: [
        instead(
          fn,
          'i < cpa->numpages; i++) {\n\t\tunsigned long pa',
          'i < cpa->numpages - 1; i++) {\n\t\tunsigned long pa',
        ),
      ],
      expect: ['missing-sync @ for (i = 0; i < cpa->numpages - 1; i++) {', `partial-sync @ ${CALL}`],
    },
    {
      name: 'the element behind the request',
      edits: [
        instead(
          fn,
          '__cpa_addr(cpa, i));\n\t\tunsigned long start',
          '__cpa_addr(cpa, cpa->curpage));\n\t\tunsigned long start',
        ),
      ],
      expect: [
        'invalid-operand @ unsigned long pa = slow_virt_to_phys((void *)__cpa_addr(cpa, cpa->curpage));',
        `partial-sync @ ${CALL}`,
      ],
    },
    {
      name: 'only where the memory type changes',
      ...blind(version),
      edits: [instead(fn, `\t\t${CALL}`, `\t\tif (cache)\n\t\t\t${CALL}`)],
      expect: ['missing-sync @ if (cache)'],
    },
    {
      name: 'only where no array is',
      edits: [instead(fn, `\t\t${CALL}`, `\t\tif (!(cpa->flags & (CPA_ARRAY | CPA_PAGES_ARRAY)))\n\t\t\t${CALL}`)],
      expect: ['missing-sync @ if (!(cpa->flags & (CPA_ARRAY | CPA_PAGES_ARRAY)))'],
    },
    {
      name: 'a whole mapping for each page',
      edits: [instead(fn, '(start, start + PUD_SIZE)', '(PAGE_OFFSET, PAGE_OFFSET + direct_mapping_size)')],
      expect: ['over-broad-sync @ WARN_ON(sync_direct_mapping(PAGE_OFFSET, PAGE_OFFSET + direct_mapping_size));'],
    },
    {
      name: 'the result dropped',
      edits: [instead(fn, CALL, 'sync_direct_mapping(start, start + PUD_SIZE);')],
      expect: ['unchecked-result @ sync_direct_mapping(start, start + PUD_SIZE);'],
    },
  ],
});

const BATCH = `
	for (i = 0; i < cpa->numpages; i++) {
		unsigned long addr;

		addr = (unsigned long)__va(slow_virt_to_phys((void *)__cpa_addr(cpa, i)));
		if (addr >= first && addr < last)
			continue;
		first = addr & PUD_MASK;
		last = first + PUD_SIZE;
		WARN_ON(sync_direct_mapping(first, last));
	}
`;

/** Neighbours in one GiB are synced once: an early continue. */
const coalesced = (version: keyof typeof PATHS, { after, instead }: Writers): GoodHook => ({
  name: `cpa_flush() of ${version}, once for each GiB`,
  version,
  edits: [after(fn, '\tunsigned int i;\n', '\tunsigned long first = 0, last = 0;\n'), after(fn, IRQS, BATCH)],
  deserved: [],
  alike: [
    {
      name: 'without continue',
      edits: [
        after(fn, '\tunsigned int i;\n', '\tunsigned long first = 0, last = 0;\n'),
        after(
          fn,
          IRQS,
          BATCH.replace(
            `		if (addr >= first && addr < last)
			continue;
		first = addr & PUD_MASK;
		last = first + PUD_SIZE;
		WARN_ON(sync_direct_mapping(first, last));
`,
            `		if (addr < first || addr >= last) {
			first = addr & PUD_MASK;
			last = first + PUD_SIZE;
			WARN_ON(sync_direct_mapping(first, last));
		}
`,
          ),
        ),
      ],
    },
  ],
  faults: [
    {
      name: 'the wrong way round',
      edits: [instead(fn, 'if (addr >= first && addr < last)', 'if (addr < first || addr >= last)')],
      expect: ['missing-sync @ if (addr < first || addr >= last)', 'missing-sync @ continue;'],
    },
    {
      name: 'the end forgotten',
      edits: [instead(fn, 'addr >= first && addr < last', 'addr >= first')],
      expect: ['missing-sync @ if (addr >= first)', 'missing-sync @ continue;'],
    },
    {
      name: 'never begun anew',
      edits: [instead(fn, 'if (addr >= first && addr < last)', 'if (last)')],
      expect: [
        'partial-sync @ WARN_ON(sync_direct_mapping(first, last));',
        'partial-sync @ if (last)',
        'partial-sync @ continue;',
      ],
    },
    {
      name: 'the size for the end',
      edits: [instead(fn, 'sync_direct_mapping(first, last)', 'sync_direct_mapping(first, PUD_SIZE)')],
      expect: [
        'wrong-address-space @ WARN_ON(sync_direct_mapping(first, PUD_SIZE));',
        'partial-sync @ WARN_ON(sync_direct_mapping(first, PUD_SIZE));',
      ],
    },
  ],
});

const MACRO = '#define sync_page(addr)	sync_direct_mapping((addr) & PUD_MASK, ((addr) & PUD_MASK) + PUD_SIZE)\n';
const BY_MACRO = `
	for (i = 0; i < cpa->numpages; i++)
		WARN_ON(sync_page((unsigned long)__va(slow_virt_to_phys((void *)__cpa_addr(cpa, i)))));
`;

/** Through a macro that the patch adds. */
const byMacro = (version: keyof typeof PATHS, { after, instead, above }: Writers): GoodHook => ({
  name: `cpa_flush() of ${version}, through a macro`,
  version,
  edits: [...above(fn, MACRO), after(fn, IRQS, BY_MACRO)],
  deserved: [],
  faults: [
    {
      name: 'the macro rounds to 2 MiB',
      edits: [
        instead(
          null,
          MACRO,
          '#define sync_page(addr)	sync_direct_mapping((addr) & PMD_MASK, ((addr) & PMD_MASK) + PMD_SIZE)\n',
        ),
      ],
      expect: [
        'partial-sync @ WARN_ON(sync_page((unsigned long)__va(slow_virt_to_phys((void *)__cpa_addr(cpa, i)))));',
        'partial-sync @ #define sync_page(addr)	sync_direct_mapping((addr) & PMD_MASK, ((addr) & PMD_MASK) + PMD_SIZE)',
      ],
    },
    {
      name: 'the macro swaps',
      edits: [
        instead(
          null,
          MACRO,
          '#define sync_page(addr)	sync_direct_mapping(((addr) & PUD_MASK) + PUD_SIZE, (addr) & PUD_MASK)\n',
        ),
      ],
      expect: [
        'partial-sync @ WARN_ON(sync_page((unsigned long)__va(slow_virt_to_phys((void *)__cpa_addr(cpa, i)))));',
        'partial-sync @ #define sync_page(addr)	sync_direct_mapping(((addr) & PUD_MASK) + PUD_SIZE, (addr) & PUD_MASK)',
      ],
    },
    {
      name: 'handed the physical address',
      edits: [
        instead(
          fn,
          '(unsigned long)__va(slow_virt_to_phys((void *)__cpa_addr(cpa, i)))',
          'slow_virt_to_phys((void *)__cpa_addr(cpa, i))',
        ),
      ],
      expect: ['wrong-address-space @ WARN_ON(sync_page(slow_virt_to_phys((void *)__cpa_addr(cpa, i))));'],
    },
    {
      name: 'the result dropped',
      edits: [
        instead(
          fn,
          'WARN_ON(sync_page((unsigned long)__va(slow_virt_to_phys((void *)__cpa_addr(cpa, i)))));',
          'sync_page((unsigned long)__va(slow_virt_to_phys((void *)__cpa_addr(cpa, i))));',
        ),
      ],
      expect: ['unchecked-result @ sync_page((unsigned long)__va(slow_virt_to_phys((void *)__cpa_addr(cpa, i))));'],
    },
  ],
});

export const FLUSH_HOOKS: readonly GoodHook[] = [
  perPage('v5.1', editsOf(PATHS['v5.1'])),
  coalesced('v5.1', editsOf(PATHS['v5.1'])),
  byMacro('v5.1', editsOf(PATHS['v5.1'])),
  coalesced('v6.1', editsOf(PATHS['v6.1'])),
];
