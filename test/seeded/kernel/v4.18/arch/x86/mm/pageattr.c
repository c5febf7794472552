// SPDX-License-Identifier: MIT
/*
 * Skeletons of the functions of v4.18 that hooks stand in: what a hook or the
 * review holds on to carries the kernel's names, helpers of ours stand for
 * the rest.
 */
#include <asm/mktme.h>

/* A range: by address. */
static void cpa_flush_range(unsigned long start, int numpages, int cache)
{
	unsigned long addr;
	unsigned int i, level;

	/* whole pages */
	WARN_ON(PAGE_ALIGN(start) != start);

	flush_tlb_all();

	if (!cache)
		return;

	/* one CPU is enough */
	for (i = 0, addr = start; i < numpages; i++, addr += PAGE_SIZE) {
		pte_t *pte = lookup_address(addr, &level);

		/* what is not mapped has no lines */
		if (pte && (pte_val(*pte) & _PAGE_PRESENT))
			clflush_cache_range((void *)addr, PAGE_SIZE);
	}
}

/* Pages anywhere: by address, or by struct page. */
static void cpa_flush_array(unsigned long *start, int numpages,
			    int cache, int in_flags, struct page **pages)
{
	unsigned long do_wbinvd = wbinvd_is_cheaper(cache, numpages);
	unsigned int i;

	/* others have to answer */
	BUG_ON(irqs_disabled() && !early_boot_irqs_disabled);

	on_each_cpu(__cpa_flush_all, argument_of(do_wbinvd), 1);

	if (!cache || do_wbinvd)
		return;

	for (i = 0; i < numpages; ++i)
		write_back_lines(place_of(start, pages, in_flags, i));
}

/* Round by round: a page, or as much as a huge page that stays whole. */
static int __change_page_attr_set_clr(struct cpa_data *cpa, int checkalias)
{
	int ret;
	/* what is left */
	unsigned long numpages = cpa->numpages;

	while (numpages) {
		begin_round(cpa, numpages);

		if (!debug_pagealloc_enabled())
			spin_lock(&cpa_lock); /* splits drop it */
		ret = __change_page_attr(cpa, checkalias);
		/* taken above: given back */
		if (!debug_pagealloc_enabled())
			spin_unlock(&cpa_lock);
		if (ret)
			return ret;

		if (checkalias) {
			/* where else the frame is mapped */
			ret = cpa_process_alias(cpa);
			if (ret)
				return ret;
		}

		/* moves the start of a range on */
		numpages -= end_round(cpa);
	}
	return 0;
}

/* A whole request. */
static int change_page_attr_set_clr(unsigned long *addr, int numpages,
		pgprot_t mask_set, pgprot_t mask_clr,
		int force_split, int in_flag,
		struct page **pages)
{
	struct cpa_data cpa;
	int ret, cache, checkalias;
	unsigned long baddr = 0;

	memset(&cpa, 0, sizeof(cpa));
	/* the rounds move *addr on */
	if (!(in_flag & CPA_PAGES_ARRAY))
		baddr = make_addr_canonical_again(*addr);
	fill_request(&cpa, addr, numpages, pages, in_flag);
	what_to_change(&cpa, mask_set, mask_clr, force_split);
	checkalias = alias_counts(&cpa);
	if (in_flag & CPA_NO_CHECK_ALIAS)
		checkalias = 0;

	ret = __change_page_attr_set_clr(&cpa, checkalias);

	/* nothing was written, so nothing is stale */
	if (!(cpa.flags & CPA_FLUSHTLB))
		goto out;

	cache = lines_are_stale(mask_set);

	/* two ways to go through the pages */
	if (!ret && boot_cpu_has(X86_FEATURE_CLFLUSH)) {
		if (cpa.flags & (CPA_PAGES_ARRAY | CPA_ARRAY))
			cpa_flush_array(addr, numpages, cache, cpa.flags, pages);
		else
			cpa_flush_range(baddr, numpages, cache);
	} else {
		cpa_flush_all(cache);
	}
out:
	return ret;
}
