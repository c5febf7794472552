/** set_memory_array_*() (v4.18 to v5.x) and set_pages_array_*(): many pages that have nothing to do with each other. */

import { PAGE_SIZE } from '../address.ts';
import {
  CACHE_MODE,
  CACHE_PROTVAL,
  CPA_ARRAY,
  CPA_PAGES_ARRAY,
  EINVAL,
  negative,
  PAGE_CACHE_MASK,
} from './constants.ts';
import { PAGE_POINTER } from './cpa-data.ts';
import { INT, pointerTo, UNSIGNED_LONG } from './ctype.ts';
import type { Frame, KernelFunction, Local, Node, Version } from './model.ts';
import { branch, continueIf, does, forLoop, forState, gotoIf, label, nothing, returnIf, returns } from './nodes.ts';
import { pfnOfPage } from './page.ts';
import { ALL, changeAttr, ifRet, type Parameter, pageattr, retLocal } from './pageattr-function.ts';

const OLD: readonly Version[] = ['v4.18', 'v5.1'];
const MODE_BITS: ReadonlyMap<bigint, bigint> = new Map<bigint, bigint>(
  Object.entries(CACHE_MODE).map(([name, mode]) => [mode, CACHE_PROTVAL[name as keyof typeof CACHE_MODE]]),
);

const addresses = (count: string): readonly Parameter[] => [
  { name: 'addr', type: pointerTo(UNSIGNED_LONG) },
  { name: count, type: INT },
];
const pages = (count: string): readonly Parameter[] => [
  { name: 'pages', type: pointerTo(PAGE_POINTER) },
  { name: count, type: INT },
];
const newType: Parameter = { name: 'new_type', type: INT };
const LOCALS: readonly Local[] = [
  retLocal,
  { name: 'set_type', type: INT },
  { name: 'i', type: INT },
  { name: 'j', type: INT },
  { name: 'free_idx', type: INT },
  { name: 'start', type: UNSIGNED_LONG },
  { name: 'end', type: UNSIGNED_LONG },
];

/** The elements up to a count. */
const upTo = (name: string, index: string, count: string, work: readonly Node[]): Node =>
  forLoop(
    name,
    [`for ($${index} = 0; $${index} < $${count}; $${index}++)`, `$${index} < $${count}`],
    {
      init: (f) => f.set(index, 0n),
      test: (f) => f.get(index) < f.get(count),
      update: (f) => f.set(index, f.get(index) + 1n),
    },
    work,
  );
const eachElement = (name: string, count: string, ...work: Node[]): Node => upTo(name, 'i', count, work);

/** Its physical place: what the loop over the pages leaves in `start` and `end` is the last one's. */
const placeOfPage: readonly Node[] = [
  continueIf('not in the direct mapping', ['PageHighMem($pages[$i])'], () => false),
  does('where the page begins', ['$start = page_to_pfn($pages[$i]) << PAGE_SHIFT'], (f) => {
    const page = f.kernel.memory.load(f.get('pages') + f.get('i') * 8n, PAGE_POINTER).bits;
    f.set('start', pfnOfPage(f.kernel.machine.layout, page) << 12n);
  }),
  does('where it ends', ['$end = $start + PAGE_SIZE'], (f) => f.set('end', f.get('start') + PAGE_SIZE)),
];

const RESERVE = [
  'reserve_memtype(_, _, $new_type, NULL)',
  'memtype_reserve(_, _, $new_type, NULL)',
  '$ret = reserve_memtype(_, _, $new_type, NULL)',
];
const RELEASE = [
  'free_memtype(_, _)',
  'memtype_free(_, _)',
  'free_memtype($start, $end)',
  'memtype_free($start, $end)',
];

const release = nothing('give the memory type back', ...RELEASE);
const RESERVED = 'each that is reserved';

const toWc = (f: Frame): boolean => f.get('new_type') === CACHE_MODE.WC;
const firstType = does(
  'to WC by way of UC-',
  ['$set_type = ($new_type == _PAGE_CACHE_MODE_WC) ? _PAGE_CACHE_MODE_UC_MINUS : $new_type', '$set_type = _'],
  (f) => f.set('set_type', toWc(f) ? CACHE_MODE.UC_MINUS : f.get('new_type')),
);
const bitsOf = (mode: bigint): bigint => MODE_BITS.get(mode) ?? 0n;

