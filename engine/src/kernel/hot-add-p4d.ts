/** Hot-add, the level between the top one and phys_pud_init(): phys_p4d_init(). */
import { pointerTo, UNSIGNED_LONG } from './ctype.ts';
import {
  extraArgs,
  extraMarks,
  type HotAddShape,
  INIT_64,
  lockTables,
  mask,
  onToNext,
  type Parameter,
  SHAPES,
  tableThere,
  unlockTables,
  virtual,
} from './hot-add-tables.ts';
import type { KernelFunction, Node } from './model.ts';
import { branch, does, forLoop, forState, nothing, returns } from './nodes.ts';
import { P4D_T, PUD_T } from './structs.ts';
import { linkTable, newTable, tablePointer } from './tables.ts';

const ulong = (name: string): Parameter => ({ name, type: UNSIGNED_LONG });

const P4D_SIZE = 1n << 39n;

/** phys_p4d_init(): with four levels its table is the pud table. */
const phys_p4d_init = ({ versions, extra }: HotAddShape): KernelFunction => {
  const goDown = (name: string): Node =>
    does(name, [`$paddr_last = phys_pud_init($pud, $paddr, _, $page_size_mask${extraMarks(extra)})`], (f) => {
      const paddrEnd = f.get('vaddr_end') - f.kernel.machine.layout.pageOffset;
      f.set(
        'paddr_last',
        f.kernel.call(
          'phys_pud_init',
          f.get('pud'),
          f.get('paddr'),
          paddrEnd,
          f.get('page_size_mask'),
          ...extraArgs(f, extra),
        ).bits,
      );
    });
  return {
    name: 'phys_p4d_init',
    path: INIT_64,
    versions,
    returns: UNSIGNED_LONG,
    parameters: [
      { name: 'p4d_page', type: pointerTo(P4D_T) },
      ulong('paddr'),
      ulong('paddr_end'),
      ulong('page_size_mask'),
      ...extra,
    ],
    locals: [
      { name: 'vaddr', type: UNSIGNED_LONG, init: (f) => virtual(f, 'paddr') },
      { name: 'vaddr_end', type: UNSIGNED_LONG, init: (f) => virtual(f, 'paddr_end') },
      { name: 'vaddr_next', type: UNSIGNED_LONG },
      { name: 'paddr_next', type: UNSIGNED_LONG, unmodelled: true },
      { name: 'paddr_last', type: UNSIGNED_LONG, init: (f) => f.get('paddr_end') },
      { name: 'p4d', type: pointerTo(P4D_T), unmodelled: true },
      { name: 'pud', type: pointerTo(PUD_T) },
      forState('each p4d'),
    ],
    body: [
      nothing(
        'what the range is',
        '$paddr_last = $paddr_end',
        '$vaddr = (unsigned long)__va($paddr)',
        '$vaddr_end = (unsigned long)__va($paddr_end)',
      ),
      branch('four levels', ['!pgtable_l5_enabled()'], (f) => f.kernel.machine.layout.pagingLevels === 4, [
        returns(
          'it is a pud table',
          [`return phys_pud_init((pud_t *)$p4d_page, $paddr, $paddr_end, $page_size_mask${extraMarks(extra)})`],
          (f) =>
            f.kernel.call(
              'phys_pud_init',
              f.get('p4d_page'),
              f.get('paddr'),
              f.get('paddr_end'),
              f.get('page_size_mask'),
              ...extraArgs(f, extra),
            ).bits,
        ),
      ]),
      forLoop(
        'each p4d',
        ['for (; $vaddr < $vaddr_end; $vaddr = $vaddr_next)', '$vaddr < $vaddr_end'],
        {
          init: () => undefined,
          test: (f) => f.get('vaddr') < f.get('vaddr_end'),
          update: (f) => f.set('vaddr', f.get('vaddr_next')),
        },
        [
          does('where the next begins', ['$vaddr_next = ($vaddr & P4D_MASK) + P4D_SIZE'], (f) =>
            f.set('vaddr_next', mask(P4D_SIZE, f.get('vaddr')) + P4D_SIZE),
          ),
          does('its physical address', ['$paddr = __pa($vaddr)'], (f) =>
            f.set('paddr', f.get('vaddr') - f.kernel.machine.layout.pageOffset),
          ),
          branch('behind the range', ['$paddr >= $paddr_end'], (f) => f.get('paddr') >= f.get('paddr_end'), [
            nothing(
              'entries there are cleared at boot only',
              '$paddr_next = __pa($vaddr_next)',
              'set_p4d(_, __p4d(0))',
              'set_p4d_init(_, __p4d(0), _)',
            ),
            onToNext,
          ]),
          branch('a table is there', ['!p4d_none(*$p4d)'], (f) => tableThere(f, 'p4d_page', 'pud'), [
            does('the table', ['$pud = pud_offset($p4d, 0)'], (f) =>
              f.set('pud', tablePointer(f.kernel, 'pud', mask(P4D_SIZE, f.get('vaddr')))),
            ),
            goDown('fill it'),
            onToNext,
          ]),
          does('a new table', ['$pud = alloc_low_page()'], (f) => f.set('pud', newTable(f.kernel))),
          goDown('fill it while nothing points to it'),
          lockTables,
          does(
            'link it',
            [
              'p4d_populate(&init_mm, $p4d, $pud)',
              'p4d_populate_safe(&init_mm, $p4d, $pud)',
              'p4d_populate_init(&init_mm, $p4d, $pud, _)',
            ],
            (f) => linkTable(f.kernel, f.get('pud'), f.get('p4d_page')),
          ),
          unlockTables,
        ],
      ),
      returns('how far it got', ['return $paddr_last'], (f) => f.get('paddr_last')),
    ],
  };
};

export const HOT_ADD_P4D: readonly KernelFunction[] = SHAPES.map(phys_p4d_init);
