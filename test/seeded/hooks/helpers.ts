/** The sync by the kernel's own helpers: pud_alloc() and its kin, a list of dead tables that are freed after the flush. */
import { editsOf } from '../edit.ts';
import type { GoodHook } from '../hook.ts';

const { after, instead } = editsOf('arch/x86/mm/mktme.c');

const SYNC = `
#define for_each_keyid(id) \\
	for ((id) = 1; (id) <= mktme_nr_keyids(); (id)++)

static void retire_table(struct page *page, struct list_head *dead)
{
	list_add(&page->lru, dead);
}

static void zap_ptes(pmd_t *pmd, struct list_head *dead)
{
	struct page *page = pmd_page(*pmd);

	pmd_clear(pmd);
	retire_table(page, dead);
}

static void zap_pmds(pud_t *pud, struct list_head *dead)
{
	pmd_t *pmd = pmd_offset(pud, 0);
	struct page *page = pud_page(*pud);
	int i;

	pud_clear(pud);
	for (i = 0; i < PTRS_PER_PMD; i++) {
		if (!pmd_none(pmd[i]) && !pmd_large(pmd[i]))
			zap_ptes(&pmd[i], dead);
	}
	retire_table(page, dead);
}

static int mirror_pte_range(unsigned long keyid, pmd_t *dst, pmd_t *src,
			    unsigned long addr, unsigned long end)
{
	unsigned long offset = keyid * direct_mapping_size;
	pte_t *from, *to;

	to = pte_alloc_kernel(dst, addr + offset);
	if (!to)
		return -ENOMEM;
	from = pte_offset_kernel(src, addr);

	spin_lock(&init_mm.page_table_lock);
	for (; addr < end; addr += PAGE_SIZE, from++, to++) {
		if (pte_none(*from))
			pte_clear(&init_mm, addr + offset, to);
		else
			set_pte(to, __pte(pte_val(*from) | keyid << mktme_keyid_shift()));
	}
	spin_unlock(&init_mm.page_table_lock);

	return 0;
}

static int mirror_pmd_range(unsigned long keyid, pud_t *dst, pud_t *src,
			    unsigned long addr, unsigned long end,
			    struct list_head *dead)
{
	unsigned long offset = keyid * direct_mapping_size;
	unsigned long next;
	pmd_t *from, *to;
	int err;

	to = pmd_alloc(&init_mm, dst, addr + offset);
	if (!to)
		return -ENOMEM;
	from = pmd_offset(src, addr);

	for (; addr != end; addr = next, from++, to++) {
		next = pmd_addr_end(addr, end);

		if (pmd_none(*from) || pmd_large(*from)) {
			spin_lock(&init_mm.page_table_lock);
			if (!pmd_none(*to) && !pmd_large(*to))
				zap_ptes(to, dead);
			if (pmd_none(*from))
				pmd_clear(to);
			else
				set_pmd(to, __pmd(pmd_val(*from) | keyid << mktme_keyid_shift()));
			spin_unlock(&init_mm.page_table_lock);
			continue;
		}

		if (pmd_large(*to)) {
			spin_lock(&init_mm.page_table_lock);
			pmd_clear(to);
			spin_unlock(&init_mm.page_table_lock);
		}

		err = mirror_pte_range(keyid, to, from, addr, next);
		if (err)
			return err;
	}

	return 0;
}

static int mirror_pud_range(unsigned long keyid, p4d_t *dst, p4d_t *src,
			    unsigned long addr, unsigned long end,
			    struct list_head *dead)
{
	unsigned long offset = keyid * direct_mapping_size;
	unsigned long next;
	pud_t *from, *to;
	int err;

	to = pud_alloc(&init_mm, dst, addr + offset);
	if (!to)
		return -ENOMEM;
	from = pud_offset(src, addr);

	for (; addr != end; addr = next, from++, to++) {
		next = pud_addr_end(addr, end);

		if (pud_none(*from) || pud_large(*from)) {
			spin_lock(&init_mm.page_table_lock);
			if (!pud_none(*to) && !pud_large(*to))
				zap_pmds(to, dead);
			if (pud_none(*from))
				pud_clear(to);
			else
				set_pud(to, __pud(pud_val(*from) | keyid << mktme_keyid_shift()));
			spin_unlock(&init_mm.page_table_lock);
			continue;
		}

		if (pud_large(*to)) {
			spin_lock(&init_mm.page_table_lock);
			pud_clear(to);
			spin_unlock(&init_mm.page_table_lock);
		}

		err = mirror_pmd_range(keyid, to, from, addr, next, dead);
		if (err)
			return err;
	}

	return 0;
}

/* Each step is one p4d entry of both sides: they may sit at different offsets */
static int mirror_keyid(unsigned long keyid, unsigned long addr,
			unsigned long end, struct list_head *dead)
{
	unsigned long offset = keyid * direct_mapping_size;
	unsigned long next;
	int err;

	for (; addr != end; addr = next) {
		pgd_t *src_pgd = pgd_offset_k(addr);
		pgd_t *dst_pgd = pgd_offset_k(addr + offset);
		p4d_t *src, *dst;

		next = p4d_addr_end(addr, end);

		src = pgd_none(*src_pgd) ? NULL : p4d_offset(src_pgd, addr);
		if (!src || p4d_none(*src)) {
			pud_t *pud;
			unsigned long va;

			if (pgd_none(*dst_pgd))
				continue;
			dst = p4d_offset(dst_pgd, addr + offset);
			if (p4d_none(*dst))
				continue;
			/* The pud table stays: the other page tables point to it */
			pud = pud_offset(dst, addr + offset);
			spin_lock(&init_mm.page_table_lock);
			for (va = addr; va != next; va = pud_addr_end(va, next), pud++) {
				if (pud_none(*pud))
					continue;
				if (pud_large(*pud))
					pud_clear(pud);
				else
					zap_pmds(pud, dead);
			}
			spin_unlock(&init_mm.page_table_lock);
			continue;
		}

		dst = p4d_alloc(&init_mm, dst_pgd, addr + offset);
		if (!dst)
			return -ENOMEM;
		err = mirror_pud_range(keyid, dst, src, addr, next, dead);
		if (err)
			return err;
	}

	return 0;
}

int sync_direct_mapping(unsigned long start, unsigned long end)
{
	struct page *page, *tmp;
	unsigned long keyid;
	LIST_HEAD(dead);
	int ret = 0;

	if (!mktme_enabled())
		return 0;

	for_each_keyid(keyid) {
		ret = mirror_keyid(keyid, start, end, &dead);
		sync_global_pgds(start + keyid * direct_mapping_size,
				 end + keyid * direct_mapping_size - 1);
		if (ret)
			break;
	}

	flush_tlb_all();

	list_for_each_entry_safe(page, tmp, &dead, lru) {
		list_del(&page->lru);
		__free_page(page);
	}

	return ret;
}
`;
const END = '\treturn nr_keyids;\n}\n';
const HEAD = 'int sync_direct_mapping(unsigned long start, unsigned long end)';

