/** Hooks in the public ways in of v5.1: set_memory_*(), and those that leave the flush to their callers. */
import { editsOf } from '../edit.ts';
import type { GoodHook } from '../hook.ts';

const { after, before, instead, above } = editsOf('arch/x86/mm/pageattr.c');

const HELPER = `static int sync_memory(unsigned long addr, int numpages)
{
	int i, err;

	for (i = 0; i < numpages; i++) {
		unsigned long start = (unsigned long)__va(slow_virt_to_phys((void *)(addr + i * PAGE_SIZE)));

		err = sync_direct_mapping(start & PUD_MASK, (start & PUD_MASK) + PUD_SIZE);
		if (err)
			return err;
	}

	return 0;
}
`;
const RO = '\treturn change_page_attr_clear(&addr, numpages, __pgprot(_PAGE_RW), 0);\n';
const RW = '\treturn change_page_attr_set(&addr, numpages, __pgprot(_PAGE_RW), 0);\n';
const hooked = (statement: string) => `	int ret, err;

	ret = ${statement.trim().replace(/^return /, '')}
	err = sync_memory(addr, numpages);
	return ret ? ret : err;
`;
const SYNC = 'err = sync_direct_mapping(start & PUD_MASK, (start & PUD_MASK) + PUD_SIZE);';
const CALL = 'err = sync_memory(addr, numpages);';

const setMemory: GoodHook = {
  name: 'set_memory_ro() and set_memory_rw() of v5.1',
  version: 'v5.1',
  edits: [
    ...above('set_memory_ro', HELPER),
    instead('set_memory_ro', RO, hooked(RO)),
    instead('set_memory_rw', RW, hooked(RW)),
  ],
  deserved: [],
  faults: [
    {
      name: 'an early return on failure',
      edits: [instead('set_memory_ro', `\t${CALL}\n`, `\tif (ret)\n\t\treturn ret;\n\t${CALL}\n`)],
      expect: ['missing-sync @ return ret;'],
    },
    {
      name: 'before the change',
      edits: [instead('set_memory_ro', `\t${CALL}\n`, ''), before('set_memory_ro', '\tret = change', `\t${CALL}\n`)],
      expect: [`sync-before-change @ ${SYNC}`, `sync-before-change @ ${CALL}`],
    },
    {
      name: 'bytes where pages are counted',
      edits: [instead('sync_memory', 'addr + i * PAGE_SIZE', 'addr + i')],
      expect: [`partial-sync @ ${SYNC}`],
    },
    {
      name: 'shifted by a page',
      edits: [instead('set_memory_ro', 'sync_memory(addr, numpages)', 'sync_memory(addr + PAGE_SIZE, numpages)')],
      expect: [
        `partial-sync @ ${SYNC}`,
        'partial-sync @ err = sync_memory(addr + PAGE_SIZE, numpages);',
        `wrong-address-space @ ${SYNC}`,
      ],
    },
    {
      name: 'the first page only',
      edits: [instead('set_memory_ro', 'sync_memory(addr, numpages)', 'sync_memory(addr, 1)')],
      expect: [`partial-sync @ ${SYNC}`, 'partial-sync @ err = sync_memory(addr, 1);'],
    },
    {
      name: 'the address of the request',
      edits: [
        instead(
          'sync_memory',
          '(unsigned long)__va(slow_virt_to_phys((void *)(addr + i * PAGE_SIZE)))',
          'addr + i * PAGE_SIZE',
        ),
      ],
      expect: [`wrong-address-space @ ${SYNC}`, 'wrong-address-space @ unsigned long start = addr + i * PAGE_SIZE;'],
    },
    {
      name: 'the result of the sync dropped',
      edits: [
        instead(
          'set_memory_ro',
          `\t${CALL}\n\treturn ret ? ret : err;`,
          '\tsync_memory(addr, numpages);\n\treturn ret;',
        ),
      ],
      expect: [`unchecked-result @ ${SYNC}`, 'unchecked-result @ sync_memory(addr, numpages);'],
    },
    {
      name: 'the function forgets its error',
      edits: [instead('sync_memory', '\t\tif (err)\n\t\t\treturn err;\n', '')],
      expect: [`unchecked-result @ ${SYNC}`],
    },
  ],
};

const CHANGE = '\treturn __change_page_attr_set_clr(&cpa, 0);\n';
const LOCALS = '\tunsigned long tempaddr = (unsigned long)page_address(page);\n';
const PAIR = `	ret = __change_page_attr_set_clr(&cpa, 0);
	start = round_down((unsigned long)page_address(page), PUD_SIZE);
	end = round_up((unsigned long)page_address(page) + numpages * PAGE_SIZE, PUD_SIZE);
	err = sync_direct_mapping(start, end);
	return ret ? ret : err;
`;
const PAIR_CALL = 'err = sync_direct_mapping(start, end);';
const inPair = (fn: string) => [
  after(fn, LOCALS, '\tunsigned long start, end;\n\tint ret, err;\n'),
  instead(fn, CHANGE, PAIR),
];

