/* SPDX-License-Identifier: MIT */
#ifndef MKTME_SKELETON_H
#define MKTME_SKELETON_H

#ifdef CONFIG_X86_INTEL_MKTME
/* from one KeyID's direct mapping to the next, in bytes */
extern unsigned long direct_mapping_size;

bool mktme_enabled(void);
int mktme_nr_keyids(void);
int mktme_keyid_shift(void);
#else
static inline bool mktme_enabled(void)
{
	return false;
}
#endif

#endif
