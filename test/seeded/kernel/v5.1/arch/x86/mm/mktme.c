// SPDX-License-Identifier: MIT
#include <linux/gfp.h>
#include <linux/mm.h>

#include <asm/mktme.h>
#include <asm/pgalloc.h>
#include <asm/pgtable.h>
#include <asm/tlbflush.h>

unsigned long direct_mapping_size;

static int nr_keyids;

int mktme_nr_keyids(void)
{
	return nr_keyids;
}