const noflush: GoodHook = {
  name: '__set_pages_p() and __set_pages_np() of v5.1',
  version: 'v5.1',
  edits: [...inPair('__set_pages_p'), ...inPair('__set_pages_np')],
  deserved: [],
  faults: [
    {
      name: 'before the change',
      edits: [
        instead(
          '__set_pages_np',
          PAIR,
          `	start = round_down((unsigned long)page_address(page), PUD_SIZE);
	end = round_up((unsigned long)page_address(page) + numpages * PAGE_SIZE, PUD_SIZE);
	${PAIR_CALL}
	ret = __change_page_attr_set_clr(&cpa, 0);
	return ret ? ret : err;
`,
        ),
      ],
      expect: [`sync-before-change @ ${PAIR_CALL}`],
    },
    {
      name: 'swapped',
      edits: [instead('__set_pages_np', 'sync_direct_mapping(start, end)', 'sync_direct_mapping(end, start)')],
      expect: ['partial-sync @ err = sync_direct_mapping(end, start);'],
    },
    {
      name: 'physical for virtual',
      edits: [
        instead(
          '__set_pages_np',
          'start = round_down((unsigned long)page_address(page), PUD_SIZE);',
          'start = round_down(page_to_phys(page), PUD_SIZE);',
        ),
        instead(
          '__set_pages_np',
          'end = round_up((unsigned long)page_address(page) + numpages',
          'end = round_up(page_to_phys(page) + numpages',
        ),
      ],
      expect: [
        `wrong-address-space @ ${PAIR_CALL}`,
        'wrong-address-space @ start = round_down(page_to_phys(page), PUD_SIZE);',
      ],
    },
    {
      name: 'both rounded down',
      edits: [instead('__set_pages_np', 'end = round_up(', 'end = round_down(')],
      expect: [`partial-sync @ ${PAIR_CALL}`],
    },
    {
      name: 'not rounded out',
      edits: [
        instead(
          '__set_pages_np',
          'round_down((unsigned long)page_address(page), PUD_SIZE)',
          '(unsigned long)page_address(page)',
        ),
        instead(
          '__set_pages_np',
          'round_up((unsigned long)page_address(page) + numpages * PAGE_SIZE, PUD_SIZE)',
          'start + numpages * PAGE_SIZE',
        ),
      ],
      expect: [`partial-sync @ ${PAIR_CALL}`],
    },
    {
      name: 'only after an error',
      edits: [
        instead(
          '__set_pages_np',
          `\t${PAIR_CALL}\n\treturn ret ? ret : err;\n`,
          `\tif (ret)\n\t\t${PAIR_CALL}\n\treturn ret;\n`,
        ),
      ],
      expect: ['missing-sync @ if (ret)'],
    },
    {
      name: 'the result dropped',
      edits: [
        instead(
          '__set_pages_np',
          `\t${PAIR_CALL}\n\treturn ret ? ret : err;\n`,
          '\tsync_direct_mapping(start, end);\n\treturn ret;\n',
        ),
      ],
      expect: ['unchecked-result @ sync_direct_mapping(start, end);'],
    },
    {
      name: 'the address of the pointer',
      edits: [
        instead(
          '__set_pages_np',
          'start = round_down((unsigned long)page_address(page), PUD_SIZE);',
          'start = round_down((unsigned long)page, PUD_SIZE);',
        ),
      ],
      expect: [`wrong-address-space @ ${PAIR_CALL}`, `partial-sync @ ${PAIR_CALL}`],
    },
  ],
};

const INVALID = '\treturn __set_pages_np(page, 1);\n';
const DEFAULT = '\treturn __set_pages_p(page, 1);\n';
const onePage = (statement: string) => `	unsigned long start = (unsigned long)page_address(page) & PUD_MASK;
	int ret;

	ret = ${statement.trim().replace(/^return /, '')}
	if (!ret)
		ret = sync_direct_mapping(start, start + PUD_SIZE);

	return ret;
`;
const ONE_CALL = 'ret = sync_direct_mapping(start, start + PUD_SIZE);';

