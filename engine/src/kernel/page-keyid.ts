/**
 * A page gets its KeyID when it is allocated and gives it back when it is freed (arch/x86/mm/mktme.c of the posted series).
 * Between two owners the lines of the old KeyID have to leave the caches.
 */
import { PAGE_SIZE } from '../address.ts';
import { PAGE_POINTER } from './cpa-data.ts';
import { BOOL, INT, UNSIGNED_INT, VOID } from './ctype.ts';
import type { Frame, KernelFunction, Node } from './model.ts';
import { branch, does, forLoop, forState, nothing } from './nodes.ts';
import { pfnOfPage } from './page.ts';
import { keyIdAddressOfPage, setPageKeyId } from './page-ext.ts';
import { ALL, type Parameter } from './pageattr-function.ts';

const BYTES_PER_PAGE_STRUCT = 64n;

const flush = does(
  "flush the lines of the page's KeyID",
  ['clflush_cache_range(page_address($page), _)', 'clflush_cache_range(_, _)'],
  ({ kernel, get }) => {
    const address = keyIdAddressOfPage(kernel.memory, kernel.machine.layout, get('page'));
    kernel.call('clflush_cache_range', address, PAGE_SIZE << get('order'));
  },
);

const give = (f: Frame, keyId: bigint): void =>
  setPageKeyId(f.kernel.memory, pfnOfPage(f.kernel.machine.layout, f.get('page')), keyId);

const EACH = 'each page';
const eachPage = (body: readonly Node[]): Node =>
  forLoop(
    EACH,
    ['for ($i = 0; $i < (1 << $order); $i++)', '$i < (1 << $order)'],
    {
      init: (f) => f.set('i', 0n),
      test: (f) => f.get('i') < 1n << f.get('order'),
      update: (f) => f.set('i', f.get('i') + 1n),
    },
    [...body, does('the next page', ['$page++'], (f) => f.set('page', f.get('page') + BYTES_PER_PAGE_STRUCT))],
  );

const handover = (name: string, more: readonly Parameter[], body: readonly Node[]): KernelFunction => ({
  name,
  path: ['arch/x86/mm/mktme.c'],
  versions: ALL,
  returns: VOID,
  parameters: [{ name: 'page', type: PAGE_POINTER }, { name: 'order', type: INT }, ...more],
  locals: [{ name: 'i', type: UNSIGNED_INT }, forState(EACH)],
  body,
});

export const PAGE_KEYID: readonly KernelFunction[] = [
  handover(
    '__prep_encrypted_page',
    [
      { name: 'keyid', type: INT },
      { name: 'zero', type: BOOL },
    ],
    [
      flush,
      eachPage([
        nothing('it has no KeyID yet', 'WARN_ON_ONCE(lookup_page_ext($page)->keyid)'),
        does('it has the KeyID', ['lookup_page_ext($page)->keyid = $keyid'], (f) => give(f, f.get('keyid'))),
        branch('zero it', ['if ($zero)'], (f) => f.get('zero') !== 0n, [
          does('under that KeyID', ['clear_highpage($page)'], (f) => {
            f.kernel.call('clear_highpage', f.get('page'));
          }),
        ]),
      ]),
    ],
  ),
  handover(
    'free_encrypted_page',
    [],
    [
      flush,
      eachPage([
        nothing('a KeyID that there is', 'WARN_ON_ONCE(lookup_page_ext($page)->keyid > mktme_nr_keyids)'),
        does('back to KeyID-0', ['lookup_page_ext($page)->keyid = 0'], (f) => give(f, 0n)),
      ]),
    ],
  ),
];
