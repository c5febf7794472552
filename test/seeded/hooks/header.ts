/** Hooks with what declares them: the sync's prototype and stub, and an inline function on top of it. */
import { editsOf } from '../edit.ts';
import type { GoodHook } from '../hook.ts';

const c = editsOf('arch/x86/mm/pageattr.c');
const h = editsOf('arch/x86/include/asm/mktme.h');

const LOOP = '__change_page_attr_set_clr';
const UNLOCKED = '\t\t\tspin_unlock(&cpa_lock);\n\t\tif (ret)\n\t\t\tgoto out;\n';
const SIZE = 'extern unsigned long direct_mapping_size;\n';
const OFF = 'static inline bool mktme_enabled(void)\n{\n\treturn false;\n}\n';
const DECLARATION = 'int sync_direct_mapping(unsigned long start, unsigned long end);';
const STUB_HEAD = 'static inline int sync_direct_mapping(unsigned long start, unsigned long end)';
const STUB = `
${STUB_HEAD}
{
	return 0;
}
`;
const ROUND = `
		start = (unsigned long)__va(cpa->pfn << PAGE_SHIFT);
		ret = sync_direct_mapping(start & PUD_MASK, (start & PUD_MASK) + PUD_SIZE);
		if (ret)
			goto out;
`;
const CALL = 'ret = sync_direct_mapping(start & PUD_MASK, (start & PUD_MASK) + PUD_SIZE);';

const declared: GoodHook = {
  name: 'v5.1, with declaration and stub',
  version: 'v5.1',
  edits: [
    h.after(null, SIZE, `\n${DECLARATION}\n`),
    h.after(null, OFF, STUB),
    c.after(LOOP, '\tunsigned long rempages = numpages;\n', '\tunsigned long start;\n'),
    c.after(LOOP, UNLOCKED, ROUND),
  ],
  // Hot-plug and boot are other patches' business, and the review says so.
  deserved: [`unhooked-site @ ${DECLARATION}`],
  faults: [
    { name: 'no stub', edits: [h.instead(null, STUB, '')], expect: [`missing-stub @ ${DECLARATION}`] },
    {
      name: 'a stub of another form',
      edits: [h.instead(null, STUB_HEAD, 'static inline int sync_direct_mapping(void)')],
      expect: ['signature-mismatch @ static inline int sync_direct_mapping(void)'],
    },
    {
      name: 'a declaration of another form',
      edits: [h.instead(null, DECLARATION, 'int sync_direct_mapping(void);')],
      expect: [
        'signature-mismatch @ int sync_direct_mapping(void);',
        `signature-mismatch @ ${CALL}`,
        `signature-mismatch @ ${STUB_HEAD}`,
      ],
    },
    {
      name: 'a call of another form',
      edits: [c.instead(LOOP, '(start & PUD_MASK, (start & PUD_MASK) + PUD_SIZE)', '(start & PUD_MASK)')],
      expect: ['signature-mismatch @ ret = sync_direct_mapping(start & PUD_MASK);'],
    },
    {
      name: 'the hook left out',
      edits: [c.instead(LOOP, ROUND, ''), c.instead(LOOP, '\tunsigned long start;\n', '')],
      expect: [`unhooked-site @ ${DECLARATION}`],
    },
    {
      name: 'the size for the end',
      edits: [c.instead(LOOP, '(start & PUD_MASK, (start & PUD_MASK) + PUD_SIZE)', '(start & PUD_MASK, PUD_SIZE)')],
      expect: [
        'partial-sync @ ret = sync_direct_mapping(start & PUD_MASK, PUD_SIZE);',
        'wrong-address-space @ ret = sync_direct_mapping(start & PUD_MASK, PUD_SIZE);',
      ],
    },
  ],
};

const INLINE = `
static inline int sync_direct_mapping_pfn(unsigned long pfn)
{
	unsigned long start = (unsigned long)__va(pfn << PAGE_SHIFT) & PUD_MASK;

	return sync_direct_mapping(start, start + PUD_SIZE);
}
`;
const INLINE_CALL = 'return sync_direct_mapping(start, start + PUD_SIZE);';
const BY_PFN = `
		ret = sync_direct_mapping_pfn(cpa->pfn);
		if (ret)
			goto out;
`;

const inlined: GoodHook = {
  name: 'v5.1, through an inline function in the header',
  version: 'v5.1',
  edits: [h.after(null, '\treturn false;\n}\n#endif\n', INLINE), c.after(LOOP, UNLOCKED, BY_PFN)],
  deserved: [],
  faults: [
    {
      name: 'dropped from a hooked kernel',
      onHooked: true,
      edits: [c.instead(LOOP, BY_PFN, ''), h.instead(null, INLINE, '')],
      expect: ['missing-sync @ ret = sync_direct_mapping_pfn(cpa->pfn);', `missing-sync @ ${INLINE_CALL}`],
    },
    {
      name: 'rounded to 2 MiB',
      edits: [h.instead(null, '& PUD_MASK', '& PMD_MASK'), h.instead(null, 'start + PUD_SIZE', 'start + PMD_SIZE')],
      expect: ['partial-sync @ return sync_direct_mapping(start, start + PMD_SIZE);'],
    },
    {
      name: 'the frame not turned into an address',
      edits: [h.instead(null, '(unsigned long)__va(pfn << PAGE_SHIFT)', '(pfn << PAGE_SHIFT)')],
      expect: [
        `wrong-address-space @ ${INLINE_CALL}`,
        'wrong-address-space @ unsigned long start = (pfn << PAGE_SHIFT) & PUD_MASK;',
      ],
    },
    {
      name: 'handed the index',
      edits: [c.instead(LOOP, '(cpa->pfn)', '(cpa->curpage)')],
      expect: [`partial-sync @ ${INLINE_CALL}`, 'partial-sync @ ret = sync_direct_mapping_pfn(cpa->curpage);'],
    },
    {
      name: 'the result dropped',
      edits: [c.instead(LOOP, BY_PFN, '\t\tsync_direct_mapping_pfn(cpa->pfn);\n')],
      expect: [`unchecked-result @ ${INLINE_CALL}`, 'unchecked-result @ sync_direct_mapping_pfn(cpa->pfn);'],
    },
    {
      name: 'under cpa_lock',
      edits: [
        c.instead(LOOP, BY_PFN, ''),
        c.after(
          LOOP,
          '\t\tret = __change_page_attr(cpa, checkalias);\n',
          '\t\tif (!ret)\n\t\t\tret = sync_direct_mapping_pfn(cpa->pfn);\n',
        ),
      ],
      expect: [`sync-in-atomic @ ${INLINE_CALL}`, 'sync-in-atomic @ ret = sync_direct_mapping_pfn(cpa->pfn);'],
    },
  ],
};

export const HEADER_HOOKS: readonly GoodHook[] = [declared, inlined];
