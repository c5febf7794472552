/** The public way in by address: set_memory_*(). */
import { CACHE_PROTVAL, CPA_NO_CHECK_ALIAS, PAGE_BIT, PAGE_CACHE_MASK } from './constants.ts';
import { INT, UNSIGNED_LONG } from './ctype.ts';
import type { Frame, KernelFunction, Node, Version } from './model.ts';
import { branch, does, gotoIf, label, nothing, returnIf, returns } from './nodes.ts';
import { ADDRESSES, ALL, changeAttr, ifRet, pageattr, RANGE, REQUEST_WRAPPERS, retLocal } from './pageattr-function.ts';

const setMask = (f: Frame, addr: bigint, mask: bigint): bigint =>
  f.kernel.call('change_page_attr_set', addr, f.get('numpages'), mask, 0n).bits;
const clearMask = (f: Frame, addr: bigint, mask: bigint): bigint =>
  f.kernel.call('change_page_attr_clear', addr, f.get('numpages'), mask, 0n).bits;

/** `return change_page_attr_set(&addr, numpages, ..., 0);`, with the parameter itself as the place of the address. */
const sets = (name: string, mask: bigint, versions: readonly Version[] = ALL): KernelFunction =>
  pageattr({
    name,
    parameters: RANGE,
    versions,
    body: [
      returns('set the bits', ['change_page_attr_set(&$addr, $numpages, _, 0)'], (f) =>
        setMask(f, f.addressOf('addr'), mask),
      ),
    ],
  });
const clears = (name: string, mask: bigint, versions: readonly Version[] = ALL): KernelFunction =>
  pageattr({
    name,
    parameters: RANGE,
    versions,
    body: [
      returns('clear the bits', ['change_page_attr_clear(&$addr, $numpages, _, 0)'], (f) =>
        clearMask(f, f.addressOf('addr'), mask),
      ),
    ],
  });

const ifNx = nothing('the CPU has NX', '!(__supported_pte_mask & _PAGE_NX)');
const withNxCheck = (fn: KernelFunction): KernelFunction => ({ ...fn, body: [ifNx, ...fn.body] });

/** Reservation of a memory type: bookkeeping beside the page tables, granted for RAM. */
const reserve = does(
  'reserve the memory type',
  ['$ret = reserve_memtype(_, _, _, NULL)', '$ret = memtype_reserve(_, _, _, NULL)'],
  (f) => f.set('ret', 0n),
);
const release = nothing('give the memory type back', 'free_memtype(_, _)', 'memtype_free(_, _)');
const inner = (name: string): Node =>
  does('change the memory type', [`$ret = ${name}($addr, $numpages)`], (f) =>
    f.set('ret', f.kernel.call(name, f.get('addr'), f.get('numpages')).bits),
  );
const returnRet = returns('done', ['return $ret'], (f) => f.get('ret'));

/** set_memory_uc() and set_memory_wt(): reserve, then change. */
const reserving = (name: string, versions: readonly Version[]): KernelFunction =>
  pageattr({
    name,
    parameters: RANGE,
    versions,
    locals: [retLocal],
    body: [
      reserve,
      gotoIf('not granted', ['if ($ret)', 'goto out_err'], ifRet, 'out_err'),
      inner(`_${name}`),
      gotoIf('that failed', ['if ($ret)', 'goto out_free'], ifRet, 'out_free'),
      returns('done', ['return 0'], () => 0n),
      label('out_free'),
      release,
      label('out_err'),
      returnRet,
    ],
  });

/** _set_memory_wc(): to UC- first, then to WC: two requests, two flushes. */
const innerWc = pageattr({
  name: '_set_memory_wc',
  parameters: RANGE,
  locals: [
    retLocal,
    // v4.18 works on a copy of the address for the second pass, because the first one moves it.
    { name: 'addr_copy', type: UNSIGNED_LONG, init: (f) => f.get('addr') },
  ],
  body: [
    does('to UC-', ['$ret = change_page_attr_set(&$addr, $numpages, _, 0)'], (f) =>
      f.set('ret', setMask(f, f.addressOf('addr'), CACHE_PROTVAL.UC_MINUS)),
    ),
    branch('that worked', ['!$ret'], (f) => !ifRet(f), [
      does(
        'to WC',
        [
          '$ret = change_page_attr_set_clr(&$addr_copy, $numpages, _, __pgprot(_PAGE_CACHE_MASK), 0, 0, NULL)',
          '$ret = change_page_attr_set_clr(&_, $numpages, _, _, 0, 0, NULL)',
        ],
        (f) =>
          f.set(
            'ret',
            changeAttr(f, f.addressOf('addr_copy'), f.get('numpages'), {
              set: CACHE_PROTVAL.WC,
              clear: PAGE_CACHE_MASK,
            }),
          ),
      ),
    ]),
    returnRet,
  ],
});