/** What the two forms of an array differ in. */
interface ArrayForm {
  readonly name: '_set_memory_array' | '_set_pages_array';
  readonly versions: readonly Version[];
  readonly parameters: readonly Parameter[];
  readonly count: string;
  readonly each: 'each address' | 'each page';
  /** How an element's physical range is found. */
  readonly element: readonly Node[];
  /** The request for the first type, and the one for WC: marks, and what is called. */
  readonly first: { readonly marks: readonly string[]; run(f: Frame): bigint };
  readonly wc: { readonly marks: readonly string[]; run(f: Frame): bigint };
  /** The way out on an error. */
  readonly out: { readonly label: string; readonly release: readonly Node[]; readonly returns: Node };
}

const WC = { set: CACHE_PROTVAL.WC, clear: PAGE_CACHE_MASK } as const;

/** Reserve every element, change all to the first type, and all to WC where that was asked for. */
const arrayChange = ({ name, versions, parameters, count, each, element, first, wc, out }: ArrayForm): KernelFunction =>
  pageattr({
    name,
    versions,
    parameters: [...parameters, newType],
    locals: [...LOCALS, forState(each), forState(RESERVED)],
    body: [
      // Reservations are granted for RAM.
      eachElement(
        each,
        count,
        ...element,
        gotoIf('its memory type is taken', RESERVE, () => false, out.label),
      ),
      firstType,
      does('all pages to the first type', first.marks, (f) => f.set('ret', first.run(f))),
      branch('then to WC', ['!$ret && $new_type == _PAGE_CACHE_MODE_WC'], (f) => !ifRet(f) && toWc(f), [
        does('all pages to WC', wc.marks, (f) => f.set('ret', wc.run(f))),
      ]),
      gotoIf('that failed', ['if ($ret)', `goto ${out.label}`], ifRet, out.label),
      returns('done', ['return 0'], () => 0n),
      label(out.label),
      ...out.release,
      out.returns,
    ],
  });

/** _set_memory_array(addr, addrinarray, new_type) */
const memoryArray = arrayChange({
  name: '_set_memory_array',
  versions: OLD,
  parameters: addresses('addrinarray'),
  count: 'addrinarray',
  each: 'each address',
  element: [],
  first: {
    marks: [
      '$ret = change_page_attr_set($addr, $addrinarray, cachemode2pgprot($set_type), 1)',
      '$ret = change_page_attr_set($addr, $addrinarray, _, 1)',
    ],
    run: (f) =>
      f.kernel.call('change_page_attr_set', f.get('addr'), f.get('addrinarray'), bitsOf(f.get('set_type')), 1n).bits,
  },
  wc: {
    marks: ['$ret = change_page_attr_set_clr($addr, $addrinarray, _, _, 0, CPA_ARRAY, NULL)'],
    run: (f) => changeAttr(f, f.get('addr'), f.get('addrinarray'), { ...WC, flags: CPA_ARRAY }),
  },
  out: {
    label: 'out_free',
    release: [upTo(RESERVED, 'j', 'i', [release])],
    returns: returns('the error', ['return $ret'], (f) => f.get('ret')),
  },
});

