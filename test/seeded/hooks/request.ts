/** Hooks around a whole request, v5.1: change_page_attr_set_clr(), __change_page_attr_set_clr() and cpa_process_alias(). */
import { editsOf } from '../edit.ts';
import type { GoodHook } from '../hook.ts';

const { after, before, instead, above } = editsOf('arch/x86/mm/pageattr.c');

const REQUEST = 'change_page_attr_set_clr';
const CHANGE = '\tret = __change_page_attr_set_clr(&cpa, checkalias);\n';
const HELPER = `static int cpa_sync(struct cpa_data *cpa, unsigned long numpages)
{
	unsigned long i, addr;
	int err;

	for (i = 0; i < numpages; i++) {
		addr = (unsigned long)__va(slow_virt_to_phys((void *)__cpa_addr(cpa, i)));
		addr &= PUD_MASK;
		err = sync_direct_mapping(addr, addr + PUD_SIZE);
		if (err)
			return err;
	}

	return 0;
}
`;
const ADDED = `	err = cpa_sync(&cpa, numpages);
	if (!ret)
		ret = err;
`;
const INNER = 'err = sync_direct_mapping(addr, addr + PUD_SIZE);';
const OUTER = 'err = cpa_sync(&cpa, numpages);';

/** A helper that the patch adds, on the way that succeeds and on the one that fails. */
const request: GoodHook = {
  name: 'change_page_attr_set_clr() of v5.1, through a new function',
  version: 'v5.1',
  edits: [
    ...above(REQUEST, HELPER),
    instead(REQUEST, 'int ret, cache, checkalias;', 'int ret, err, cache, checkalias;'),
    after(REQUEST, CHANGE, ADDED),
  ],
  deserved: [],
  alike: [
    {
      name: 'that flushes all by itself where the sync fails',
      edits: [
        ...above(REQUEST, HELPER),
        instead(REQUEST, 'int ret, cache, checkalias;', 'int ret, err, cache, checkalias;'),
        after(REQUEST, CHANGE, `\t${OUTER}\n\tif (err) {\n\t\tcpa_flush_all(1);\n\t\treturn ret ? ret : err;\n\t}\n`),
      ],
    },
  ],
  faults: [
    {
      name: 'left before the flush when the sync fails',
      edits: [instead(REQUEST, ADDED, `\t${OUTER}\n\tif (err)\n\t\treturn ret ? ret : err;\n`)],
      expect: ['skipped-flush @ return ret ? ret : err;'],
    },
    {
      name: 'moved before the change',
      edits: [instead(REQUEST, ADDED, ''), before(REQUEST, CHANGE, `\t${OUTER}\n\tif (err)\n\t\treturn err;\n`)],
      expect: [`sync-before-change @ ${INNER}`, `sync-before-change @ ${OUTER}`],
    },
    {
      name: 'moved below the jump where nothing is to be flushed',
      edits: [
        instead(REQUEST, ADDED, ''),
        after(REQUEST, '\tif (!(cpa.flags & CPA_FLUSHTLB))\n\t\tgoto out;\n', ADDED),
      ],
      expect: ['missing-sync @ goto out;'],
    },
    {
      name: 'moved below the error path',
      needs: 2,
      edits: [instead(REQUEST, ADDED, ''), after(REQUEST, '\t\tcpa_flush_all(cache);\n\t\tgoto out;\n\t}\n', ADDED)],
      expect: ['missing-sync @ goto out;'],
    },
    {
      name: 'on success only',
      edits: [instead(REQUEST, ADDED, `\tif (!ret)\n\t\tret = cpa_sync(&cpa, numpages);\n`)],
      expect: ['missing-sync @ if (!ret)'],
    },
    {
      name: 'on failure only',
      edits: [instead(REQUEST, ADDED, `\tif (ret)\n\t\terr = cpa_sync(&cpa, numpages);\n`)],
      expect: ['missing-sync @ if (ret)'],
    },
    {
      name: 'the result dropped',
      edits: [
        instead(REQUEST, ADDED, '\tcpa_sync(&cpa, numpages);\n'),
        instead(REQUEST, 'int ret, err, cache, checkalias;', 'int ret, cache, checkalias;'),
      ],
      expect: ['unchecked-result @ cpa_sync(&cpa, numpages);', `unchecked-result @ ${INNER}`],
    },
    {
      name: 'the function drops the result',
      edits: [
        instead(
          'cpa_sync',
          `\t\t${INNER}\n\t\tif (err)\n\t\t\treturn err;\n`,
          '\t\tsync_direct_mapping(addr, addr + PUD_SIZE);\n',
        ),
      ],
      expect: ['unchecked-result @ sync_direct_mapping(addr, addr + PUD_SIZE);'],
    },
    {
      name: 'the index not advanced',
      edits: [instead('cpa_sync', '__cpa_addr(cpa, i)', '__cpa_addr(cpa, 0)')],
      expect: [`partial-sync @ ${INNER}`],
    },
    {
      name: 'rounded to 2 MiB',
      edits: [instead('cpa_sync', 'PUD_MASK', 'PMD_MASK'), instead('cpa_sync', 'addr + PUD_SIZE', 'addr + PMD_SIZE')],
      expect: ['partial-sync @ err = sync_direct_mapping(addr, addr + PMD_SIZE);'],
    },
    {
      name: 'one page',
      edits: [instead('cpa_sync', 'addr + PUD_SIZE', 'addr + PAGE_SIZE')],
      expect: ['partial-sync @ err = sync_direct_mapping(addr, addr + PAGE_SIZE);'],
    },
    {
      name: 'physical for virtual',
      edits: [
        instead(
          'cpa_sync',
          '(unsigned long)__va(slow_virt_to_phys((void *)__cpa_addr(cpa, i)))',
          'slow_virt_to_phys((void *)__cpa_addr(cpa, i))',
        ),
      ],
      expect: [`wrong-address-space @ ${INNER}`],
    },
    {
      name: 'vaddr, which struct pages have not',
      edits: [instead('cpa_sync', '__cpa_addr(cpa, i)', '(*cpa->vaddr + i * PAGE_SIZE)')],
      expect: [
        'invalid-operand @ addr = (unsigned long)__va(slow_virt_to_phys((void *)(*cpa->vaddr + i * PAGE_SIZE)));',
      ],
    },
    {
      name: 'pages of another kind',
      edits: [instead('cpa_sync', '__cpa_addr(cpa, i)', 'page_address(cpa->pages[i])')],
      expect: ['invalid-operand @ addr = (unsigned long)__va(slow_virt_to_phys((void *)page_address(cpa->pages[i])));'],
    },
    {
      name: 'the whole mapping',
      edits: [instead('cpa_sync', '(addr, addr + PUD_SIZE)', '(PAGE_OFFSET, PAGE_OFFSET + direct_mapping_size)')],
      expect: ['over-broad-sync @ err = sync_direct_mapping(PAGE_OFFSET, PAGE_OFFSET + direct_mapping_size);'],
    },
  ],
};

