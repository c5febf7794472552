/** The end of boot: the kernel image gets its final protection, and its gaps go back to the page allocator. */
import { PAGE_SIZE, PMD_SIZE } from '../address.ts';
import { CACHE_PROTVAL, PAGE_KERNEL } from './constants.ts';
import { CHAR, pointerTo, UNSIGNED_INT, UNSIGNED_LONG, VOID } from './ctype.ts';
import { flagsOf } from './entry.ts';
import { INIT_64 } from './hot-add-tables.ts';
import { IMAGE } from './image.ts';
import type { Frame, KernelFunction, Local, Node, Version } from './model.ts';
import { does, forLoop, forState, nothing, returnIf } from './nodes.ts';
import { ALL } from './pageattr-function.ts';

const INIT_C = ['arch/x86/mm/init.c'] as const;
const pagesBetween = (start: bigint, end: bigint): bigint => (end - start) >> 12n;
const at = (name: string, address: bigint): Local => ({ name, type: UNSIGNED_LONG, init: () => address });

const setRange = (name: string, callee: string, from: string, to: string): Node =>
  does(name, [`${callee}($${from}, ($${to} - $${from}) >> PAGE_SHIFT)`], (f) => {
    f.kernel.call(callee, f.get(from), pagesBetween(f.get(from), f.get(to)));
  });

/** free_kernel_image_pages(); from v5.6 on it takes a name first. */
const giveBack = (name: string, from: string, to: string, target: string, withName: boolean): Node =>
  does(
    name,
    [
      `free_kernel_image_pages((void *)$${from}, (void *)${target})`,
      `free_kernel_image_pages(_, (void *)$${from}, (void *)${target})`,
    ],
    (f) => {
      const end = to === '_sdata' ? IMAGE.dataStart : f.get(to);
      f.kernel.call('free_kernel_image_pages', ...(withName ? [0n] : []), f.get(from), end);
    },
  );

/** mark_rodata_ro(): text and rodata read-only, everything behind the text not executable, the gaps given back. */
const mark_rodata_ro = (versions: readonly Version[], withName: boolean): KernelFunction => ({
  name: 'mark_rodata_ro',
  path: INIT_64,
  versions,
  returns: VOID,
  parameters: [],
  locals: [
    at('start', IMAGE.text),
    at('rodata_start', IMAGE.rodataStart),
    at('end', IMAGE.dataStart),
    at('text_end', IMAGE.textEnd),
    at('rodata_end', IMAGE.rodataEnd),
    { name: 'all_end', type: UNSIGNED_LONG },
  ],
  body: [
    nothing('say so', 'printk(_, ($end - $start) >> 10)', 'pr_info(_, ($end - $start) >> 10)'),
    setRange('text and rodata read-only', 'set_memory_ro', 'start', 'end'),
    nothing('from now on text stays read-only', 'kernel_set_to_readonly = 1'),
    does(
      'where the high mapping ends',
      ['$all_end = roundup((unsigned long)_brk_end, PMD_SIZE)', '$all_end = roundup(_, PMD_SIZE)'],
      (f) => f.set('all_end', IMAGE.end),
    ),
    setRange('nothing behind the text is executable', 'set_memory_nx', 'text_end', 'all_end'),
    nothing('ftrace trampolines read-only', 'set_ftrace_ops_ro()'),
    nothing(
      'CONFIG_CPA_DEBUG: undo',
      'printk(_, $start, $end)',
      'set_memory_rw($start, ($end - $start) >> PAGE_SHIFT)',
    ),
    nothing('CONFIG_CPA_DEBUG: again', 'printk(_)', 'set_memory_ro($start, ($end - $start) >> PAGE_SHIFT)'),
    giveBack('give back the gap between text and rodata', 'text_end', 'rodata_start', '$rodata_start', withName),
    giveBack('give back the gap between rodata and data', 'rodata_end', '_sdata', '_sdata', withName),
    nothing('look for pages both writable and executable', 'debug_checkwx()'),
  ],
});

const SHORT = { name: 'what', type: pointerTo(CHAR) } as const;

/** free_kernel_image_pages(begin, end): with PTI the freed pages leave the high mapping as well. */
const free_kernel_image_pages = (versions: readonly Version[], withName: boolean): KernelFunction => ({
  name: 'free_kernel_image_pages',
  path: INIT_C,
  versions,
  returns: VOID,
  parameters: [
    ...(withName ? [SHORT] : []),
    { name: 'begin', type: pointerTo(VOID) },
    { name: 'end', type: pointerTo(VOID) },
  ],
  locals: [
    { name: 'begin_ul', type: UNSIGNED_LONG, init: (f) => f.get('begin') },
    { name: 'end_ul', type: UNSIGNED_LONG, init: (f) => f.get('end') },
    { name: 'len_pages', type: UNSIGNED_LONG, init: (f) => pagesBetween(f.get('begin'), f.get('end')) },
  ],
  body: [
    does('give the pages back', ['free_init_pages(_, $begin_ul, $end_ul)'], (f) => {
      f.kernel.call('free_init_pages', 0n, f.get('begin_ul'), f.get('end_ul'));
    }),
    does(
      'PTI: not in the high mapping any more',
      [
        'set_memory_np_noalias($begin_ul, $len_pages)',
        'boot_cpu_has(X86_FEATURE_PTI)',
        'cpu_feature_enabled(X86_FEATURE_PTI)',
      ],
      (f) => {
        f.kernel.call('set_memory_np_noalias', f.get('begin_ul'), f.get('len_pages'));
      },
    ),
  ],
});

