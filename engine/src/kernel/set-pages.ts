/** set_pages_*(page, numpages): the same requests by struct page, turned into an address first. */

import { PAGE_POINTER } from './cpa-data.ts';
import { INT, UNSIGNED_LONG } from './ctype.ts';
import type { KernelFunction, Version } from './model.ts';
import { returns } from './nodes.ts';
import { addressOfPage } from './page.ts';
import { ALL, pageattr } from './pageattr-function.ts';

const byPage = (what: string, versions: readonly Version[] = ALL): KernelFunction =>
  pageattr({
    name: `set_pages_${what}`,
    versions,
    parameters: [
      { name: 'page', type: PAGE_POINTER },
      { name: 'numpages', type: INT },
    ],
    locals: [{ name: 'addr', type: UNSIGNED_LONG, init: (f) => addressOfPage(f.kernel.machine.layout, f.get('page')) }],
    body: [
      returns(
        'by address',
        [`set_memory_${what}($addr, $numpages)`],
        (f) => f.kernel.call(`set_memory_${what}`, f.get('addr'), f.get('numpages')).bits,
      ),
    ],
  });

const OLD: readonly Version[] = ['v4.18', 'v5.1'];

export const SET_PAGES: readonly KernelFunction[] = [
  byPage('uc'),
  byPage('wb'),
  byPage('x', OLD),
  byPage('nx', OLD),
  byPage('ro'),
  byPage('rw'),
];
