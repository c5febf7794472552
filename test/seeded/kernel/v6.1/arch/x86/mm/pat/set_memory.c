// SPDX-License-Identifier: MIT
/*
 * Skeleton of a function of v6.1: what a hook or the review holds on to
 * carries the kernel's names, helpers of ours stand for the rest.
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

	/* page by page, unless an alias has changed as well */
	if (!cpa->force_flush_all && cpa->numpages <= tlb_single_page_flush_ceiling)
		forget_translations(cpa);
	else
		flush_tlb_all();

	if (!cache)
		return;

	/* and their lines */
	for (i = 0; i < cpa->numpages; ++i)
		write_back_lines(cpa, i);
}
