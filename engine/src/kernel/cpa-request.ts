/** A whole request: change_page_attr_set_clr(), with `cpa` as its local struct. */

import {
  CPA_ARRAY,
  CPA_FLUSHTLB,
  CPA_NO_CHECK_ALIAS,
  CPA_PAGES_ARRAY,
  PAGE_BIT,
  PAGE_CACHE_MASK,
} from './constants.ts';
import { CPA_DATA, type CpaField, clearCpa, PAGE_POINTER, readCpa, writeCpa } from './cpa-data.ts';
import { PAGEATTR } from './cpa-flush.ts';
import type { CType } from './ctype.ts';
import { INT, pointerTo, UNSIGNED_LONG } from './ctype.ts';
import type { Frame, KernelFunction, Local, Node, Version } from './model.ts';
import { branch, does, forLoop, forState, gotoIf, label, nothing, returnIf, returns } from './nodes.ts';
import { PGPROT_T } from './structs.ts';

const failed = (f: Frame): boolean => f.get('ret') !== 0n;
const at = (f: Frame): bigint => f.addressOf('cpa');
const fill = (name: CpaField, from: string | null): Node =>
  does(`fill in ${name}`, [`$cpa.${name} = ${from === null ? '0' : `$${from}`}`], (f) =>
    writeCpa(f.kernel, at(f), name, from === null ? 0n : f.get(from)),
  );

const align = (f: Frame, place: bigint): void => {
  const { memory } = f.kernel;
  const address = memory.load(place, UNSIGNED_LONG);
  memory.store(place, { ...address, bits: address.bits & ~0xfffn });
};

const notAligned = (f: Frame, place: bigint): boolean =>
  (f.kernel.memory.load(place, UNSIGNED_LONG).bits & 0xfffn) !== 0n;
/** Page by page or for a whole range: `address` is how C writes the address, `place` where it is. */
const toPage = (address: string, place: (f: Frame) => bigint): Node =>
  branch('no page begins there', [`${address} & ~PAGE_MASK`], (f) => notAligned(f, place(f)), [
    does('to the page', [`${address} &= PAGE_MASK`], (f) => align(f, place(f))),
    nothing('callers should not do that', 'WARN_ON_ONCE(1)'),
  ]);

const flag = (f: Frame, bits: bigint): boolean => (f.get('in_flag') & bits) !== 0n;

const prepare = (range: readonly Node[]): readonly Node[] => [
  does('an empty request', ['memset(&$cpa, 0, sizeof($cpa))'], (f) => clearCpa(f.kernel, at(f))),
  nothing('only what the CPU supports', '$mask_set = canon_pgprot($mask_set)'),
  returnIf(
    'nothing asked for',
    ['!pgprot_val($mask_set) && !pgprot_val($mask_clr) && !$force_split'],
    (f) => !f.get('mask_set') && !f.get('mask_clr') && !f.get('force_split'),
    () => 0n,
  ),
  branch('an array of addresses', ['$in_flag & CPA_ARRAY'], (f) => flag(f, CPA_ARRAY), [
    forLoop(
      'each address',
      ['for ($i = 0; $i < $numpages; $i++)', '$i < $numpages'],
      {
        init: (f) => f.set('i', 0n),
        test: (f) => f.get('i') < f.get('numpages'),
        update: (f) => f.set('i', f.get('i') + 1n),
      },
      [toPage('$addr[$i]', (f) => f.get('addr') + f.get('i') * 8n)],
    ),
  ]),
  branch('a single range', ['!($in_flag & CPA_PAGES_ARRAY)'], (f) => !flag(f, CPA_ARRAY) && !flag(f, CPA_PAGES_ARRAY), [
    toPage('*$addr', (f) => f.get('addr')),
    ...range,
  ]),
  nothing('no alias in the highmem code', 'kmap_flush_unused()'),
  nothing('no stale vmalloc alias', 'vm_unmap_aliases()'),
  fill('vaddr', 'addr'),
  fill('pages', 'pages'),
  fill('numpages', 'numpages'),
  fill('mask_set', 'mask_set'),
  fill('mask_clr', 'mask_clr'),
  fill('flags', null),
  fill('curpage', null),
  fill('force_split', 'force_split'),
  does('the array modes', ['$in_flag & (CPA_ARRAY | CPA_PAGES_ARRAY)', '$cpa.flags |= $in_flag'], (f) => {
    if (flag(f, CPA_ARRAY | CPA_PAGES_ARRAY)) {
      writeCpa(f.kernel, at(f), 'flags', readCpa(f.kernel, at(f), 'flags') | f.get('in_flag'));
    }
  }),
  does(
    'no alias for a change of NX alone',
    ['$checkalias = (pgprot_val($mask_set) | pgprot_val($mask_clr)) != _PAGE_NX', '$checkalias = _ != _PAGE_NX'],
    (f) => f.set('checkalias', (f.get('mask_set') | f.get('mask_clr')) !== PAGE_BIT.nx ? 1n : 0n),
  ),
  does('nor where the caller says so', ['$in_flag & CPA_NO_CHECK_ALIAS', '$checkalias = 0'], (f) => {
    if (flag(f, CPA_NO_CHECK_ALIAS)) f.set('checkalias', 0n);
  }),
  does('change all pages', ['$ret = __change_page_attr_set_clr(&$cpa, $checkalias)'], (f) =>
    f.set('ret', f.kernel.call('__change_page_attr_set_clr', at(f), f.get('checkalias')).bits),
  ),
  gotoIf(
    'nothing changed',
    ['!($cpa.flags & CPA_FLUSHTLB)'],
    (f) => !(readCpa(f.kernel, at(f), 'flags') & CPA_FLUSHTLB),
    'out',
  ),
  does('does the memory type change?', ['$cache = !!pgprot2cachemode($mask_set)'], (f) =>
    f.set('cache', f.get('mask_set') & PAGE_CACHE_MASK ? 1n : 0n),
  ),
];

