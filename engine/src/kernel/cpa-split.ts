/** A huge page becomes a table: split_large_page(). */
import { bytesOf, roundDown } from '../address.ts';
import { PTE_POINTER } from './change-page-attr.ts';
import { ENOMEM, GFP_KERNEL, KERNPG_TABLE, negative } from './constants.ts';
import { CPA_POINTER, PAGE_POINTER } from './cpa-data.ts';
import { PAGEATTR } from './cpa-flush.ts';
import type { CType } from './ctype.ts';
import { INT, UNSIGNED_INT, UNSIGNED_LONG } from './ctype.ts';
import { pfnOfEntry, protOfEntry } from './entry.ts';
import type { Frame, KernelFunction, Local, Node, Version } from './model.ts';
import { branch, does, nothing, returnIf, returns } from './nodes.ts';
import { pfnOfPage } from './page.ts';
import { announceSplit } from './split-table.ts';
import { PGPROT_T, PTE_T } from './structs.ts';
import { entryAt } from './table-entries.ts';

const parameter = (name: string, type: CType): { readonly name: string; readonly type: CType } => ({ name, type });

/** cpa_lock serialises CPA; with DEBUG_PAGEALLOC nothing is ever split, and it is not taken. */
export const takesCpaLock = (f: Frame): boolean => f.kernel.call('debug_pagealloc_enabled').bits === 0n;
export const lockCpa = does('take cpa_lock', ['spin_lock(&cpa_lock)'], (f) => {
  if (takesCpaLock(f)) f.kernel.enterAtomic('cpa_lock');
});
export const unlockCpa = does('release cpa_lock', ['spin_unlock(&cpa_lock)'], (f) => {
  if (takesCpaLock(f)) f.kernel.leaveAtomic('cpa_lock');
});

/** split_large_page(), v4.18 to v6.1: 0, or -ENOMEM with nothing changed. */
const splitLargePage: KernelFunction = {
  name: 'split_large_page',
  path: PAGEATTR,
  versions: ['v4.18', 'v5.1', 'v6.1'],
  returns: INT,
  parameters: [parameter('cpa', CPA_POINTER), parameter('kpte', PTE_POINTER), parameter('address', UNSIGNED_LONG)],
  locals: [{ name: 'base', type: PAGE_POINTER }],
  body: [
    unlockCpa,
    does('allocate a table', ['$base = alloc_pages(GFP_KERNEL, 0)', '$base = alloc_pages(_, 0)'], (f) => {
      announceSplit(f.kernel, f.get('address'));
      f.set('base', f.kernel.call('alloc_pages', GFP_KERNEL, 0n).bits);
    }),
    lockCpa,
    returnIf(
      'no memory',
      ['!$base', 'return -ENOMEM'],
      (f) => f.get('base') === 0n,
      () => negative(ENOMEM),
    ),
    does(
      'put it in place of the huge page',
      ['__split_large_page($cpa, $kpte, $address, $base)', '__free_page($base)'],
      (f) => {
        f.kernel.call('__split_large_page', f.get('cpa'), f.get('kpte'), f.get('address'), f.get('base'));
      },
    ),
    returns('split', ['return 0'], () => 0n),
  ],
};

const start = (f: Frame): bigint =>
  entryAt(f.kernel, f.get('kpte'))?.start ?? roundDown(f.get('address'), bytesOf['2M']);
const entryValue = (f: Frame): bigint => f.kernel.memory.load(f.get('kpte'), PTE_T).bits;

