/** One page or one huge page of a request: __change_page_attr() and the question whether a huge page can stay whole. */

import { CPA_FLUSHTLB, EFAULT, EINVAL, negative, PAGE_BIT, PG_LEVEL } from './constants.ts';
import { CPA_POINTER, cpaAddressMoving, readCpa, writeCpa } from './cpa-data.ts';
import { PAGEATTR } from './cpa-flush.ts';
import type { CType } from './ctype.ts';
import { INT, pointerTo, UNSIGNED_INT, UNSIGNED_LONG } from './ctype.ts';
import { inMappedRam, pfnOfEntry, protOfEntry } from './entry.ts';
import { pfnInImage } from './image.ts';
import type { Frame, KernelFunction, Node, Version } from './model.ts';
import { branch, does, gotoIf, label, nothing, returnIf, returns } from './nodes.ts';
import { requestedPage } from './requested-page.ts';
import { announceSplit } from './split-table.ts';
import { PGPROT_T, PTE_T } from './structs.ts';

export const PTE_POINTER: CType = pointerTo(PTE_T);

const cpaOf = (f: Frame): bigint => f.get('cpa');

/** `(old & ~mask_clr) | mask_set`, the attribute bits a request asks for. */
export const requestedProt = (f: Frame, old: bigint): bigint =>
  (old & ~readCpa(f.kernel, cpaOf(f), 'mask_clr')) | readCpa(f.kernel, cpaOf(f), 'mask_set');

/** pgprot_clear_protnone_bits(): _PAGE_GLOBAL of an entry that is not present would mean PROTNONE. */
export const withoutProtNone = (prot: bigint): bigint => (prot & PAGE_BIT.present ? prot : prot & ~PAGE_BIT.global);

const setFlush = (f: Frame): void => {
  writeCpa(f.kernel, cpaOf(f), 'flags', readCpa(f.kernel, cpaOf(f), 'flags') | CPA_FLUSHTLB);
};

/** The entry is a pte: rewrite it. cpa->pfn becomes its frame; CPA_FLUSHTLB is set only if its value changes. */
const changePte: readonly Node[] = [
  does('its attributes now', ['$new_prot = pte_pgprot($old_pte)'], (f) =>
    f.set('new_prot', protOfEntry(f.get('old_pte'))),
  ),
  does('its frame', ['$pfn = pte_pfn($old_pte)'], (f) => f.set('pfn', pfnOfEntry(f.get('old_pte')))),
  does('clear what is to be cleared', ['pgprot_val($new_prot) &= ~pgprot_val($cpa->mask_clr)'], (f) =>
    f.set('new_prot', f.get('new_prot') & ~readCpa(f.kernel, cpaOf(f), 'mask_clr')),
  ),
  does('set what is to be set', ['pgprot_val($new_prot) |= pgprot_val($cpa->mask_set)'], (f) =>
    f.set('new_prot', f.get('new_prot') | readCpa(f.kernel, cpaOf(f), 'mask_set')),
  ),
  nothing('count the page', 'cpa_inc_4k_install()'),
  nothing(
    'static protections: none applies here',
    '$new_prot = static_protections($new_prot, $address, $pfn, 1, 0, CPA_PROTECT)',
    '$new_prot = static_protections($new_prot, $address, $pfn)',
  ),
  nothing('no page both writable and executable', '$new_prot = verify_rwx(_, $new_prot, $address, $pfn, 1, _, _)'),
  does('no PROTNONE', ['$new_prot = pgprot_clear_protnone_bits($new_prot)'], (f) =>
    f.set('new_prot', withoutProtNone(f.get('new_prot'))),
  ),
  does('the entry to write', ['$new_pte = pfn_pte($pfn, $new_prot)'], (f) =>
    f.set('new_pte', (f.get('pfn') << 12n) | f.get('new_prot')),
  ),
  does('the request is at this frame', ['$cpa->pfn = $pfn'], (f) => writeCpa(f.kernel, cpaOf(f), 'pfn', f.get('pfn'))),
  branch(
    'the value changes',
    ['pte_val($old_pte) != pte_val($new_pte)'],
    (f) => f.get('old_pte') !== f.get('new_pte'),
    [
      does('write the entry', ['set_pte_atomic($kpte, $new_pte)'], (f) => {
        f.kernel.call('set_pte_atomic', f.get('kpte'), f.get('new_pte'));
      }),
      does('a flush is due', ['$cpa->flags |= CPA_FLUSHTLB'], setFlush),
    ],
  ),
  does('one page done', ['$cpa->numpages = 1'], (f) => writeCpa(f.kernel, cpaOf(f), 'numpages', 1n)),
  returns('done', ['return 0'], () => 0n),
];