const setMemoryWc = pageattr({
  name: 'set_memory_wc',
  parameters: RANGE,
  locals: [retLocal],
  body: [
    reserve,
    returnIf('not granted', ['if ($ret)', 'return $ret'], ifRet, (f) => f.get('ret')),
    inner('_set_memory_wc'),
    branch('that failed', ['if ($ret)'], ifRet, [release]),
    returnRet,
  ],
});

const setMemoryWb = pageattr({
  name: 'set_memory_wb',
  parameters: RANGE,
  locals: [retLocal],
  body: [
    inner('_set_memory_wb'),
    returnIf('that failed', ['if ($ret)', 'return $ret'], ifRet, (f) => f.get('ret')),
    release,
    returns('done', ['return 0'], () => 0n),
  ],
});

const npNoalias = pageattr({
  name: 'set_memory_np_noalias',
  parameters: RANGE,
  locals: [{ name: 'cpa_flags', type: INT, init: () => CPA_NO_CHECK_ALIAS }],
  body: [
    returns(
      'clear `present` here only',
      ['change_page_attr_set_clr(&$addr, $numpages, _, __pgprot(_PAGE_PRESENT), 0, $cpa_flags, NULL)'],
      (f) =>
        changeAttr(f, f.addressOf('addr'), f.get('numpages'), { clear: PAGE_BIT.present, flags: f.get('cpa_flags') }),
    ),
  ],
});

const splitTo4k = pageattr({
  name: 'set_memory_4k',
  parameters: RANGE,
  body: [
    returns(
      'split, and nothing else',
      ['change_page_attr_set_clr(&$addr, $numpages, __pgprot(0), __pgprot(0), 1, 0, NULL)'],
      (f) => changeAttr(f, f.addressOf('addr'), f.get('numpages'), { split: true }),
    ),
  ],
});

/** set_memory_p() (clear_mce_nospec(), v5.8 and later) takes the place of the address. */
const present = pageattr({
  name: 'set_memory_p',
  parameters: [
    { name: 'addr', type: ADDRESSES },
    { name: 'numpages', type: INT },
  ],
  versions: ['v6.1'],
  body: [
    returns('set `present`', ['change_page_attr_set($addr, $numpages, __pgprot(_PAGE_PRESENT), 0)'], (f) =>
      setMask(f, f.get('addr'), PAGE_BIT.present),
    ),
  ],
});

const onFrame = (name: string, frame: (f: Frame) => bigint, body: Node): KernelFunction =>
  pageattr({
    name,
    parameters: [{ name: 'pfn', type: UNSIGNED_LONG }],
    versions: ['v6.1'],
    locals: [{ name: 'addr', type: UNSIGNED_LONG, init: frame }],
    body: [body],
  });

/** set_mce_nospec() of v5.8 and later: a poisoned page leaves the mapping, named by an address with bit 63 flipped. */
const poison = onFrame(
  'set_mce_nospec',
  (f) => (f.kernel.machine.layout.pageOffset ^ (1n << 63n)) + (f.get('pfn') << 12n),
  returns('not present', ['set_memory_np($addr, 1)'], (f) => f.kernel.call('set_memory_np', f.get('addr'), 1n).bits),
);

/** clear_mce_nospec() of v5.8 and later. */
const unpoison = onFrame(
  'clear_mce_nospec',
  (f) => f.kernel.machine.layout.pageOffset + (f.get('pfn') << 12n),
  returns(
    'present again',
    ['set_memory_p(&$addr, 1)'],
    (f) => f.kernel.call('set_memory_p', f.addressOf('addr'), 1n).bits,
  ),
);

export const SET_MEMORY: readonly KernelFunction[] = [
  ...REQUEST_WRAPPERS,
  sets('_set_memory_uc', CACHE_PROTVAL.UC_MINUS),
  reserving('set_memory_uc', ALL),
  innerWc,
  setMemoryWc,
  sets('_set_memory_wt', CACHE_PROTVAL.WT),
  reserving('set_memory_wt', ['v4.18', 'v5.1']),
  clears('_set_memory_wb', PAGE_CACHE_MASK),
  setMemoryWb,
  withNxCheck(clears('set_memory_x', PAGE_BIT.nx)),
  withNxCheck(sets('set_memory_nx', PAGE_BIT.nx)),
  clears('set_memory_ro', PAGE_BIT.rw),
  sets('set_memory_rw', PAGE_BIT.rw),
  clears('set_memory_np', PAGE_BIT.present),
  npNoalias,
  splitTo4k,
  clears('set_memory_nonglobal', PAGE_BIT.global),
  sets('set_memory_global', PAGE_BIT.global),
  present,
  poison,
  unpoison,
];
