/** The sync itself, written otherwise than anybody has posted it: one GiB after the other, tables filled before they are linked. */
import { editsOf } from '../edit.ts';
import type { GoodHook } from '../hook.ts';

const { after, instead } = editsOf('arch/x86/mm/mktme.c');

const SYNC = `
static unsigned long with_keyid(unsigned long val, int keyid)
{
	val |= (unsigned long)keyid << mktme_keyid_shift();
	return val & __supported_pte_mask;
}

static void copy_ptes(pte_t *from, pte_t *to, int keyid, unsigned long count)
{
	while (count--) {
		unsigned long val = from ? pte_val(*from) : 0;

		set_pte(to, __pte(val ? with_keyid(val, keyid) : 0));
		if (from)
			from++;
		to++;
	}
}

static bool pte_table_empty(pte_t *pte)
{
	int i;

	for (i = 0; i < PTRS_PER_PTE; i++)
		if (!pte_none(pte[i]))
			return false;
	return true;
}

static bool pmd_table_empty(pmd_t *pmd)
{
	int i;

	for (i = 0; i < PTRS_PER_PMD; i++)
		if (!pmd_none(pmd[i]))
			return false;
	return true;
}

/* nothing may point to the table any more */
static void retire(void *table)
{
	flush_tlb_all();
	free_page((unsigned long)table);
}

static void retire_pmds(pmd_t *pmd)
{
	int i;

	for (i = 0; i < PTRS_PER_PMD; i++) {
		pte_t *table;

		if (pmd_none(pmd[i]) || pmd_large(pmd[i]))
			continue;
		table = pte_offset_kernel(&pmd[i], 0);
		pmd_clear(&pmd[i]);
		retire(table);
	}
	retire(pmd);
}

static int sync_pmd(pmd_t *src, pmd_t *dst, int keyid, unsigned long addr,
		    unsigned long end)
{
	pte_t *table = NULL;

	if (!pmd_none(*dst) && !pmd_large(*dst))
		table = pte_offset_kernel(dst, 0);

	if (!src || pmd_none(*src)) {
		if (table) {
			copy_ptes(NULL, table + pte_index(addr), keyid,
				  (end - addr) >> PAGE_SHIFT);
			if (!pte_table_empty(table))
				return 0;
		}
		pmd_clear(dst);
		if (table)
			retire(table);
		return 0;
	}

	if (pmd_large(*src)) {
		set_pmd(dst, __pmd(with_keyid(pmd_val(*src), keyid)));
		if (table)
			retire(table);
		return 0;
	}

	if (table) {
		copy_ptes(pte_offset_kernel(src, addr),
			  table + pte_index(addr), keyid,
			  (end - addr) >> PAGE_SHIFT);
		return 0;
	}

	/* new, or split: all of it is filled before anybody can see it */
	table = (pte_t *)get_zeroed_page(GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	copy_ptes(pte_offset_kernel(src, 0), table, keyid, PTRS_PER_PTE);
	pmd_populate_kernel(&init_mm, dst, table);
	return 0;
}

static int sync_pud(pud_t *src, pud_t *dst, int keyid, unsigned long addr,
		    unsigned long end)
{
	pmd_t *table = NULL;
	unsigned long next;
	int i, ret = 0;

	if (src && pud_none(*src))
		src = NULL;
	if (!pud_none(*dst) && !pud_large(*dst))
		table = pmd_offset(dst, 0);

	if (src && pud_large(*src)) {
		set_pud(dst, __pud(with_keyid(pud_val(*src), keyid)));
		if (table)
			retire_pmds(table);
		return 0;
	}

	if (!src && !table) {
		pud_clear(dst);
		return 0;
	}

	if (!table) {
		table = (pmd_t *)get_zeroed_page(GFP_KERNEL);
		if (!table)
			return -ENOMEM;
		for (i = 0; i < PTRS_PER_PMD && !ret; i++)
			ret = sync_pmd(pmd_offset(src, i * PMD_SIZE), table + i,
				       keyid, 0, PMD_SIZE);
		if (ret)
			retire_pmds(table);
		else
			pud_populate(&init_mm, dst, table);
		return ret;
	}

	do {
		next = pmd_addr_end(addr, end);
		ret = sync_pmd(src ? pmd_offset(src, addr) : NULL,
			       table + pmd_index(addr), keyid, addr, next);
		addr = next;
	} while (!ret && addr != end);

	if (!src && !ret && pmd_table_empty(table)) {
		pud_clear(dst);
		retire(table);
	}
	return ret;
}

static pud_t *find_pud(unsigned long addr)
{
	pgd_t *pgd = pgd_offset_k(addr);
	p4d_t *p4d;

	if (pgd_none(*pgd))
		return NULL;
	p4d = p4d_offset(pgd, addr);
	return p4d_none(*p4d) ? NULL : pud_offset(p4d, addr);
}

static pud_t *make_pud(unsigned long addr)
{
	pgd_t *pgd = pgd_offset_k(addr);
	p4d_t *p4d;
	void *table;

	if (pgd_none(*pgd)) {
		table = (void *)get_zeroed_page(GFP_KERNEL);
		if (!table)
			return NULL;
		pgd_populate(&init_mm, pgd, table);
	}
	p4d = p4d_offset(pgd, addr);
	if (p4d_none(*p4d)) {
		table = (void *)get_zeroed_page(GFP_KERNEL);
		if (!table)
			return NULL;
		p4d_populate(&init_mm, p4d, table);
	}
	return pud_offset(p4d, addr);
}

int sync_direct_mapping(unsigned long start, unsigned long end)
{
	unsigned long addr, next, off;
	pud_t *src, *dst;
	int keyid, ret = 0;

	if (!mktme_enabled())
		return 0;

	for (keyid = 1; keyid <= mktme_nr_keyids(); keyid++) {
		off = keyid * direct_mapping_size;
		for (addr = start; addr < end; addr = next) {
			next = pud_addr_end(addr, end);
			src = find_pud(addr);
			dst = find_pud(addr + off);
			if (!dst && (!src || pud_none(*src)))
				continue;
			if (!dst)
				dst = make_pud(addr + off);
			if (!dst) {
				ret = -ENOMEM;
				goto out;
			}
			ret = sync_pud(src, dst, keyid, addr, next);
			if (ret)
				goto out;
		}
		/* whatever is new at the top has to be everybody's */
		sync_global_pgds(start + off, end + off - 1);
	}
out:
	flush_tlb_all();
	return ret;
}
`;
const END = '\treturn nr_keyids;\n}\n';
const HEAD = 'int sync_direct_mapping(unsigned long start, unsigned long end)';

