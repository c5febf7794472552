/** What the functions of pageattr.c (later pat/set_memory.c) are made of, and the small ones that all requests go through. */
import { CPA_ARRAY, CPA_PAGES_ARRAY } from './constants.ts';
import { PAGE_POINTER } from './cpa-data.ts';
import { PAGEATTR } from './cpa-flush.ts';
import { type CType, INT, pointerTo, UNSIGNED_LONG } from './ctype.ts';
import type { Frame, KernelFunction, Local, Node, Version } from './model.ts';
import { returns } from './nodes.ts';
import { PGPROT_T } from './structs.ts';

export const ALL: readonly Version[] = ['v4.18', 'v5.1', 'v6.1'];
export const ADDRESSES = pointerTo(UNSIGNED_LONG);

export interface Parameter {
  readonly name: string;
  readonly type: CType;
}
export const RANGE: readonly Parameter[] = [
  { name: 'addr', type: UNSIGNED_LONG },
  { name: 'numpages', type: INT },
];

export interface Shape {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly versions?: readonly Version[];
  readonly locals?: readonly Local[];
  readonly body: readonly Node[];
}

/** A function of pageattr.c (later pat/set_memory.c) that returns an int. */
export const pageattr = ({ name, parameters, versions = ALL, locals = [], body }: Shape): KernelFunction => ({
  name,
  path: PAGEATTR,
  versions,
  returns: INT,
  parameters,
  locals,
  body,
});

/** change_page_attr_set_clr(addr, numpages, set, clear, force_split, in_flag, pages) */
export const changeAttr = (
  f: Frame,
  addr: bigint,
  pages: bigint,
  request: { set?: bigint; clear?: bigint; split?: boolean; flags?: bigint; array?: bigint },
): bigint =>
  f.kernel.call(
    'change_page_attr_set_clr',
    addr,
    pages,
    request.set ?? 0n,
    request.clear ?? 0n,
    request.split ? 1n : 0n,
    request.flags ?? 0n,
    request.array ?? 0n,
  ).bits;

/** change_page_attr_set() and _clear(): one mask, at one address or (array) at each of several. */
const oneMask = (which: 'set' | 'clear'): KernelFunction =>
  pageattr({
    name: `change_page_attr_${which}`,
    parameters: [
      { name: 'addr', type: ADDRESSES },
      { name: 'numpages', type: INT },
      { name: 'mask', type: PGPROT_T },
      { name: 'array', type: INT },
    ],
    body: [
      returns(
        'the request',
        [
          'return change_page_attr_set_clr($addr, $numpages, _, _, 0, ($array ? CPA_ARRAY : 0), NULL)',
          'change_page_attr_set_clr($addr, $numpages, _, _, 0, _, NULL)',
        ],
        (f) =>
          changeAttr(f, f.get('addr'), f.get('numpages'), {
            [which]: f.get('mask'),
            flags: f.get('array') ? CPA_ARRAY : 0n,
          }),
      ),
    ],
  });

/** cpa_set_pages_array() and cpa_clear_pages_array(): by struct page; the address is NULL. */
const pagesArray = (which: 'set' | 'clear'): KernelFunction =>
  pageattr({
    name: `cpa_${which}_pages_array`,
    parameters: [
      { name: 'pages', type: pointerTo(PAGE_POINTER) },
      { name: 'numpages', type: INT },
      { name: 'mask', type: PGPROT_T },
    ],
    body: [
      returns('the request', ['change_page_attr_set_clr(NULL, $numpages, _, _, 0, CPA_PAGES_ARRAY, $pages)'], (f) =>
        changeAttr(f, 0n, f.get('numpages'), {
          [which]: f.get('mask'),
          flags: CPA_PAGES_ARRAY,
          array: f.get('pages'),
        }),
      ),
    ],
  });

export const ifRet = (f: Frame): boolean => f.get('ret') !== 0n;
export const retLocal: Local = { name: 'ret', type: INT };

export const REQUEST_WRAPPERS: readonly KernelFunction[] = [
  oneMask('set'),
  oneMask('clear'),
  pagesArray('set'),
  pagesArray('clear'),
];
