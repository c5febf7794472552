/** Memory hot-add from arch_add_memory() down to kernel_physical_mapping_init(). */
import { PMD_SIZE, PUD_SIZE, roundDown, roundUp } from '../address.ts';
import { PAGE_KERNEL, PG_LEVEL } from './constants.ts';
import { INT, pointerTo, structOf, UNSIGNED_LONG } from './ctype.ts';
import { extraArgs, extraMarks, INIT_64, type Parameter, PROT } from './hot-add-tables.ts';
import type { Frame, KernelFunction, Version } from './model.ts';
import { does, forLoop, forState, nothing, returns } from './nodes.ts';

const ulong = (name: string): Parameter => ({ name, type: UNSIGNED_LONG });

interface MemoryRange {
  readonly start: bigint;
  readonly end: bigint;
  readonly mask: bigint;
}

/** split_mem_range(): what is to be mapped, in the pieces that pages of one size can map. */
function memoryRanges(f: Frame): readonly MemoryRange[] {
  const start = f.get('start');
  const end = f.get('end');
  if (f.kernel.facts.debugPagealloc) return [{ start, end, mask: 0n }];
  const huge = 1n << PG_LEVEL['2M'];
  const gigantic = huge | (1n << PG_LEVEL['1G']);
  const clamp = (address: bigint): bigint => (address < end ? address : end);
  const toPmd = clamp(roundUp(start, PMD_SIZE));
  const toPud = clamp(roundUp(toPmd, PUD_SIZE));
  const lastPud = toPud < end ? roundDown(end, PUD_SIZE) : toPud;
  const lastPmd = lastPud < end ? roundDown(end, PMD_SIZE) : lastPud;
  return [
    { start, end: toPmd, mask: 0n },
    { start: toPmd, end: toPud, mask: huge },
    { start: toPud, end: lastPud, mask: gigantic },
    { start: lastPud, end: lastPmd, mask: huge },
    { start: lastPmd, end, mask: 0n },
  ].filter((range) => range.start < range.end);
}

const init_memory_mapping = (versions: readonly Version[], extra: readonly Parameter[]): KernelFunction => ({
  name: 'init_memory_mapping',
  path: ['arch/x86/mm/init.c'],
  versions,
  returns: UNSIGNED_LONG,
  parameters: [ulong('start'), ulong('end'), ...extra],
  locals: [
    { name: 'ret', type: UNSIGNED_LONG, init: () => 0n },
    { name: 'nr_range', type: INT },
    { name: 'i', type: INT },
    forState('each range'),
  ],
  body: [
    does('cut the range where page sizes change', ['$nr_range = split_mem_range(_, 0, $start, $end)'], (f) =>
      f.set('nr_range', BigInt(memoryRanges(f).length)),
    ),
    forLoop(
      'each range',
      ['for ($i = 0; $i < $nr_range; $i++)', '$i < $nr_range'],
      {
        init: (f) => f.set('i', 0n),
        test: (f) => f.get('i') < f.get('nr_range'),
        update: (f) => f.set('i', f.get('i') + 1n),
      },
      [
        does('map it', [`$ret = kernel_physical_mapping_init(_, _, _${extraMarks(extra)})`], (f) => {
          const range = memoryRanges(f)[Number(f.get('i'))];
          if (!range) return;
          f.set(
            'ret',
            f.kernel.call('kernel_physical_mapping_init', range.start, range.end, range.mask, ...extraArgs(f, extra))
              .bits,
          );
        }),
      ],
    ),
    nothing('RAM reaches further', 'add_pfn_range_mapped($start >> PAGE_SHIFT, $ret >> PAGE_SHIFT)'),
    returns('how far it got', ['return $ret >> PAGE_SHIFT'], (f) => f.get('ret') >> 12n),
  ],
});

const U64 = UNSIGNED_LONG;
const PARAMS = pointerTo(structOf('mhp_params'));

const arch_add_memory = (
  versions: readonly Version[],
  rest: readonly Parameter[],
  withProt: boolean,
): KernelFunction => ({
  name: 'arch_add_memory',
  path: INIT_64,
  versions,
  returns: INT,
  parameters: [{ name: 'nid', type: INT }, { name: 'start', type: U64 }, { name: 'size', type: U64 }, ...rest],
  locals: [
    { name: 'start_pfn', type: UNSIGNED_LONG, init: (f) => f.get('start') >> 12n },
    { name: 'nr_pages', type: UNSIGNED_LONG, init: (f) => f.get('size') >> 12n },
  ],
  body: [
    does('map it', [`init_memory_mapping($start, $start + $size${withProt ? ', _' : ''})`], (f) => {
      f.kernel.call(
        'init_memory_mapping',
        f.get('start'),
        f.get('start') + f.get('size'),
        ...(withProt ? [PAGE_KERNEL] : []),
      );
    }),
    returns(
      'struct pages for it',
      ['add_pages($nid, $start_pfn, $nr_pages, _)', 'add_pages($nid, $start_pfn, $nr_pages, _, _)'],
      (f) => f.kernel.call('add_pages', f.get('nid'), f.get('start_pfn'), f.get('nr_pages')).bits,
    ),
  ],
});

const add_pages: KernelFunction = {
  name: 'add_pages',
  path: INIT_64,
  versions: ['v4.18', 'v5.1', 'v6.1'],
  returns: INT,
  parameters: [{ name: 'nid', type: INT }, ulong('start_pfn'), ulong('nr_pages')],
  locals: [{ name: 'ret', type: INT }],
  body: [
    does(
      'struct pages',
      ['$ret = __add_pages($nid, $start_pfn, $nr_pages, _)', '$ret = __add_pages($nid, $start_pfn, $nr_pages, _, _)'],
      (f) => f.set('ret', 0n),
    ),
    nothing('that cannot fail', 'WARN_ON_ONCE($ret)'),
    nothing('RAM ends later', 'update_end_of_memory_vars(_, _)'),
    returns('done', ['return $ret'], (f) => f.get('ret')),
  ],
};

/** Not a kernel function: what drivers/acpi and mm/memory_hotplug.c come to for every version. */
const hotAdd: KernelFunction = {
  name: 'hot_add_memory',
  path: [],
  versions: ['v4.18', 'v5.1', 'v6.1'],
  returns: INT,
  parameters: [ulong('start'), ulong('size')],
  locals: [],
  body: [
    returns('add the memory', [], (f) => f.kernel.call('arch_add_memory', 0n, f.get('start'), f.get('size'), 0n).bits),
  ],
};

const OLD_REST: readonly Parameter[] = [{ name: 'altmap', type: pointerTo(structOf('vmem_altmap')) }];

export const HOT_ADD_ENTRY: readonly KernelFunction[] = [
  init_memory_mapping(['v4.18', 'v5.1'], []),
  init_memory_mapping(['v6.1'], [PROT]),
  arch_add_memory(['v4.18', 'v5.1'], OLD_REST, false),
  arch_add_memory(['v5.2'], [{ name: 'restrictions', type: pointerTo(structOf('mhp_restrictions')) }], false),
  arch_add_memory(['v6.1'], [{ name: 'params', type: PARAMS }], true),
  add_pages,
  hotAdd,
];