const fillTable: readonly Node[] = [
  does(
    'attributes and frame of the huge page',
    ['$ref_prot = pmd_pgprot(_)', '$ref_prot = pud_pgprot(_)', '$ref_pfn = pmd_pfn(_)', '$ref_pfn = pud_pfn(_)'],
    (f) => {
      f.set('ref_prot', protOfEntry(entryValue(f)));
      f.set('ref_pfn', pfnOfEntry(entryValue(f)));
    },
  ),
  does('where it begins', ['$lpaddr = $address & PMD_MASK', '$lpaddr = $address & PUD_MASK'], (f) =>
    f.set('lpaddr', start(f)),
  ),
  does('the first frame', ['$pfn = $ref_pfn'], (f) => f.set('pfn', f.get('ref_pfn'))),
  nothing(
    'fill the table: 512 entries that translate as the huge page does',
    '$i < PTRS_PER_PTE',
    'split_set_pte(_, _, _, _, _, _)',
    'set_pte(&$pbase[$i], pfn_pte($pfn, $ref_prot))',
  ),
  nothing('count', 'split_page_count($level)'),
];

const shape = (versions: readonly Version[], flush: Node): KernelFunction => ({
  name: '__split_large_page',
  path: PAGEATTR,
  versions,
  returns: INT,
  parameters: [
    parameter('cpa', CPA_POINTER),
    parameter('kpte', PTE_POINTER),
    parameter('address', UNSIGNED_LONG),
    parameter('base', PAGE_POINTER),
  ],
  locals: [
    ...(['lpaddr', 'ref_pfn', 'pfn'].map((name) => ({ name, type: UNSIGNED_LONG })) satisfies Local[]),
    ...(['lpinc', 'pfninc'].map((name) => ({ name, type: UNSIGNED_LONG, unmodelled: true })) satisfies Local[]),
    { name: 'pbase', type: PTE_POINTER, unmodelled: true },
    { name: 'i', type: UNSIGNED_INT, unmodelled: true },
    { name: 'level', type: UNSIGNED_INT },
    { name: 'ref_prot', type: PGPROT_T },
    { name: 'tmp', type: PTE_POINTER },
  ],
  body: [
    does('take pgd_lock', ['spin_lock(&pgd_lock)'], (f) => f.kernel.enterAtomic('pgd_lock')),
    does(
      'look the entry up again',
      [
        '$tmp = _lookup_address_cpa($cpa, $address, &$level)',
        '$tmp = _lookup_address_cpa($cpa, $address, &$level, _, _)',
      ],
      (f) =>
        f.set('tmp', f.kernel.call('_lookup_address_cpa', f.get('cpa'), f.get('address'), f.addressOf('level')).bits),
    ),
    branch('somebody has split it', ['$tmp != $kpte'], (f) => f.get('tmp') !== f.get('kpte'), [
      does('release pgd_lock', ['spin_unlock(&pgd_lock)'], (f) => f.kernel.leaveAtomic('pgd_lock')),
      returns('the new table is not needed', ['return 1'], () => 1n),
    ]),
    nothing('tell the hypervisor', 'paravirt_alloc_pte(&init_mm, page_to_pfn($base))'),
    ...fillTable,
    does(
      'link the table',
      ['__set_pmd_pte($kpte, $address, mk_pte($base, __pgprot(_KERNPG_TABLE)))', '__set_pmd_pte($kpte, $address, _)'],
      (f) => {
        const table = (pfnOfPage(f.kernel.machine.layout, f.get('base')) << 12n) | KERNPG_TABLE;
        f.kernel.call('__set_pmd_pte', f.get('kpte'), f.get('address'), table);
      },
    ),
    flush,
    does('release pgd_lock', ['spin_unlock(&pgd_lock)'], (f) => f.kernel.leaveAtomic('pgd_lock')),
    returns('split', ['return 0'], () => 0n),
  ],
});

const flushEverywhere = does('no TLB may hold the huge page beside its parts', ['flush_tlb_all()'], (f) => {
  f.kernel.call('flush_tlb_all');
});
/** v4.18 flushes here on this CPU only; __change_page_attr() flushes the others. */
const flushHere = does('flush this CPU (Atom erratum)', ['__flush_tlb_all()'], (f) => {
  f.kernel.call('__flush_tlb_all');
});

export const CPA_SPLIT: readonly KernelFunction[] = [
  splitLargePage,
  shape(['v4.18'], flushHere),
  shape(['v5.1', 'v6.1'], flushEverywhere),
];
