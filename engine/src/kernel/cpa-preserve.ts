/** Can a huge page stay whole? should_split_large_page() of v5.1 and later, try_preserve_large_page() of v4.18. */
import { bytesOf } from '../address.ts';
import { PTE_POINTER, requestedProt, withoutProtNone } from './change-page-attr.ts';
import { CPA_FLUSHTLB, PAGE_BIT } from './constants.ts';
import { CPA_POINTER, readCpa, writeCpa } from './cpa-data.ts';
import { PAGEATTR } from './cpa-flush.ts';
import { type CType, INT, UNSIGNED_INT, UNSIGNED_LONG } from './ctype.ts';
import { pfnOfEntry, protOfEntry } from './entry.ts';
import type { Frame, KernelFunction, Local, Node } from './model.ts';
import { branch, does, gotoIf, label, nothing, returnIf, returns } from './nodes.ts';
import { PGPROT_T, PTE_T } from './structs.ts';
import { entryAt } from './table-entries.ts';

const ulong = (name: string): Local => ({ name, type: UNSIGNED_LONG });
const prot = (name: string): Local => ({ name, type: PGPROT_T });

const parameters: readonly { readonly name: string; readonly type: CType }[] = [
  { name: 'kpte', type: PTE_POINTER },
  { name: 'address', type: UNSIGNED_LONG },
  { name: 'cpa', type: CPA_POINTER },
];

const lockPgd = does('take pgd_lock', ['spin_lock(&pgd_lock)'], (f) => f.kernel.enterAtomic('pgd_lock'));
const unlockPgd = does('release pgd_lock', ['spin_unlock(&pgd_lock)'], (f) => f.kernel.leaveAtomic('pgd_lock'));

const splitForced = returnIf(
  'a split is asked for',
  ['$cpa->force_split'],
  (f) => readCpa(f.kernel, f.get('cpa'), 'force_split') !== 0n,
  () => 1n,
);

/** should_split_large_page(), v5.1 and later. Returns 1: split; 0: kept, done or nothing to change; < 0: error. */
const shouldSplit: KernelFunction = {
  name: 'should_split_large_page',
  path: PAGEATTR,
  versions: ['v5.1', 'v6.1'],
  returns: INT,
  parameters,
  locals: [{ name: 'do_split', type: INT }],
  body: [
    splitForced,
    lockPgd,
    does('look at the huge page', ['$do_split = __should_split_large_page($kpte, $address, $cpa)'], (f) =>
      f.set('do_split', f.kernel.call('__should_split_large_page', f.get('kpte'), f.get('address'), f.get('cpa')).bits),
    ),
    unlockPgd,
    returns('the answer', ['return $do_split'], (f) => f.get('do_split')),
  ],
};

const hugeBytes = (f: Frame): bigint => bytesOf[entryAt(f.kernel, f.get('kpte'))?.page ?? '2M'];

const lookAgain = does(
  'look the entry up again',
  ['$tmp = _lookup_address_cpa($cpa, $address, &$level)', '$tmp = _lookup_address_cpa($cpa, $address, &$level, _, _)'],
  (f) => f.set('tmp', f.kernel.call('_lookup_address_cpa', f.get('cpa'), f.get('address'), f.addressOf('level')).bits),
);

const goneMeanwhile = (f: Frame): boolean => f.get('tmp') !== f.get('kpte');
const entryValue = (f: Frame): bigint => f.kernel.memory.load(f.get('kpte'), PTE_T).bits;
const pagesInHuge = (f: Frame): bigint => f.get('psize') >> 12n;

/** What both shapes do first: how much of the request lies in this huge page, what it asks for, and the frame. */
const measure = (boundary: string): readonly Node[] => [
  does(
    'the attributes and frame now',
    ['$old_prot = pmd_pgprot(_)', '$old_prot = pud_pgprot(_)', '$old_pfn = pmd_pfn(_)'],
    (f) => {
      f.set('old_prot', protOfEntry(entryValue(f)));
      f.set('old_pfn', pfnOfEntry(entryValue(f)));
    },
  ),
  does('its size', ['$psize = page_level_size($level)'], (f) => f.set('psize', hugeBytes(f))),
  does('its mask', ['$pmask = page_level_mask($level)'], (f) => f.set('pmask', ~(f.get('psize') - 1n))),
  does('where it ends', [`$${boundary} = ($address + $psize) & $pmask`], (f) =>
    f.set(boundary, (f.get('address') + f.get('psize')) & f.get('pmask')),
  ),
  does('pages of it behind the address', [`$numpages = ($${boundary} - $address) >> PAGE_SHIFT`], (f) =>
    f.set('numpages', (f.get(boundary) - f.get('address')) >> 12n),
  ),
  does('this round covers no more', ['$numpages < $cpa->numpages', '$cpa->numpages = $numpages'], (f) => {
    if (f.get('numpages') < readCpa(f.kernel, f.get('cpa'), 'numpages')) {
      writeCpa(f.kernel, f.get('cpa'), 'numpages', f.get('numpages'));
    }
  }),
  does('start from what it has', ['$req_prot = pgprot_large_2_4k($old_prot)'], (f) =>
    f.set('req_prot', f.get('old_prot') & ~PAGE_BIT.pse),
  ),
  does(
    'what is asked for',
    ['pgprot_val($req_prot) &= ~pgprot_val($cpa->mask_clr)', 'pgprot_val($req_prot) |= pgprot_val($cpa->mask_set)'],
    (f) => f.set('req_prot', requestedProt(f, f.get('req_prot'))),
  ),
  does(
    'as a huge page has it',
    [
      '$req_prot = pgprot_4k_2_large($req_prot)',
      '$req_prot = pgprot_clear_protnone_bits($req_prot)',
      'pgprot_val($req_prot) & _PAGE_PRESENT',
    ],
    (f) => {
      const asked = withoutProtNone(f.get('req_prot'));
      f.set('req_prot', asked & PAGE_BIT.present ? asked | PAGE_BIT.pse : asked);
    },
  ),
  does('the frame at the address', ['$pfn = $old_pfn + (($address & ($psize - 1)) >> PAGE_SHIFT)'], (f) =>
    f.set('pfn', f.get('old_pfn') + ((f.get('address') & (f.get('psize') - 1n)) >> 12n)),
  ),
  does('the request is at this frame', ['$cpa->pfn = $pfn'], (f) =>
    writeCpa(f.kernel, f.get('cpa'), 'pfn', f.get('pfn')),
  ),
];