/** free_init_pages(): writable and not executable again, then free; with DEBUG_PAGEALLOC taken out of the mapping instead. */
const free_init_pages: KernelFunction = {
  name: 'free_init_pages',
  path: INIT_C,
  versions: ALL,
  returns: VOID,
  parameters: [SHORT, { name: 'begin', type: UNSIGNED_LONG }, { name: 'end', type: UNSIGNED_LONG }],
  locals: [
    { name: 'begin_aligned', type: UNSIGNED_LONG },
    { name: 'end_aligned', type: UNSIGNED_LONG },
  ],
  body: [
    does('whole pages', ['$begin_aligned = PAGE_ALIGN($begin)', '$end_aligned = $end & PAGE_MASK'], (f) => {
      f.set('begin_aligned', (f.get('begin') + PAGE_SIZE - 1n) & ~0xfffn);
      f.set('end_aligned', f.get('end') & ~0xfffn);
    }),
    nothing('it is whole pages', 'WARN_ON($begin_aligned != $begin || $end_aligned != $end)'),
    returnIf(
      'nothing to free',
      ['$begin >= $end'],
      (f) => f.get('begin') >= f.get('end'),
      () => null,
    ),
    setRange('not executable', 'set_memory_nx', 'begin', 'end'),
    setRange('writable', 'set_memory_rw', 'begin', 'end'),
    nothing(
      'free',
      'free_reserved_area((void *)$begin, (void *)$end, POISON_FREE_INITMEM, $what)',
      'free_reserved_area(_, _, _, _)',
    ),
  ],
};

/** set_kernel_text_rw() and set_kernel_text_ro() (ftrace, up to v5.5). */
const kernelText = (what: 'rw' | 'ro'): KernelFunction => ({
  name: `set_kernel_text_${what}`,
  path: INIT_64,
  versions: ['v4.18', 'v5.1'],
  returns: VOID,
  parameters: [],
  locals: [at('start', IMAGE.text), at('end', IMAGE.textEnd)],
  body: [
    nothing('only once text is read-only', '!kernel_set_to_readonly'),
    setRange(`text ${what === 'rw' ? 'writable' : 'read-only'}`, `set_memory_${what}`, 'start', 'end'),
  ],
});

const direct = (f: Frame): bigint => f.kernel.machine.layout.pageOffset + f.get('phys');

/** __init_extra_mapping(phys, size, cache): 2M pages straight into the direct mapping: no lock, no flush. */
const init_extra_mapping: KernelFunction = {
  name: '__init_extra_mapping',
  path: INIT_64,
  versions: ALL,
  returns: VOID,
  parameters: [
    { name: 'phys', type: UNSIGNED_LONG },
    { name: 'size', type: UNSIGNED_LONG },
    { name: 'cache', type: UNSIGNED_INT },
  ],
  locals: [forState('each 2M page'), { name: 'prot', type: UNSIGNED_LONG }],
  body: [
    does('their attributes', ['pgprot_val($prot) = _'], (f) =>
      f.set('prot', PAGE_KERNEL | (f.get('cache') ? CACHE_PROTVAL.UC : 0n)),
    ),
    nothing('whole 2M pages', 'BUG_ON(($phys & ~PMD_MASK) || ($size & ~PMD_MASK))'),
    forLoop(
      'each 2M page',
      ['for (; $size; $phys += PMD_SIZE, $size -= PMD_SIZE)'],
      {
        init: () => undefined,
        test: (f) => f.get('size') !== 0n,
        update: (f) => {
          f.set('phys', f.get('phys') + PMD_SIZE);
          f.set('size', f.get('size') - PMD_SIZE);
        },
      },
      [
        nothing('tables down to it', 'spp_getpage()'),
        does('map it', ['set_pmd(_, __pmd($phys | pgprot_val($prot)))', 'set_pmd(_, _)'], (f) => {
          f.kernel.machine.map(direct(f), direct(f) + PMD_SIZE, '2M', flagsOf(f.get('prot')) ?? []);
        }),
      ],
    ),
  ],
};

const extraMapping = (what: 'wb' | 'uc'): KernelFunction => ({
  name: `init_extra_mapping_${what}`,
  path: INIT_64,
  versions: ALL,
  returns: VOID,
  parameters: [
    { name: 'phys', type: UNSIGNED_LONG },
    { name: 'size', type: UNSIGNED_LONG },
  ],
  locals: [],
  body: [
    does('map it', ['__init_extra_mapping($phys, $size, _)'], (f) => {
      f.kernel.call('__init_extra_mapping', f.get('phys'), f.get('size'), what === 'uc' ? 3n : 0n);
    }),
  ],
});

export const BOOT: readonly KernelFunction[] = [
  mark_rodata_ro(['v4.18', 'v5.1'], false),
  mark_rodata_ro(['v6.1'], true),
  free_kernel_image_pages(['v4.18', 'v5.1'], false),
  free_kernel_image_pages(['v6.1'], true),
  free_init_pages,
  kernelText('rw'),
  kernelText('ro'),
  init_extra_mapping,
  extraMapping('wb'),
  extraMapping('uc'),
];