const processFault = (f: Frame): bigint =>
  f.kernel.call('__cpa_process_fault', cpaOf(f), f.get('address'), f.get('primary')).bits;

const lookUp: readonly Node[] = [
  label('repeat'),
  returnIf('the page that fails in this scenario', [], pageFails, () => negative(EINVAL)),
  does(
    'look up its entry',
    [
      '$kpte = _lookup_address_cpa($cpa, $address, &$level)',
      '$kpte = _lookup_address_cpa($cpa, $address, &$level, _, _)',
      '_lookup_address_cpa($cpa, $address, &$level)',
    ],
    (f) => f.set('kpte', f.kernel.call('_lookup_address_cpa', cpaOf(f), f.get('address'), f.addressOf('level')).bits),
  ),
  returnIf(
    'no table there',
    ['!$kpte', '__cpa_process_fault($cpa, $address, $primary)'],
    (f) => f.get('kpte') === 0n,
    processFault,
  ),
  does('read the entry', ['$old_pte = *$kpte'], (f) =>
    f.set('old_pte', f.kernel.memory.load(f.get('kpte'), PTE_T).bits),
  ),
  returnIf(
    'an empty entry',
    ['pte_none($old_pte)', '!pte_val($old_pte)'],
    (f) => f.get('old_pte') === 0n,
    processFault,
  ),
  branch('a 4K page', ['$level == PG_LEVEL_4K'], (f) => f.get('level') === PG_LEVEL['4K'], changePte),
];

function pageFails(f: Frame): boolean {
  const { failPage } = f.kernel.facts;
  return (
    failPage !== null &&
    f.get('primary') !== 0n &&
    requestedPage(f.kernel, cpaOf(f), f.get('address')) === BigInt(failPage)
  );
}

const askSplit = (callee: string, ...marks: string[]): Node =>
  does('can the huge page stay whole?', marks, (f) =>
    f.set('do_split', f.kernel.call(callee, f.get('kpte'), f.get('address'), cpaOf(f)).bits),
  );

const stayedWhole = returnIf(
  'it stays whole, or that failed',
  ['$do_split <= 0'],
  (f) => BigInt.asIntN(32, f.get('do_split')) <= 0n,
  (f) => f.get('do_split'),
);

const splitIt = does('split it', ['$err = split_large_page($cpa, $kpte, $address)'], (f) => {
  announceSplit(f.kernel, f.get('address'));
  f.set('err', f.kernel.call('split_large_page', cpaOf(f), f.get('kpte'), f.get('address')).bits);
});

const splitFailed = returns('the split failed', ['return $err'], (f) => f.get('err'));

const shape = (versions: readonly Version[], body: readonly Node[]): KernelFunction => ({
  name: '__change_page_attr',
  path: PAGEATTR,
  versions,
  returns: INT,
  parameters: [
    { name: 'cpa', type: CPA_POINTER },
    { name: 'primary', type: INT },
  ],
  locals: [
    { name: 'address', type: UNSIGNED_LONG },
    { name: 'do_split', type: INT },
    { name: 'err', type: INT },
    { name: 'level', type: UNSIGNED_INT },
    { name: 'kpte', type: PTE_POINTER },
    { name: 'old_pte', type: PTE_T },
    { name: 'new_pte', type: PTE_T },
    { name: 'new_prot', type: PGPROT_T },
    { name: 'pfn', type: UNSIGNED_LONG },
  ],
  body,
});

