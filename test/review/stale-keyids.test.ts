import { expect, test } from 'vitest';
import { loadParser } from '../../server/src/c/parse/parser.ts';
import { review } from '../../server/src/review/review.ts';

const parser = await loadParser();

/** A declaration makes the patch one of the sync; its set_memory_ro() makes the change for KeyID 1 by hand, and for no other. */
const PATCH = `--- a/arch/x86/include/asm/mktme.h
+++ b/arch/x86/include/asm/mktme.h
@@ -10,3 +10,4 @@
 extern int mktme_nr_keyids(void);
 
+int sync_direct_mapping(unsigned long start, unsigned long end);
 #endif
--- a/arch/x86/mm/pageattr.c
+++ b/arch/x86/mm/pageattr.c
@@ -1950,4 +1950,8 @@ int set_memory_ro(unsigned long addr, int numpages)
 int set_memory_ro(unsigned long addr, int numpages)
 {
-	return change_page_attr_clear(&addr, numpages, __pgprot(_PAGE_RW), 0);
+	unsigned long first = addr + direct_mapping_size;
+	int ret = change_page_attr_clear(&addr, numpages, __pgprot(_PAGE_RW), 0);
+
+	change_page_attr_clear(&first, numpages, __pgprot(_PAGE_RW), 0);
+	return ret;
 }
`;

test('what no sync reaches is stale for those KeyIDs that differ, and not for all', () => {
  const [report] = review(PATCH, { file: 'x.patch', parser }).patches;
  const unhooked = report?.findings.filter(({ rule }) => rule === 'unhooked-site') ?? [];
  const stale = unhooked.map(({ message }) => /\((\w+)\(.* stale for (.*)\)$/.exec(message)?.slice(1).join(': '));
  expect(stale).toContain('set_memory_ro: KeyIDs 2-3');
  expect(stale).toContain('init_page_mktme: KeyIDs 1-3');
});
