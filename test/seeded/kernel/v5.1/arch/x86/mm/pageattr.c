// SPDX-License-Identifier: MIT
/*
 * Skeletons of the functions of v5.1 that hooks stand in: what a hook or the
 * review holds on to carries the kernel's names, helpers of ours stand for
 * the rest.
 */
#include <asm/mktme.h>

/* What has changed goes out of the TLBs and, with `cache`, of the caches. */
static void cpa_flush(struct cpa_data *data, int cache)
{
	unsigned int i;
	/* its pages are named in one of three ways */
	struct cpa_data *cpa = data;

	/* others have to answer */
	BUG_ON(irqs_disabled() && !early_boot_irqs_disabled);

	/* no way to flush single lines */
	if (cache && !boot_cpu_has(X86_FEATURE_CLFLUSH)) {
		cpa_flush_all(cache);
		return;
	}

	/* page by page up to a limit */
	if (cpa->numpages > tlb_single_page_flush_ceiling)
		flush_tlb_all();
	else
		forget_translations(cpa);

	if (!cache)
		return;

	/* and their lines */
	for (i = 0; i < cpa->numpages; ++i)
		write_back_lines(cpa, i);
}

/* The direct mapping and the high one follow a request for another address. */
static int cpa_process_alias(struct cpa_data *cpa)
{
	unsigned long laddr = (unsigned long)__va(PFN_PHYS(cpa->pfn));
	struct cpa_data alias_cpa;
	unsigned long vaddr;
	int ret;

	if (!frame_has_alias(cpa))
		return 0;

	/* a request for the direct mapping is its own alias there */
	vaddr = __cpa_addr(cpa, cpa->curpage);
	if (!(within(vaddr, PAGE_OFFSET, end_of_ram()))) {
		single_page_request(&alias_cpa, cpa, &laddr);

		ret = __change_page_attr_set_clr(&alias_cpa, 0);
		if (ret)
			return ret;
	}

#ifdef CONFIG_X86_64
	/* pages of the kernel image are mapped high as well */
	change_high_alias(cpa, vaddr);
#endif

	return 0;
}

/* Round by round: a page, or as much as a huge page that stays whole. */
static int __change_page_attr_set_clr(struct cpa_data *cpa, int checkalias)
{
	int ret = 0;
	/* restored below */
	unsigned long numpages = cpa->numpages;
	unsigned long rempages = numpages;

	while (rempages) {
		begin_round(cpa, rempages);

		if (!debug_pagealloc_enabled())
			spin_lock(&cpa_lock); /* splits drop it */
		ret = __change_page_attr(cpa, checkalias);
		/* taken above: given back */
		if (!debug_pagealloc_enabled())
			spin_unlock(&cpa_lock);
		if (ret)
			goto out;

		if (checkalias) {
			/* where else the frame is mapped */
			ret = cpa_process_alias(cpa);
			if (ret)
				goto out;
		}

		rempages -= end_round(cpa);
	}

out:
	cpa->numpages = numpages;
	return ret;
}

/* A whole request. */
static int change_page_attr_set_clr(unsigned long *addr, int numpages,
		pgprot_t mask_set, pgprot_t mask_clr,
		int force_split, int in_flag,
		struct page **pages)
{
	int ret, cache, checkalias;
	struct cpa_data cpa;

	fill_request(&cpa, addr, numpages, pages, in_flag);
	what_to_change(&cpa, mask_set, mask_clr, force_split);
	checkalias = alias_counts(&cpa, in_flag);

	ret = __change_page_attr_set_clr(&cpa, checkalias);

	/* nothing was written, so nothing is stale */
	if (!(cpa.flags & CPA_FLUSHTLB))
		goto out;

	cache = lines_are_stale(mask_set);

	if (ret) {
		/* how far it came is not known here */
		cpa_flush_all(cache);
		goto out;
	}

	/* only what was asked for */
	cpa_flush(&cpa, cache);
out:
	return ret;
}

/* Four of the ways in. */
int set_memory_ro(unsigned long addr, int numpages)
{
	/* read-only ... */
	return change_page_attr_clear(&addr, numpages, __pgprot(_PAGE_RW), 0);
}

int set_memory_rw(unsigned long addr, int numpages)
{
	/* ... and writable again */
	return change_page_attr_set(&addr, numpages, __pgprot(_PAGE_RW), 0);
}

/* No alias, no flush: the caller sees to that. */
static int __set_pages_p(struct page *page, int numpages)
{
	unsigned long tempaddr = (unsigned long)page_address(page);
	struct cpa_data cpa;

	request_to_set(&cpa, &tempaddr, numpages, __pgprot(_PAGE_PRESENT | _PAGE_RW));
	return __change_page_attr_set_clr(&cpa, 0);
}

/* The same the other way round. */
static int __set_pages_np(struct page *page, int numpages)
{
	unsigned long tempaddr = (unsigned long)page_address(page);
	struct cpa_data cpa;

	request_to_clear(&cpa, &tempaddr, numpages, __pgprot(_PAGE_PRESENT | _PAGE_RW));
	return __change_page_attr_set_clr(&cpa, 0);
}

int set_direct_map_invalid_noflush(struct page *page)
{
	/* gone ... */
	return __set_pages_np(page, 1);
}

int set_direct_map_default_noflush(struct page *page)
{
	/* ... and back again */
	return __set_pages_p(page, 1);
}

/* Free pages are unmapped, pages in use are not. */
void __kernel_map_pages(struct page *page, int numpages, int enable)
{
	/* the direct mapping has small pages only: no split, no failure */
	if (enable)
		/* in use again */
		__set_pages_p(page, numpages);
	else /* free */
		__set_pages_np(page, numpages);

	preempt_disable();
	/* the other CPUs are left alone: this is for debugging */
	__flush_tlb_all();
	preempt_enable();
}