const LOOP = '__change_page_attr_set_clr';
const UNLOCKED = '\t\t\tspin_unlock(&cpa_lock);\n\t\tif (ret)\n\t\t\tgoto out;\n';
const ROUND = `
		start = (unsigned long)__va(cpa->pfn << PAGE_SHIFT);
		end = start + (cpa->numpages << PAGE_SHIFT);
		ret = sync_direct_mapping(round_down(start, PUD_SIZE), round_up(end, PUD_SIZE));
		if (ret)
			goto out;
`;
const ROUND_CALL = 'ret = sync_direct_mapping(round_down(start, PUD_SIZE), round_up(end, PUD_SIZE));';
const LOCALS = after(LOOP, '\tunsigned long rempages = numpages;\n', '\tunsigned long start, end;\n');

/** In each round of the loop, outside cpa_lock, by the frame the round is at. */
const round: GoodHook = {
  name: '__change_page_attr_set_clr() of v5.1, in each round',
  version: 'v5.1',
  edits: [LOCALS, after(LOOP, UNLOCKED, ROUND)],
  deserved: [],
  alike: [
    {
      name: 'rounded by masks',
      edits: [
        LOCALS,
        after(
          LOOP,
          UNLOCKED,
          ROUND.replace(
            'round_down(start, PUD_SIZE), round_up(end, PUD_SIZE)',
            'start & PUD_MASK, (end + PUD_SIZE - 1) & PUD_MASK',
          ),
        ),
      ],
    },
    {
      name: 'rounded by ALIGN',
      edits: [
        LOCALS,
        after(
          LOOP,
          UNLOCKED,
          ROUND.replace(
            'round_down(start, PUD_SIZE), round_up(end, PUD_SIZE)',
            'ALIGN_DOWN(start, PUD_SIZE), ALIGN(end, PUD_SIZE)',
          ),
        ),
      ],
    },
    {
      name: 'rounded before',
      edits: [
        LOCALS,
        after(
          LOOP,
          UNLOCKED,
          ROUND.replace('round_down(start, PUD_SIZE), round_up(end, PUD_SIZE)', 'start, end').replace(
            'PAGE_SHIFT);\n\t\tret',
            'PAGE_SHIFT);\n\t\tstart = round_down(start, PUD_SIZE);\n\t\tend = round_up(end, PUD_SIZE);\n\t\tret',
          ),
        ),
      ],
    },
  ],
  faults: [
    {
      name: 'dropped from a hooked kernel',
      onHooked: true,
      edits: [instead(LOOP, ROUND, ''), instead(LOOP, '\tunsigned long start, end;\n', '')],
      expect: [`missing-sync @ ${ROUND_CALL}`],
    },
    {
      name: 'under cpa_lock',
      edits: [
        instead(LOOP, ROUND, ''),
        after(
          LOOP,
          '\t\tret = __change_page_attr(cpa, checkalias);\n',
          `		if (!ret) {
			start = (unsigned long)__va(cpa->pfn << PAGE_SHIFT);
			end = start + (cpa->numpages << PAGE_SHIFT);
			ret = sync_direct_mapping(round_down(start, PUD_SIZE), round_up(end, PUD_SIZE));
		}
`,
        ),
      ],
      expect: [`sync-in-atomic @ ${ROUND_CALL}`],
    },
    {
      name: 'before the change',
      needs: 3,
      edits: [
        instead(LOOP, ROUND, ''),
        before(LOOP, '\t\tif (!debug_pagealloc_enabled())\n\t\t\tspin_lock', `${ROUND.slice(1)}\n`),
      ],
      expect: [`sync-before-change @ ${ROUND_CALL}`],
    },
    {
      name: 'after the loop, where only the last round is known',
      edits: [
        instead(LOOP, ROUND, ''),
        after(
          LOOP,
          'out:\n',
          `	start = (unsigned long)__va(cpa->pfn << PAGE_SHIFT);
	end = start + (cpa->numpages << PAGE_SHIFT);
	if (!ret)
		ret = sync_direct_mapping(round_down(start, PUD_SIZE), round_up(end, PUD_SIZE));
`,
        ),
      ],
      expect: [`partial-sync @ ${ROUND_CALL}`],
    },
    {
      name: 'vaddr for the frame',
      edits: [instead(LOOP, 'start = (unsigned long)__va(cpa->pfn << PAGE_SHIFT);', 'start = *cpa->vaddr;')],
      expect: ['invalid-operand @ start = *cpa->vaddr;'],
    },
    {
      name: 'the address of the round for the frame',
      edits: [instead(LOOP, '(unsigned long)__va(cpa->pfn << PAGE_SHIFT)', '__cpa_addr(cpa, cpa->curpage)')],
      expect: [`wrong-address-space @ ${ROUND_CALL}`, 'wrong-address-space @ start = __cpa_addr(cpa, cpa->curpage);'],
    },
    {
      name: 'physical for virtual',
      edits: [instead(LOOP, '(unsigned long)__va(cpa->pfn << PAGE_SHIFT)', 'cpa->pfn << PAGE_SHIFT')],
      expect: [`wrong-address-space @ ${ROUND_CALL}`, 'wrong-address-space @ start = cpa->pfn << PAGE_SHIFT;'],
    },
    {
      name: 'the frame number for the address',
      edits: [instead(LOOP, '__va(cpa->pfn << PAGE_SHIFT)', '__va(cpa->pfn)')],
      expect: [`partial-sync @ ${ROUND_CALL}`],
    },
    {
      name: 'both rounded down',
      edits: [instead(LOOP, 'round_up(end, PUD_SIZE)', 'round_down(end, PUD_SIZE)')],
      expect: ['partial-sync @ ret = sync_direct_mapping(round_down(start, PUD_SIZE), round_down(end, PUD_SIZE));'],
    },
    {
      name: 'both rounded up',
      edits: [instead(LOOP, 'round_down(start, PUD_SIZE)', 'round_up(start, PUD_SIZE)')],
      expect: ['partial-sync @ ret = sync_direct_mapping(round_up(start, PUD_SIZE), round_up(end, PUD_SIZE));'],
    },
    {
      name: 'rounded to 2 MiB',
      edits: [
        instead(
          LOOP,
          'round_down(start, PUD_SIZE), round_up(end, PUD_SIZE)',
          'round_down(start, PMD_SIZE), round_up(end, PMD_SIZE)',
        ),
      ],
      expect: ['partial-sync @ ret = sync_direct_mapping(round_down(start, PMD_SIZE), round_up(end, PMD_SIZE));'],
    },
    {
      name: 'not rounded',
      edits: [instead(LOOP, 'round_down(start, PUD_SIZE), round_up(end, PUD_SIZE)', 'start, end')],
      expect: ['partial-sync @ ret = sync_direct_mapping(start, end);'],
    },
    {
      name: 'swapped',
      edits: [
        instead(
          LOOP,
          'round_down(start, PUD_SIZE), round_up(end, PUD_SIZE)',
          'round_up(end, PUD_SIZE), round_down(start, PUD_SIZE)',
        ),
      ],
      expect: ['partial-sync @ ret = sync_direct_mapping(round_up(end, PUD_SIZE), round_down(start, PUD_SIZE));'],
    },
    {
      name: 'only where aliases count',
      edits: [instead(LOOP, `\t\t${ROUND_CALL}`, `\t\tif (checkalias)\n\t\t\t${ROUND_CALL}`)],
      expect: ['missing-sync @ if (checkalias)'],
    },
    {
      name: 'only where no array is',
      edits: [instead(LOOP, `\t\t${ROUND_CALL}`, `\t\tif (!(cpa->flags & CPA_ARRAY))\n\t\t\t${ROUND_CALL}`)],
      expect: ['missing-sync @ if (!(cpa->flags & CPA_ARRAY))'],
    },
    {
      name: 'the result dropped',
      edits: [
        instead(
          LOOP,
          `\t\t${ROUND_CALL}\n\t\tif (ret)\n\t\t\tgoto out;\n`,
          '\t\tsync_direct_mapping(round_down(start, PUD_SIZE), round_up(end, PUD_SIZE));\n',
        ),
      ],
      expect: ['unchecked-result @ sync_direct_mapping(round_down(start, PUD_SIZE), round_up(end, PUD_SIZE));'],
    },
    {
      name: 'everything in each round',
      edits: [
        instead(
          LOOP,
          'round_down(start, PUD_SIZE), round_up(end, PUD_SIZE)',
          'PAGE_OFFSET, PAGE_OFFSET + direct_mapping_size',
        ),
      ],
      expect: ['over-broad-sync @ ret = sync_direct_mapping(PAGE_OFFSET, PAGE_OFFSET + direct_mapping_size);'],
    },
    {
      name: 'the lower half of the address',
      edits: [instead(LOOP, '\tunsigned long start, end;\n', '\tunsigned int start, end;\n')],
      expect: [
        `wrong-address-space @ ${ROUND_CALL}`,
        'wrong-address-space @ start = (unsigned long)__va(cpa->pfn << PAGE_SHIFT);',
      ],
    },
  ],
};

