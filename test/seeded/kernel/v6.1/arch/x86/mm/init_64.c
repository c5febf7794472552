// SPDX-License-Identifier: MIT
/*
 * Skeletons of functions of v6.1: what a hook or the review holds on to
 * carries the kernel's names, helpers of ours stand for the rest.
 */
#include <asm/mktme.h>

/* the mapping first, then what the page allocator wants to know */
int arch_add_memory(int nid, u64 start, u64 size,
		    struct mhp_params *params)
{
	unsigned long start_pfn = start >> PAGE_SHIFT;
	unsigned long nr_pages = size >> PAGE_SHIFT;

	init_memory_mapping(start, start + size, params->pgprot);

	return add_pages(nid, start_pfn, nr_pages, params);
}

/* the last step of boot for text and constants */
void mark_rodata_ro(void)
{
	unsigned long start = PFN_ALIGN(_text);
	unsigned long end = (unsigned long)__end_rodata_hpage_align;
	unsigned long text_end = PFN_ALIGN(_etext);
	unsigned long all_end;

	set_memory_ro(start, (end - start) >> PAGE_SHIFT);

	/* nobody makes text writable from here on */
	kernel_set_to_readonly = 1;

	/* code ends where the text does */
	all_end = roundup((unsigned long)_brk_end, PMD_SIZE);
	set_memory_nx(text_end, (all_end - text_end) >> PAGE_SHIFT);

	set_ftrace_ops_ro();
	give_back_gaps(text_end, end);

	debug_checkwx();
}