const helpers: GoodHook = {
  name: "the sync by the kernel's helpers",
  version: 'v5.1',
  edits: [after(null, END, SYNC)],
  // The patch brings the sync and hooks nothing.
  deserved: [`unhooked-site @ ${HEAD}`],
  faults: [
    {
      name: 'the last KeyID left out by a macro',
      edits: [instead(null, '(id) <= mktme_nr_keyids()', '(id) < mktme_nr_keyids()')],
      expect: ['faulty-sync @ for_each_keyid(keyid) {'],
    },
    {
      name: 'one KeyID too many',
      edits: [instead(null, '(id) <= mktme_nr_keyids()', '(id) <= mktme_nr_keyids() + 1')],
      expect: ['faulty-sync @ for_each_keyid(keyid) {'],
    },
    {
      name: 'dead tables freed before the flush',
      edits: [
        instead(null, '\tflush_tlb_all();\n', ''),
        instead(null, '\t\t__free_page(page);\n\t}\n', '\t\t__free_page(page);\n\t}\n\tflush_tlb_all();\n'),
      ],
      expect: ['early-table-free @ __free_page(page);'],
    },
    {
      name: 'the lock kept',
      edits: [
        instead(
          null,
          '\t\t\tset_pte(to, __pte(pte_val(*from) | keyid << mktme_keyid_shift()));\n\t}\n\tspin_unlock(&init_mm.page_table_lock);\n',
          '\t\t\tset_pte(to, __pte(pte_val(*from) | keyid << mktme_keyid_shift()));\n\t}\n',
        ),
      ],
      expect: [
        'faulty-sync @ spin_lock(&init_mm.page_table_lock);',
        'faulty-sync @ to = pte_alloc_kernel(dst, addr + offset);',
      ],
    },
    {
      name: 'the lock taken around a helper that takes it',
      edits: [
        instead(
          null,
          '\tto = pte_alloc_kernel(dst, addr + offset);\n',
          '\tspin_lock(&init_mm.page_table_lock);\n\tto = pte_alloc_kernel(dst, addr + offset);\n\tspin_unlock(&init_mm.page_table_lock);\n',
        ),
      ],
      expect: ['faulty-sync @ to = pte_alloc_kernel(dst, addr + offset);'],
    },
    {
      name: 'a leaf taken for a table when tables are given up',
      edits: [instead(null, 'if (!pmd_none(pmd[i]) && !pmd_large(pmd[i]))', 'if (!pmd_none(pmd[i]))')],
      expect: ['faulty-sync @ __free_page(page);'],
    },
    {
      name: 'the table not looked at to its end, but beyond',
      edits: [instead(null, 'i < PTRS_PER_PMD;', 'i <= PTRS_PER_PMD;')],
      expect: ['faulty-sync @ if (!pmd_none(pmd[i]) && !pmd_large(pmd[i]))'],
    },
    {
      name: 'a step that is too long for five levels',
      edits: [instead(null, 'next = p4d_addr_end(addr, end);', 'next = pgd_addr_end(addr, end);')],
      expect: [
        'faulty-sync @ for (; addr != end; addr = next, from++, to++) {',
        'faulty-sync @ if (pud_none(*from) || pud_large(*from)) {',
      ],
    },
    {
      name: 'a failure forgotten where it happens',
      edits: [
        instead(
          null,
          '\tto = pmd_alloc(&init_mm, dst, addr + offset);\n\tif (!to)\n\t\treturn -ENOMEM;\n',
          '\tto = pmd_alloc(&init_mm, dst, addr + offset);\n\tif (!to)\n\t\treturn 0;\n',
        ),
      ],
      expect: ['faulty-sync @ return 0;'],
    },
    {
      name: 'a result not taken',
      edits: [
        instead(
          null,
          '\t\terr = mirror_pte_range(keyid, to, from, addr, next);\n\t\tif (err)\n\t\t\treturn err;\n',
          '\t\tmirror_pte_range(keyid, to, from, addr, next);\n',
        ),
      ],
      expect: ['faulty-sync @ mirror_pte_range(keyid, to, from, addr, next);'],
    },
    {
      name: 'the failure of one table hidden by the next',
      edits: [
        instead(
          null,
          '\t\terr = mirror_pte_range(keyid, to, from, addr, next);\n\t\tif (err)\n\t\t\treturn err;\n\t}\n\n\treturn 0;\n',
          '\t\terr = mirror_pte_range(keyid, to, from, addr, next);\n\t}\n\n\treturn err;\n',
        ),
        instead(null, '\tpmd_t *from, *to;\n\tint err;\n', '\tpmd_t *from, *to;\n\tint err = 0;\n'),
      ],
      expect: ['faulty-sync @ err = mirror_pte_range(keyid, to, from, addr, next);'],
    },
    {
      name: 'an int shifted to the KeyID bits',
      edits: [
        instead(
          null,
          'set_pud(to, __pud(pud_val(*from) | keyid << mktme_keyid_shift()));',
          'set_pud(to, __pud(pud_val(*from) | (int)keyid << mktme_keyid_shift()));',
        ),
      ],
      expect: ['faulty-sync @ set_pud(to, __pud(pud_val(*from) | (int)keyid << mktme_keyid_shift()));'],
    },
  ],
};

export const HELPER_HOOKS: readonly GoodHook[] = [helpers];