/** _set_pages_array(pages, addrinarray, new_type); v6.1 calls the count numpages. */
const pagesArray = (count: string, versions: readonly Version[]): KernelFunction =>
  arrayChange({
    name: '_set_pages_array',
    versions,
    parameters: pages(count),
    count,
    each: 'each page',
    element: placeOfPage,
    first: {
      marks: [
        `$ret = cpa_set_pages_array($pages, $${count}, cachemode2pgprot($set_type))`,
        `$ret = cpa_set_pages_array($pages, $${count}, _)`,
      ],
      run: (f) => f.kernel.call('cpa_set_pages_array', f.get('pages'), f.get(count), bitsOf(f.get('set_type'))).bits,
    },
    wc: {
      marks: [`$ret = change_page_attr_set_clr(NULL, $${count}, _, _, 0, CPA_PAGES_ARRAY, $pages)`],
      run: (f) => changeAttr(f, 0n, f.get(count), { ...WC, flags: CPA_PAGES_ARRAY, array: f.get('pages') }),
    },
    out: {
      label: 'err_out',
      release: [
        does('how many are reserved', ['$free_idx = $i'], (f) => f.set('free_idx', f.get('i'))),
        upTo(RESERVED, 'i', 'free_idx', [...placeOfPage, release]),
      ],
      returns: returns('the error', ['return -EINVAL'], () => negative(EINVAL)),
    },
  });

type Mode = 'UC_MINUS' | 'WC' | 'WT';
/** set_memory_array_uc() and its kin: `return _set_memory_array(addr, addrinarray, mode);` */
const toMode =
  (callee: string, first: string, count: string) =>
  (name: string, mode: Mode, versions: readonly Version[]): KernelFunction =>
    pageattr({
      name,
      versions,
      parameters: first === 'addr' ? addresses(count) : pages(count),
      body: [
        returns(
          'to the new type',
          [`${callee}($${first}, $${count}, _)`],
          (f) => f.kernel.call(callee, f.get(first), f.get(count), CACHE_MODE[mode]).bits,
        ),
      ],
    });

const memoryTo = toMode('_set_memory_array', 'addr', 'addrinarray');
const pagesTo = toMode('_set_pages_array', 'pages', 'addrinarray');
const pagesToNow = toMode('_set_pages_array', 'pages', 'numpages');

/** Back to write-back: set_memory_array_wb() and set_pages_array_wb(). */
const memoryBack: KernelFunction = pageattr({
  name: 'set_memory_array_wb',
  versions: OLD,
  parameters: addresses('addrinarray'),
  locals: [...LOCALS, forState('each address')],
  body: [
    does('clear the cache bits', ['$ret = change_page_attr_clear($addr, $addrinarray, _, 1)'], (f) =>
      f.set(
        'ret',
        f.kernel.call('change_page_attr_clear', f.get('addr'), f.get('addrinarray'), PAGE_CACHE_MASK, 1n).bits,
      ),
    ),
    returnIf('that failed', ['if ($ret)', 'return $ret'], ifRet, (f) => f.get('ret')),
    eachElement('each address', 'addrinarray', release),
    returns('done', ['return 0'], () => 0n),
  ],
});
const pagesBack: KernelFunction = pageattr({
  name: 'set_pages_array_wb',
  versions: ALL,
  parameters: pages('numpages'),
  locals: [...LOCALS, { name: 'retval', type: INT }, forState('each page')],
  body: [
    does('clear the cache bits', ['$retval = cpa_clear_pages_array($pages, $numpages, _)'], (f) =>
      f.set('retval', f.kernel.call('cpa_clear_pages_array', f.get('pages'), f.get('numpages'), PAGE_CACHE_MASK).bits),
    ),
    returnIf(
      'that failed',
      ['if ($retval)', 'return $retval'],
      (f) => f.get('retval') !== 0n,
      (f) => f.get('retval'),
    ),
    eachElement('each page', 'numpages', ...placeOfPage, release),
    returns('done', ['return 0'], () => 0n),
  ],
});

export const SET_ARRAYS: readonly KernelFunction[] = [
  memoryArray,
  memoryTo('set_memory_array_uc', 'UC_MINUS', OLD),
  memoryTo('set_memory_array_wc', 'WC', OLD),
  memoryTo('set_memory_array_wt', 'WT', OLD),
  memoryBack,
  pagesArray('addrinarray', OLD),
  pagesArray('numpages', ['v6.1']),
  pagesTo('set_pages_array_uc', 'UC_MINUS', OLD),
  pagesTo('set_pages_array_wc', 'WC', OLD),
  pagesToNow('set_pages_array_uc', 'UC_MINUS', ['v6.1']),
  pagesToNow('set_pages_array_wc', 'WC', ['v6.1']),
  pagesBack,
];
