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

test('what is stale is named for those KeyIDs that differ, and not for all', () => {
  const [report] = review(PATCH, { file: 'x.patch', parser }).patches;
  const messages = (slug: string) =>
    report?.findings.filter(({ rule }) => rule === slug).map(({ message }) => message) ?? [];
  expect(messages('partial-sync')).toContainEqual(expect.stringMatching(/^KeyIDs 2-3 keep .*set_memory_ro/));
  expect(messages('unhooked-site')).toContainEqual(
    expect.stringMatching(/init_page_mktme\(.* stale for KeyIDs 1-3\)$/),
  );
});