/** The huge page changes as a whole: one write, and a flush is due. */
const rewrite: readonly Node[] = [
  does('the entry to write', ['$new_pte = pfn_pte($old_pfn, $new_prot)'], (f) =>
    f.set('new_pte', (f.get('old_pfn') << 12n) | f.get('new_prot')),
  ),
  does('write the huge entry', ['__set_pmd_pte($kpte, $address, $new_pte)'], (f) => {
    f.kernel.call('__set_pmd_pte', f.get('kpte'), f.get('address'), f.get('new_pte'));
  }),
  does('a flush is due', ['$cpa->flags |= CPA_FLUSHTLB'], (f) =>
    writeCpa(f.kernel, f.get('cpa'), 'flags', readCpa(f.kernel, f.get('cpa'), 'flags') | CPA_FLUSHTLB),
  ),
];

const sharedLocals: readonly Local[] = [
  ulong('numpages'),
  ulong('pmask'),
  ulong('psize'),
  ulong('pfn'),
  ulong('old_pfn'),
  prot('old_prot'),
  prot('new_prot'),
  prot('req_prot'),
  { name: 'new_pte', type: PTE_T },
  { name: 'tmp', type: PTE_POINTER },
  { name: 'level', type: UNSIGNED_INT },
];

/** __should_split_large_page(), v5.1 and later. */
const shouldSplitLocked: KernelFunction = {
  name: '__should_split_large_page',
  path: PAGEATTR,
  versions: ['v5.1', 'v6.1'],
  returns: INT,
  parameters,
  locals: [...sharedLocals, ulong('lpaddr'), { ...prot('chk_prot'), unmodelled: true }],
  body: [
    lookAgain,
    returnIf('somebody has split it', ['$tmp != $kpte'], goneMeanwhile, () => 1n),
    ...measure('lpaddr'),
    does('where it begins', ['$lpaddr = $address & $pmask'], (f) => f.set('lpaddr', f.get('address') & f.get('pmask'))),
    does('its 4K pages', ['$numpages = $psize >> PAGE_SHIFT'], (f) => f.set('numpages', pagesInHuge(f))),
    nothing('static protections agree with what it has', '$chk_prot = static_protections($old_prot, _, _, _, _, _)'),
    returnIf(
      'nothing to change',
      ['pgprot_val($req_prot) == pgprot_val($old_prot)'],
      (f) => f.get('req_prot') === f.get('old_prot'),
      () => 0n,
    ),
    returnIf(
      'the request covers only part of it',
      ['$address != $lpaddr || $cpa->numpages != $numpages'],
      (f) => f.get('address') !== f.get('lpaddr') || readCpa(f.kernel, f.get('cpa'), 'numpages') !== f.get('numpages'),
      () => 1n,
    ),
    does(
      'static protections agree with the request',
      ['$new_prot = static_protections($req_prot, _, _, _, _, _)'],
      (f) => f.set('new_prot', f.get('req_prot')),
    ),
    ...rewrite,
    returns('kept whole', ['return 0'], () => 0n),
  ],
};

/** try_preserve_large_page(), v4.18. Returns 1: split; 0: kept. */
const tryPreserve: KernelFunction = {
  name: 'try_preserve_large_page',
  path: PAGEATTR,
  versions: ['v4.18'],
  returns: INT,
  parameters,
  locals: [...sharedLocals, ulong('nextpage_addr'), { name: 'do_split', type: INT, init: () => 1n }],
  body: [
    splitForced,
    lockPgd,
    lookAgain,
    gotoIf('somebody has split it', ['$tmp != $kpte'], goneMeanwhile, 'out_unlock'),
    ...measure('nextpage_addr'),
    does('static protections: none applies here', ['$new_prot = static_protections($req_prot, $address, $pfn)'], (f) =>
      f.set('new_prot', f.get('req_prot')),
    ),
    branch(
      'nothing to change',
      ['pgprot_val($new_prot) == pgprot_val($old_prot)'],
      (f) => f.get('new_prot') === f.get('old_prot'),
      [
        does('no split', ['$do_split = 0'], (f) => f.set('do_split', 0n)),
        gotoIf('done', ['goto out_unlock'], () => true, 'out_unlock'),
      ],
    ),
    branch(
      'the request covers all of it',
      ['$address == ($address & $pmask) && $cpa->numpages == ($psize >> PAGE_SHIFT)'],
      (f) =>
        f.get('address') === (f.get('address') & f.get('pmask')) &&
        readCpa(f.kernel, f.get('cpa'), 'numpages') === pagesInHuge(f),
      [...rewrite, does('no split', ['$do_split = 0'], (f) => f.set('do_split', 0n))],
    ),
    label('out_unlock'),
    unlockPgd,
    returns('the answer', ['return $do_split'], (f) => f.get('do_split')),
  ],
};

export const CPA_PRESERVE: readonly KernelFunction[] = [shouldSplit, shouldSplitLocked, tryPreserve];