const modern = shape(
  ['v5.1', 'v6.1'],
  [
    does(
      'the address of the page',
      ['$address = __cpa_addr($cpa, $cpa->curpage)', '__cpa_addr($cpa, $cpa->curpage)'],
      (f) => f.set('address', f.kernel.call('__cpa_addr', cpaOf(f), readCpa(f.kernel, cpaOf(f), 'curpage')).bits),
    ),
    ...lookUp,
    askSplit('should_split_large_page', '$do_split = should_split_large_page($kpte, $address, $cpa)'),
    stayedWhole,
    splitIt,
    gotoIf('again, with smaller pages', ['!$err', 'goto repeat'], (f) => f.get('err') === 0n, 'repeat'),
    splitFailed,
  ],
);

const v4 = shape(
  ['v4.18'],
  [
    does(
      'the address of the page',
      [
        '$cpa->flags & CPA_PAGES_ARRAY',
        '$cpa->flags & CPA_ARRAY',
        '$address = $cpa->vaddr[$cpa->curpage]',
        '$address = *$cpa->vaddr',
        '$address = (unsigned long)page_address(_)',
      ],
      (f) => f.set('address', cpaAddressMoving(f.kernel, cpaOf(f))),
    ),
    ...lookUp,
    askSplit('try_preserve_large_page', '$do_split = try_preserve_large_page($kpte, $address, $cpa)'),
    stayedWhole,
    splitIt,
    branch('split', ['!$err'], (f) => f.get('err') === 0n, [
      does('no TLB may hold the huge page beside its parts', ['flush_tlb_all()'], (f) => {
        f.kernel.call('flush_tlb_all');
      }),
      gotoIf('again, with smaller pages', ['goto repeat'], () => true, 'repeat'),
    ]),
    splitFailed,
  ],
);

/** __cpa_process_fault(): an address without an entry. Holes in the direct mapping are stepped over. */
const fault: KernelFunction = {
  name: '__cpa_process_fault',
  path: PAGEATTR,
  versions: ['v4.18', 'v5.1', 'v6.1'],
  returns: INT,
  parameters: [
    { name: 'cpa', type: CPA_POINTER },
    { name: 'vaddr', type: UNSIGNED_LONG },
    { name: 'primary', type: INT },
  ],
  locals: [],
  body: [
    branch('only the alias', ['!$primary'], (f) => f.get('primary') === 0n, [
      does('one page done', ['$cpa->numpages = 1'], (f) => writeCpa(f.kernel, cpaOf(f), 'numpages', 1n)),
      returns('nothing to do', ['return 0'], () => 0n),
    ]),
    branch(
      'a hole in the direct mapping',
      ['within($vaddr, PAGE_OFFSET, PAGE_OFFSET + (max_pfn_mapped << PAGE_SHIFT))', 'within($vaddr, PAGE_OFFSET, _)'],
      (f) => inMappedRam(f.kernel.machine.layout, f.get('vaddr')),
      [
        does('one page done', ['$cpa->numpages = 1'], (f) => writeCpa(f.kernel, cpaOf(f), 'numpages', 1n)),
        does('the request is at this frame', ['$cpa->pfn = __pa($vaddr) >> PAGE_SHIFT'], (f) =>
          writeCpa(f.kernel, cpaOf(f), 'pfn', (f.get('vaddr') - f.kernel.machine.layout.pageOffset) >> 12n),
        ),
        returns('nothing to do', ['return 0'], () => 0n),
      ],
    ),
    branch(
      'a hole in the high mapping',
      ['__cpa_pfn_in_highmap($cpa->pfn)'],
      (f) => pfnInImage(readCpa(f.kernel, cpaOf(f), 'pfn')),
      [returns('allowed, but an error', ['return -EFAULT'], () => negative(EFAULT))],
    ),
    returns('no entry where one must be', ['return -EFAULT', 'WARN(1, _)'], () => negative(EFAULT)),
  ],
};

export const CHANGE_PAGE_ATTR: readonly KernelFunction[] = [v4, modern, fault];
