/** The loop over the pages of a request: __change_page_attr_set_clr(). */

import { CPA_POINTER, type CpaField, inArrayMode, readCpa, writeCpa } from './cpa-data.ts';
import { PAGEATTR } from './cpa-flush.ts';
import { lockCpa, unlockCpa } from './cpa-split.ts';
import { INT, UNSIGNED_LONG } from './ctype.ts';
import type { Frame, KernelFunction, Local, Node, Version } from './model.ts';
import { branch, does, gotoIf, label, loop, nothing, returnIf, returns } from './nodes.ts';

const field = (f: Frame, name: CpaField): bigint => readCpa(f.kernel, f.get('cpa'), name);
const setField = (f: Frame, name: CpaField, bits: bigint): void => writeCpa(f.kernel, f.get('cpa'), name, bits);
const failed = (f: Frame): boolean => f.get('ret') !== 0n;

/** One round: a page, or as much of the request as a preserved huge page holds. `left` names the local that counts down. */
const round = (left: string, onError: readonly [Node, Node], advance: readonly Node[]): readonly Node[] => [
  does('what is left', [`$cpa->numpages = $${left}`], (f) => setField(f, 'numpages', f.get(left))),
  does(
    'in an array each page stands for itself',
    ['$cpa->flags & (CPA_ARRAY | CPA_PAGES_ARRAY)', '$cpa->flags & (CPA_PAGES_ARRAY | CPA_ARRAY)'],
    (f) => {
      if (inArrayMode(f.kernel, f.get('cpa'))) setField(f, 'numpages', 1n);
    },
  ),
  lockCpa,
  does('change the page or huge page', ['$ret = __change_page_attr($cpa, $checkalias)'], (f) =>
    f.set('ret', f.kernel.call('__change_page_attr', f.get('cpa'), f.get('checkalias')).bits),
  ),
  unlockCpa,
  onError[0],
  branch('aliases count', ['if ($checkalias)'], (f) => f.get('checkalias') !== 0n, [
    does('change the alias', ['$ret = cpa_process_alias($cpa)'], (f) =>
      f.set('ret', f.kernel.call('cpa_process_alias', f.get('cpa')).bits),
    ),
    onError[1],
  ]),
  nothing('a round covers something, and no more than is left', `BUG_ON($cpa->numpages > $${left} || !$cpa->numpages)`),
  does('less is left', [`$${left} -= $cpa->numpages`], (f) => f.set(left, f.get(left) - field(f, 'numpages'))),
  ...advance,
];

const allPagesShape = (
  versions: readonly Version[],
  locals: readonly Local[],
  body: readonly Node[],
): KernelFunction => ({
  name: '__change_page_attr_set_clr',
  path: PAGEATTR,
  versions,
  returns: INT,
  parameters: [
    { name: 'cpa', type: CPA_POINTER },
    { name: 'checkalias', type: INT },
  ],
  locals: [...locals, { name: 'ret', type: INT, init: () => 0n }],
  body,
});

/** v5.1 and later: curpage counts; numpages is restored, pfn stays what the last round set. */
const allPages = allPagesShape(
  ['v5.1', 'v6.1'],
  [
    { name: 'numpages', type: UNSIGNED_LONG, init: (f) => field(f, 'numpages') },
    { name: 'rempages', type: UNSIGNED_LONG, init: (f) => field(f, 'numpages') },
  ],
  [
    loop('until all pages are done', ['while ($rempages)'], (f) => f.get('rempages') !== 0n, [
      ...round(
        'rempages',
        [
          gotoIf('that failed', ['if ($ret)', 'goto out'], failed, 'out'),
          gotoIf('that failed', ['if ($ret)', 'goto out'], failed, 'out'),
        ],
        [
          does('on to the next', ['$cpa->curpage += $cpa->numpages'], (f) =>
            setField(f, 'curpage', field(f, 'curpage') + field(f, 'numpages')),
          ),
        ],
      ),
    ]),
    label('out'),
    does('the request is as long as before', ['$cpa->numpages = $numpages'], (f) =>
      setField(f, 'numpages', f.get('numpages')),
    ),
    returns('done', ['return $ret'], (f) => f.get('ret')),
  ],
);

const returnError = returnIf('that failed', ['if ($ret)', 'return $ret'], failed, (f) => f.get('ret'));

/** v4.18: a range moves its start (*cpa->vaddr) on; curpage counts in the array forms only; numpages stays the last round's. */
const allPagesV4 = allPagesShape(
  ['v4.18'],
  [{ name: 'numpages', type: UNSIGNED_LONG, init: (f) => field(f, 'numpages') }],
  [
    loop('until all pages are done', ['while ($numpages)'], (f) => f.get('numpages') !== 0n, [
      ...round(
        'numpages',
        [returnError, returnError],
        [
          does(
            'on to the next',
            [
              '$cpa->flags & (CPA_PAGES_ARRAY | CPA_ARRAY)',
              '$cpa->curpage++',
              '*$cpa->vaddr += $cpa->numpages * PAGE_SIZE',
            ],
            moveOn,
          ),
        ],
      ),
    ]),
    returns('done', ['return 0'], () => 0n),
  ],
);

function moveOn(f: Frame): void {
  if (inArrayMode(f.kernel, f.get('cpa'))) {
    setField(f, 'curpage', field(f, 'curpage') + 1n);
    return;
  }
  const place = field(f, 'vaddr');
  const now = f.kernel.memory.load(place, UNSIGNED_LONG);
  f.kernel.memory.store(place, { ...now, bits: BigInt.asUintN(64, now.bits + field(f, 'numpages') * 4096n) });
}

export const CPA_PAGES: readonly KernelFunction[] = [allPages, allPagesV4];