const directMap: GoodHook = {
  name: 'set_direct_map_*_noflush() of v5.2',
  version: 'v5.1',
  edits: [
    instead('set_direct_map_invalid_noflush', INVALID, onePage(INVALID)),
    instead('set_direct_map_default_noflush', DEFAULT, onePage(DEFAULT)),
  ],
  deserved: [],
  faults: [
    {
      name: 'dropped from a hooked kernel',
      onHooked: true,
      edits: [instead('set_direct_map_invalid_noflush', `\tif (!ret)\n\t\t${ONE_CALL}\n\n`, '')],
      expect: [`missing-sync @ ${ONE_CALL}`],
    },
    {
      name: 'the condition the wrong way round',
      edits: [instead('set_direct_map_invalid_noflush', 'if (!ret)', 'if (ret)')],
      expect: ['missing-sync @ if (ret)'],
    },
    {
      name: 'rounded to 2 MiB',
      edits: [
        instead('set_direct_map_invalid_noflush', 'page_address(page) & PUD_MASK', 'page_address(page) & PMD_MASK'),
        instead('set_direct_map_invalid_noflush', 'start + PUD_SIZE', 'start + PMD_SIZE'),
      ],
      expect: ['partial-sync @ ret = sync_direct_mapping(start, start + PMD_SIZE);'],
    },
    {
      name: 'the page frame number',
      edits: [
        instead(
          'set_direct_map_default_noflush',
          '(unsigned long)page_address(page) & PUD_MASK',
          'page_to_pfn(page) & PUD_MASK',
        ),
      ],
      expect: [
        `wrong-address-space @ ${ONE_CALL}`,
        'wrong-address-space @ unsigned long start = page_to_pfn(page) & PUD_MASK;',
      ],
    },
    {
      name: 'before the change',
      edits: [
        instead('set_direct_map_default_noflush', `\tif (!ret)\n\t\t${ONE_CALL}\n\n`, ''),
        before('set_direct_map_default_noflush', '\tret = __set', `\t${ONE_CALL}\n\tif (ret)\n\t\treturn ret;\n`),
      ],
      expect: [`sync-before-change @ ${ONE_CALL}`],
    },
  ],
};

const UNMAP = '\t\t__set_pages_np(page, numpages);\n';
const MAP_SYNC = `
	/* 4K pages only: nothing to round out */
	start = (unsigned long)page_address(page);
	WARN_ON(sync_direct_mapping(start, start + numpages * PAGE_SIZE));
`;
const MAP_CALL = 'WARN_ON(sync_direct_mapping(start, start + numpages * PAGE_SIZE));';
const KMP = '__kernel_map_pages';
const OPEN = '(struct page *page, int numpages, int enable)\n{\n';

const kernelMapPages: GoodHook = {
  name: '__kernel_map_pages() of v5.1',
  version: 'v5.1',
  edits: [after(KMP, OPEN, '\tunsigned long start;\n\n'), after(KMP, UNMAP, MAP_SYNC)],
  deserved: [],
  faults: [
    {
      name: 'with preemption off',
      edits: [instead(KMP, MAP_SYNC, ''), after(KMP, '\t__flush_tlb_all();\n', MAP_SYNC)],
      expect: [`sync-in-atomic @ ${MAP_CALL}`],
    },
    {
      name: 'bytes for pages',
      edits: [instead(KMP, 'start + numpages * PAGE_SIZE', 'start + numpages')],
      expect: ['partial-sync @ WARN_ON(sync_direct_mapping(start, start + numpages));'],
    },
    {
      name: 'one page too few',
      edits: [instead(KMP, 'start + numpages * PAGE_SIZE', 'start + (numpages - 1) * PAGE_SIZE')],
      expect: ['partial-sync @ WARN_ON(sync_direct_mapping(start, start + (numpages - 1) * PAGE_SIZE));'],
    },
    {
      name: 'before the change',
      edits: [instead(KMP, MAP_SYNC, ''), before(KMP, '\t/* the direct mapping has small', `${MAP_SYNC.slice(1)}\n`)],
      expect: [`sync-before-change @ ${MAP_CALL}`],
    },
    {
      name: 'only where pages come back',
      edits: [instead(KMP, `\t${MAP_CALL}`, `\tif (enable)\n\t\t${MAP_CALL}`)],
      expect: ['missing-sync @ if (enable)'],
    },
    {
      name: 'physical for virtual',
      edits: [instead(KMP, 'start = (unsigned long)page_address(page);', 'start = page_to_phys(page);')],
      expect: [`wrong-address-space @ ${MAP_CALL}`, 'wrong-address-space @ start = page_to_phys(page);'],
    },
    {
      name: 'the whole mapping',
      edits: [
        instead(
          KMP,
          'sync_direct_mapping(start, start + numpages * PAGE_SIZE)',
          'sync_direct_mapping(PAGE_OFFSET, PAGE_OFFSET + direct_mapping_size)',
        ),
      ],
      expect: ['over-broad-sync @ WARN_ON(sync_direct_mapping(PAGE_OFFSET, PAGE_OFFSET + direct_mapping_size));'],
    },
    {
      name: 'start never set',
      edits: [instead(KMP, '\tstart = (unsigned long)page_address(page);\n', '')],
      expect: [`invalid-operand @ ${MAP_CALL}`],
    },
  ],
};

export const MEMORY_HOOKS: readonly GoodHook[] = [setMemory, noflush, directMap, kernelMapPages];
