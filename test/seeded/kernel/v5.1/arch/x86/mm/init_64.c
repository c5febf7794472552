// SPDX-License-Identifier: MIT
/*
 * Skeletons of the functions of v5.1 that build and take down the direct
 * mapping: what a hook or the review holds on to carries the kernel's names.
 */
#include <asm/mktme.h>

unsigned long __meminit
kernel_physical_mapping_init(unsigned long paddr_start, unsigned long paddr_end,
			     unsigned long page_size_mask)
{
	unsigned long vaddr, vaddr_start, vaddr_end;
	unsigned long vaddr_next, paddr_last;
	bool pgd_changed = false;

	vaddr = (unsigned long)__va(paddr_start);
	vaddr_end = (unsigned long)__va(paddr_end); /* not part of it any more */
	/* the loop moves the other one on */
	vaddr_start = vaddr;

	for (; vaddr < vaddr_end; vaddr = vaddr_next) {
		vaddr_next = behind_top_level_entry(vaddr);
		paddr_last = fill_top_level_entry(vaddr, vaddr_end, page_size_mask, &pgd_changed);
	}

	/* other page tables have tops of their own */
	if (pgd_changed)
		sync_global_pgds(vaddr_start, vaddr_end - 1);

	return paddr_last;
}

/* Whole tables go with their entries. */
static void __meminit
kernel_physical_mapping_remove(unsigned long start, unsigned long end)
{
	/* the caller's are physical */
	start = (unsigned long)__va(start); /* virtual from here on */
	end = (unsigned long)__va(end);

	remove_pagetable(start, end, true, NULL);
}

/* Takes a block of memory away. */
int __ref arch_remove_memory(int nid, u64 start, u64 size, struct vmem_altmap *altmap)
{
	unsigned long nr_pages = size >> PAGE_SHIFT;
	int ret;

	ret = forget_struct_pages(start, nr_pages, altmap);
	kernel_physical_mapping_remove(start, start + size);

	return ret;
}
