/** A page that is mapped twice changes twice: cpa_process_alias(). */

import { CPA_ARRAY, CPA_PAGES_ARRAY } from './constants.ts';
import { CPA_DATA, CPA_POINTER, cpaAddressMoving, readCpa, writeCpa } from './cpa-data.ts';
import { PAGEATTR } from './cpa-flush.ts';
import { INT, UNSIGNED_LONG } from './ctype.ts';
import { inMappedRam } from './entry.ts';
import { IMAGE, imageAddressOf, pfnInImage } from './image.ts';
import type { Frame, KernelFunction, Node, Version } from './model.ts';
import { branch, does, returnIf, returns } from './nodes.ts';

const pfnOf = (f: Frame): bigint => readCpa(f.kernel, f.get('cpa'), 'pfn');

/** A request for one address instead: a copy, so that its CPA_FLUSHTLB never comes back to the caller's flags. */
const aliasRequest = (place: string, modern: boolean): readonly Node[] => [
  does('a copy of the request', ['$alias_cpa = *$cpa'], (f) =>
    f.kernel.memory.copy(f.addressOf('alias_cpa'), f.get('cpa'), CPA_DATA),
  ),
  does('at the other address', [`$alias_cpa.vaddr = &$${place}`], (f) =>
    writeCpa(f.kernel, f.addressOf('alias_cpa'), 'vaddr', f.addressOf(place)),
  ),
  does('as a single range', ['$alias_cpa.flags &= ~(CPA_PAGES_ARRAY | CPA_ARRAY)', '$alias_cpa.flags &= ~_'], (f) => {
    const at = f.addressOf('alias_cpa');
    writeCpa(f.kernel, at, 'flags', readCpa(f.kernel, at, 'flags') & ~(CPA_PAGES_ARRAY | CPA_ARRAY));
  }),
  ...(modern
    ? [
        does('from its first page', ['$alias_cpa.curpage = 0'], (f: Frame) =>
          writeCpa(f.kernel, f.addressOf('alias_cpa'), 'curpage', 0n),
        ),
        does('one address is no longer enough to flush', ['$cpa->force_flush_all = 1'], (f: Frame) =>
          writeCpa(f.kernel, f.get('cpa'), 'force_flush_all', 1n),
        ),
      ]
    : []),
];

const changeAlias = (f: Frame): bigint =>
  f.kernel.call('__change_page_attr_set_clr', f.addressOf('alias_cpa'), 0n).bits;

const shape = (versions: readonly Version[], ownAddress: Node, modern: boolean): KernelFunction => ({
  name: 'cpa_process_alias',
  path: PAGEATTR,
  versions,
  returns: INT,
  parameters: [{ name: 'cpa', type: CPA_POINTER }],
  locals: [
    { name: 'alias_cpa', type: CPA_DATA },
    { name: 'laddr', type: UNSIGNED_LONG, init: (f) => f.kernel.machine.layout.pageOffset + (pfnOf(f) << 12n) },
    { name: 'vaddr', type: UNSIGNED_LONG },
    { name: 'temp_cpa_vaddr', type: UNSIGNED_LONG },
    { name: 'ret', type: INT },
  ],
  body: [
    returnIf(
      'the frame is not RAM',
      ['!pfn_range_is_mapped($cpa->pfn, $cpa->pfn + 1)', '!pfn_range_is_mapped(_, _)'],
      (f) => f.kernel.call('pfn_range_is_mapped', pfnOf(f), pfnOf(f) + 1n).bits === 0n,
      () => 0n,
    ),
    ownAddress,
    branch(
      'the request is not in the direct mapping',
      [
        '!(within($vaddr, PAGE_OFFSET, PAGE_OFFSET + (max_pfn_mapped << PAGE_SHIFT)))',
        '!(within($vaddr, PAGE_OFFSET, _))',
      ],
      (f) => !inMappedRam(f.kernel.machine.layout, f.get('vaddr')),
      [
        ...aliasRequest('laddr', modern),
        does('change the direct mapping', ['$ret = __change_page_attr_set_clr(&$alias_cpa, 0)'], (f) => {
          f.set('ret', changeAlias(f));
        }),
        returnIf(
          'that failed',
          ['if ($ret)', 'return $ret'],
          (f) => f.get('ret') !== 0n,
          (f) => f.get('ret'),
        ),
      ],
    ),
    branch(
      'the frame is in the kernel image, the request is not',
      [
        '!within($vaddr, (unsigned long)_text, _brk_end) && __cpa_pfn_in_highmap($cpa->pfn)',
        '__cpa_pfn_in_highmap($cpa->pfn)',
        '!within($vaddr, _, _)',
      ],
      (f) => !(f.get('vaddr') >= IMAGE.text && f.get('vaddr') < IMAGE.brkEnd) && pfnInImage(pfnOf(f)),
      [
        does(
          'its address in the high mapping',
          ['$temp_cpa_vaddr = ($cpa->pfn << PAGE_SHIFT) + __START_KERNEL_map - phys_base'],
          (f) => f.set('temp_cpa_vaddr', imageAddressOf(pfnOf(f))),
        ),
        ...aliasRequest('temp_cpa_vaddr', modern),
        does('change the high mapping, whatever comes of it', ['__change_page_attr_set_clr(&$alias_cpa, 0)'], (f) => {
          changeAlias(f);
        }),
      ],
    ),
    returns('done', ['return 0'], () => 0n),
  ],
});

const addressNow = does('the address of the page', ['$vaddr = __cpa_addr($cpa, $cpa->curpage)'], (f) =>
  f.set('vaddr', f.kernel.call('__cpa_addr', f.get('cpa'), readCpa(f.kernel, f.get('cpa'), 'curpage')).bits),
);
const addressThen = does(
  'the address of the page',
  [
    '$cpa->flags & CPA_PAGES_ARRAY',
    '$cpa->flags & CPA_ARRAY',
    '$vaddr = *$cpa->vaddr',
    '$vaddr = $cpa->vaddr[$cpa->curpage]',
    '$vaddr = (unsigned long)page_address(_)',
  ],
  (f) => f.set('vaddr', cpaAddressMoving(f.kernel, f.get('cpa'))),
);

export const CPA_ALIAS: readonly KernelFunction[] = [
  shape(['v4.18'], addressThen, false),
  shape(['v5.1', 'v6.1'], addressNow, true),
];