const COPY = 'set_pte(to, __pte(val ? with_keyid(val, keyid) : 0));';
const SET_PMD = 'set_pmd(dst, __pmd(with_keyid(pmd_val(*src), keyid)));';
const SET_PUD = 'set_pud(dst, __pud(with_keyid(pud_val(*src), keyid)));';
const MANY_PAGES = `off = ${Array.from({ length: 40 }, () => 'get_zeroed_page(GFP_KERNEL)').join(' | ')};`;
const anywhere = (...lines: string[]) => lines.map((line) => `faulty-sync @ ${line}` as const);

const walkers: GoodHook = {
  name: 'the sync itself',
  version: 'v5.1',
  edits: [after(null, END, SYNC)],
  // The patch brings the sync and hooks nothing.
  deserved: [`unhooked-site @ ${HEAD}`],
  faults: [
    {
      name: 'the last KeyID left out',
      edits: [instead(null, 'keyid <= mktme_nr_keyids()', 'keyid < mktme_nr_keyids()')],
      expect: anywhere('for (keyid = 1; keyid < mktme_nr_keyids(); keyid++) {', HEAD),
    },
    {
      name: 'the first KeyID left out',
      edits: [instead(null, 'for (keyid = 1;', 'for (keyid = 2;')],
      expect: anywhere('for (keyid = 2; keyid <= mktme_nr_keyids(); keyid++) {', HEAD),
    },
    {
      name: 'the KeyID of the next mapping',
      edits: [
        instead(
          null,
          '\tval |= (unsigned long)keyid << mktme_keyid_shift();\n',
          '\tval |= (unsigned long)(keyid - 1) << mktme_keyid_shift();\n',
        ),
      ],
      expect: anywhere('val |= (unsigned long)(keyid - 1) << mktme_keyid_shift();', COPY, SET_PMD, SET_PUD),
    },
    {
      name: 'no KeyID in 4K pages',
      edits: [instead(null, 'with_keyid(val, keyid) : 0', 'val : 0')],
      expect: anywhere('set_pte(to, __pte(val ? val : 0));'),
    },
    {
      name: 'no KeyID in 2M pages',
      edits: [instead(null, '__pmd(with_keyid(pmd_val(*src), keyid))', '__pmd(pmd_val(*src))')],
      expect: anywhere('set_pmd(dst, __pmd(pmd_val(*src)));'),
    },
    {
      name: 'the KeyID at the wrong bits',
      edits: [instead(null, '<< mktme_keyid_shift();', '<< (mktme_keyid_shift() - 1);')],
      expect: anywhere('val |= (unsigned long)keyid << (mktme_keyid_shift() - 1);', COPY, SET_PMD, SET_PUD),
    },
    {
      name: 'the source not advanced',
      edits: [instead(null, '\t\tif (from)\n\t\t\tfrom++;\n', '')],
      expect: anywhere(COPY),
    },
    {
      name: 'the destination not advanced',
      edits: [instead(null, '\t\tto++;\n', '')],
      expect: anywhere(COPY),
    },
    {
      name: 'the address not advanced',
      edits: [instead(null, '\t\taddr = next;\n\t} while', '\t} while')],
      expect: anywhere(
        '} while (!ret && addr != end);',
        'next = pmd_addr_end(addr, end);',
        'ret = sync_pmd(src ? pmd_offset(src, addr) : NULL,',
      ),
    },
    {
      name: 'a split 1G page taken for a table',
      edits: [instead(null, '\tif (!pud_none(*dst) && !pud_large(*dst))\n', '\tif (!pud_none(*dst))\n')],
      expect: anywhere(
        'table = pmd_offset(dst, 0);',
        'if (pmd_none(pmd[i]) || pmd_large(pmd[i]))',
        'if (!pmd_none(*dst) && !pmd_large(*dst))',
        'table + pmd_index(addr), keyid, addr, next);',
        'ret = sync_pmd(src ? pmd_offset(src, addr) : NULL,',
        'set_pud(dst, __pud(with_keyid(pud_val(*src), keyid)));',
      ),
    },
    {
      name: 'a split 2M page not replaced',
      edits: [
        instead(
          null,
          '\t/* new, or split: all of it is filled before anybody can see it */\n',
          '\tif (pmd_large(*dst))\n\t\treturn 0;\n\n',
        ),
      ],
      expect: anywhere('return 0;', HEAD, SET_PMD, 'if (pmd_large(*dst))'),
    },
    {
      name: 'only the range of a split page filled',
      edits: [
        instead(
          null,
          'copy_ptes(pte_offset_kernel(src, 0), table, keyid, PTRS_PER_PTE);',
          'copy_ptes(pte_offset_kernel(src, addr), table, keyid, 1);',
        ),
      ],
      expect: anywhere(
        COPY,
        'copy_ptes(pte_offset_kernel(src, addr), table, keyid, 1);',
        'pmd_populate_kernel(&init_mm, dst, table);',
      ),
    },
    {
      name: 'a page that is gone left mapped',
      edits: [
        instead(
          null,
          '\tif (!src && !table) {\n\t\tpud_clear(dst);\n\t\treturn 0;\n\t}\n',
          '\tif (!src && !table)\n\t\treturn 0;\n',
        ),
      ],
      expect: anywhere('return 0;', HEAD, SET_PUD, 'if (!src && !table)', 'if (!pud_none(*dst) && !pud_large(*dst))'),
    },
    {
      name: 'the table freed while the entry points to it',
      edits: [
        instead(
          null,
          '\t\tpmd_clear(dst);\n\t\tif (table)\n\t\t\tretire(table);\n',
          '\t\tif (table)\n\t\t\tretire(table);\n\t\tpmd_clear(dst);\n',
        ),
      ],
      expect: ['early-table-free @ free_page((unsigned long)table);', 'early-table-free @ retire(table);'],
    },
    {
      name: 'the table freed before the flush',
      edits: [
        instead(
          null,
          '\tflush_tlb_all();\n\tfree_page((unsigned long)table);\n',
          '\tfree_page((unsigned long)table);\n',
        ),
      ],
      expect: ['early-table-free @ free_page((unsigned long)table);', 'early-table-free @ retire(table);'],
    },
    {
      name: 'new top-level entries kept to itself',
      edits: [
        instead(
          null,
          "\t\t/* whatever is new at the top has to be everybody's */\n\t\tsync_global_pgds(start + off, end + off - 1);\n",
          '',
        ),
      ],
      expect: [
        'unpropagated-top-level @ p4d_populate(&init_mm, p4d, table);',
        'unpropagated-top-level @ pgd_populate(&init_mm, pgd, table);',
        `unpropagated-top-level @ ${HEAD}`,
      ],
    },
    {
      name: "KeyID-0's top-level entries propagated instead",
      edits: [instead(null, 'sync_global_pgds(start + off, end + off - 1)', 'sync_global_pgds(start, end - 1)')],
      expect: [
        'unpropagated-top-level @ p4d_populate(&init_mm, p4d, table);',
        'unpropagated-top-level @ pgd_populate(&init_mm, pgd, table);',
        `unpropagated-top-level @ ${HEAD}`,
      ],
    },
    {
      name: 'an allocation that fails goes unsaid',
      edits: [instead(null, '\tflush_tlb_all();\n\treturn ret;\n}\n', '\tflush_tlb_all();\n\treturn 0;\n}\n')],
      expect: anywhere(HEAD, 'return 0;'),
    },
    {
      name: 'a new p4d table entered at its start',
      edits: [
        instead(
          null,
          '\t\tpgd_populate(&init_mm, pgd, table);\n\t}\n\tp4d = p4d_offset(pgd, addr);\n',
          '\t\tpgd_populate(&init_mm, pgd, table);\n\t\tp4d = table;\n\t} else {\n\t\tp4d = p4d_offset(pgd, addr);\n\t}\n',
        ),
      ],
      expect: anywhere(COPY, SET_PMD, SET_PUD, HEAD, 'p4d_populate(&init_mm, p4d, table);'),
    },
    {
      name: 'pages asked for without end, many at once',
      edits: [instead(null, '\tfor (keyid = 1; keyid', `\twhile (true)\n\t\t${MANY_PAGES}\n\tfor (keyid = 1; keyid`)],
      expect: anywhere('while (true)', MANY_PAGES),
    },
    {
      name: 'the distance of the mappings forgotten',
      edits: [instead(null, 'off = keyid * direct_mapping_size;', 'off = direct_mapping_size;')],
      expect: anywhere(COPY, SET_PMD, SET_PUD, HEAD, 'for (keyid = 1; keyid <= mktme_nr_keyids(); keyid++) {'),
    },
    {
      name: 'a page allocated under the lock',
      edits: [
        instead(
          null,
          '\t\t\tret = sync_pud(src, dst, keyid, addr, next);\n',
          '\t\t\tspin_lock(&init_mm.page_table_lock);\n\t\t\tret = sync_pud(src, dst, keyid, addr, next);\n\t\t\tspin_unlock(&init_mm.page_table_lock);\n',
        ),
      ],
      expect: [
        'sync-in-atomic @ table = (pmd_t *)get_zeroed_page(GFP_KERNEL);',
        'sync-in-atomic @ table = (pte_t *)get_zeroed_page(GFP_KERNEL);',
      ],
    },
  ],
};

export const IMPLEMENTATION_HOOKS: readonly GoodHook[] = [walkers];