const flushAll = does('flush everything', ['cpa_flush_all($cache)'], (f) => {
  f.kernel.call('cpa_flush_all', f.get('cache'));
});
const finish: readonly Node[] = [label('out'), returns('done', ['return $ret'], (f) => f.get('ret'))];

const parameters: readonly { readonly name: string; readonly type: CType }[] = [
  { name: 'addr', type: pointerTo(UNSIGNED_LONG) },
  { name: 'numpages', type: INT },
  { name: 'mask_set', type: PGPROT_T },
  { name: 'mask_clr', type: PGPROT_T },
  { name: 'force_split', type: INT },
  { name: 'in_flag', type: INT },
  { name: 'pages', type: pointerTo(PAGE_POINTER) },
];

const requestShape = (
  versions: readonly Version[],
  locals: readonly Local[],
  body: readonly Node[],
): KernelFunction => ({
  name: 'change_page_attr_set_clr',
  path: PAGEATTR,
  versions,
  returns: INT,
  parameters,
  locals: [
    { name: 'cpa', type: CPA_DATA },
    { name: 'ret', type: INT },
    { name: 'cache', type: INT },
    { name: 'checkalias', type: INT },
    { name: 'i', type: INT },
    forState('each address'),
    ...locals,
  ],
  body,
});

const request = requestShape(
  ['v5.1', 'v6.1'],
  [],
  [
    ...prepare([]),
    branch('an error', ['if ($ret)'], failed, [flushAll, gotoIf('done', ['goto out'], () => true, 'out')]),
    does('flush what changed', ['cpa_flush(&$cpa, $cache)'], (f) => {
      f.kernel.call('cpa_flush', at(f), f.get('cache'));
    }),
    ...finish,
  ],
);

const inArrays = (f: Frame): boolean => (readCpa(f.kernel, at(f), 'flags') & (CPA_ARRAY | CPA_PAGES_ARRAY)) !== 0n;
const clflushes = (f: Frame): boolean => !failed(f) && f.kernel.facts.clflush;

const requestV4 = requestShape(
  ['v4.18'],
  [{ name: 'baddr', type: UNSIGNED_LONG, init: () => 0n }],
  [
    ...prepare([
      does(
        'keep the start: the loop moves *addr',
        ['$baddr = make_addr_canonical_again(*$addr)', '$baddr = *$addr'],
        (f) => f.set('baddr', f.kernel.call('fix_addr', f.kernel.memory.load(f.get('addr'), UNSIGNED_LONG)).bits),
      ),
    ]),
    branch('success, and clflush at hand', ['!$ret && boot_cpu_has(X86_FEATURE_CLFLUSH)'], clflushes, [
      branch('an array', ['$cpa.flags & (CPA_PAGES_ARRAY | CPA_ARRAY)'], inArrays, [
        does('flush each page', ['cpa_flush_array($addr, $numpages, $cache, $cpa.flags, $pages)'], (f) => {
          const flags = readCpa(f.kernel, at(f), 'flags');
          f.kernel.call('cpa_flush_array', f.get('addr'), f.get('numpages'), f.get('cache'), flags, f.get('pages'));
        }),
      ]),
      branch('a single range', ['cpa_flush_range($baddr, $numpages, $cache)'], (f) => !inArrays(f), [
        does('flush the range', ['cpa_flush_range($baddr, $numpages, $cache)'], (f) => {
          f.kernel.call('cpa_flush_range', f.get('baddr'), f.get('numpages'), f.get('cache'));
        }),
      ]),
    ]),
    branch('an error, or no clflush', ['cpa_flush_all($cache)'], (f) => !clflushes(f), [flushAll]),
    ...finish,
  ],
);

export const CPA_REQUEST: readonly KernelFunction[] = [request, requestV4];