const ALIAS = 'cpa_process_alias';
const LAST = '#endif\n\n\treturn 0;\n';
const ALIAS_CALL = 'return sync_direct_mapping(laddr, laddr + PUD_SIZE);';

/** Where the alias has been changed as well: the page's place in the direct mapping is at hand. */
const alias: GoodHook = {
  name: 'cpa_process_alias() of v5.1',
  version: 'v5.1',
  edits: [instead(ALIAS, LAST, `#endif\n\n\tladdr &= PUD_MASK;\n\t${ALIAS_CALL}\n`)],
  deserved: [],
  faults: [
    {
      name: 'before the alias changes',
      needs: 2,
      edits: [
        instead(ALIAS, `\tladdr &= PUD_MASK;\n\t${ALIAS_CALL}\n`, '\treturn 0;\n'),
        before(
          ALIAS,
          '\t/* a request for the direct mapping is its own alias there */\n',
          `	ret = sync_direct_mapping(laddr & PUD_MASK, (laddr & PUD_MASK) + PUD_SIZE);
	if (ret)
		return ret;

`,
        ),
      ],
      expect: ['sync-before-change @ ret = sync_direct_mapping(laddr & PUD_MASK, (laddr & PUD_MASK) + PUD_SIZE);'],
    },
    {
      name: 'only where the alias has been changed',
      edits: [
        instead(ALIAS, `\tladdr &= PUD_MASK;\n\t${ALIAS_CALL}\n`, '\treturn 0;\n'),
        after(
          ALIAS,
          '\t\tif (ret)\n\t\t\treturn ret;\n',
          `
		ret = sync_direct_mapping(laddr & PUD_MASK, (laddr & PUD_MASK) + PUD_SIZE);
		if (ret)
			return ret;
`,
        ),
      ],
      expect: ['missing-sync @ ret = sync_direct_mapping(laddr & PUD_MASK, (laddr & PUD_MASK) + PUD_SIZE);'],
    },
    {
      name: 'the other address',
      edits: [
        instead(
          ALIAS,
          `\tladdr &= PUD_MASK;\n\t${ALIAS_CALL}\n`,
          '\tvaddr &= PUD_MASK;\n\treturn sync_direct_mapping(vaddr, vaddr + PUD_SIZE);\n',
        ),
      ],
      expect: [
        'wrong-address-space @ return sync_direct_mapping(vaddr, vaddr + PUD_SIZE);',
        'wrong-address-space @ vaddr &= PUD_MASK;',
      ],
    },
    {
      name: 'one page',
      edits: [
        instead(
          ALIAS,
          `\tladdr &= PUD_MASK;\n\t${ALIAS_CALL}\n`,
          '\treturn sync_direct_mapping(laddr, laddr + PAGE_SIZE);\n',
        ),
      ],
      expect: ['partial-sync @ return sync_direct_mapping(laddr, laddr + PAGE_SIZE);'],
    },
    {
      name: 'an inclusive end',
      edits: [instead(ALIAS, 'laddr + PUD_SIZE', 'laddr + PUD_SIZE - PMD_SIZE')],
      expect: ['partial-sync @ return sync_direct_mapping(laddr, laddr + PUD_SIZE - PMD_SIZE);'],
    },
    {
      name: 'the result dropped',
      edits: [instead(ALIAS, ALIAS_CALL, 'sync_direct_mapping(laddr, laddr + PUD_SIZE);\n\treturn 0;')],
      expect: ['unchecked-result @ sync_direct_mapping(laddr, laddr + PUD_SIZE);'],
    },
  ],
};

export const REQUEST_HOOKS: readonly GoodHook[] = [request, round, alias];
