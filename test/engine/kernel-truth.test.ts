/**
 * What the kernel does without any patch, written down from the facts about CPA and hot-plug and not from the models:
 * what changes, what is flushed, and what cpa_flush() would see.
 */
import { describe, expect, test } from 'vitest';
import type { Event } from '../../engine/src/event.ts';
import { readCpa } from '../../engine/src/kernel/cpa-data.ts';
import { UNSIGNED_LONG } from '../../engine/src/kernel/ctype.ts';
import type { Kernel, Version } from '../../engine/src/kernel/model.ts';
import { scenarios } from '../../engine/src/kernel/scenarios/index.ts';
import { type Call, runScenario } from './kernel-interpreter.ts';

const DM = 0xffff888000000000n;
const DM5 = 0xff11000000000000n;
const K = 1024n;
const M = K * K;
const G = K * M;
const T = K * G;
const page = (count: number): bigint => BigInt(count) * 4n * K;

/** `cpa_flush(&cpa, cache)`: the fields that a hunk there can read. */
interface View {
  readonly vaddr: bigint | null;
  readonly curpage: number;
  readonly numpages: number;
  readonly pfn: bigint;
  readonly array: 'no' | 'addresses' | 'pages';
  readonly cache: boolean;
}

interface Truth {
  readonly id: string;
  readonly versions: readonly Version[];
  readonly returned?: bigint | null;
  /** First address and size of each huge page that is split, in order. */
  readonly splits?: readonly (readonly [bigint, '2M' | '1G'])[];
  /** Range that changes, and how: flags gained and lost, `gone`, or `new`. */
  readonly changes: readonly (readonly [bigint, bigint, string])[];
  /** TLB flushes after the last split and change: 'all', or the number of single pages. */
  readonly tlb: 'all' | 'none' | number;
  /** Cache flushes: 'all' (wbinvd), or the pages flushed by address. */
  readonly cache?: 'all' | readonly bigint[];
  readonly view?: View | readonly View[];
  /** What sync_global_pgds() takes to the other page tables. */
  readonly globals?: readonly (readonly [bigint, bigint])[];
  /** Page-table pages that are freed, in order. */
  readonly freed?: readonly (readonly ['pte' | 'pmd' | 'pud' | 'p4d', bigint])[];
}

const CPA: readonly Version[] = ['v5.1', 'v6.1'];
const single = (vaddr: bigint, numpages: number, pfn: bigint, cache = false): View => ({
  vaddr,
  curpage: numpages,
  numpages,
  pfn,
  array: 'no',
  cache,
});

const IN_2M = DM + 64n * M;
const IN_1G = DM + 2n * G;
const FAR = [IN_2M + 0x3000n, IN_1G + 0x5555000n, IN_2M + 6n * M, DM + M + 0x2000n];
const FAR_SPLITS = [
  [IN_2M, '2M'],
  [IN_1G, '1G'],
  [IN_1G + 84n * M, '2M'],
  [IN_2M + 6n * M, '2M'],
] as const;
const one = (at: bigint, how: string): readonly [bigint, bigint, string] => [at, at + page(1), how];
const toUncached = FAR.map((at) => one(at, '+pcd'));
const toWriteCombining = [...toUncached, ...FAR.map((at) => one(at, '+pwt-pcd'))];
const uncachedUpTo = (count: number) => toUncached.slice(0, count);
const inArray = (vaddr: bigint | null, array: View['array']): View => ({
  vaddr,
  curpage: 4,
  numpages: 4,
  pfn: 0x102n,
  array,
  cache: true,
});
const VMALLOC = 0xffffc90040000000n;
/** Frames of the vmalloc range, and where the direct mapping has them. */
const FRAMES = [0x4123n, 0x20777n, 0x4200n, 0x9abcdn];
const alias = (pfn: bigint): bigint => DM + (pfn << 12n);
const ALIAS_SPLITS = [
  [IN_2M, '2M'],
  [DM + 518n * M, '2M'],
  [IN_2M + 2n * M, '2M'],
  [IN_1G, '1G'],
  [DM + 0x9aa00000n, '2M'],
] as const;

/** A request whose third page fails: two pages are changed, and all is flushed. */
const UNCACHED_HALF_WAY: Omit<Truth, 'id'> = {
  versions: ['v4.18', ...CPA],
  returned: -22n,
  splits: [[IN_2M, '2M']],
  changes: [0x11, 0x12].map((count) => one(IN_2M + page(count), '+pcd')),
  tlb: 'all',
  cache: 'all',
  view: [],
};

const truths: readonly Truth[] = [
  {
    id: 'set-memory-ro/4k-in-2m',
    versions: CPA,
    splits: [[IN_2M, '2M']],
    changes: [one(IN_2M + 0x123000n, '-rw')],
    tlb: 1,
    view: single(IN_2M + 0x123000n, 1, 0x4123n),
  },
  {
    id: 'set-memory-ro/4k-in-2m',
    versions: ['v4.18'],
    splits: [[IN_2M, '2M']],
    changes: [one(IN_2M + 0x123000n, '-rw')],
    tlb: 'all',
  },
  {
    id: 'set-memory-ro/4k-in-1g',
    versions: CPA,
    splits: [
      [IN_1G, '1G'],
      [IN_1G + 6n * M, '2M'],
    ],
    changes: [one(IN_1G + 0x765000n, '-rw')],
    tlb: 1,
    view: single(IN_1G + 0x765000n, 1, 0x80765n),
  },
  {
    // The huge page stays; the only round covers all 512 pages, and pfn is where it began.
    id: 'set-memory-ro/whole-2m',
    versions: CPA,
    changes: [[IN_2M, IN_2M + 2n * M, '-rw']],
    tlb: 'all',
    view: single(IN_2M, 512, 0x4000n),
  },
  {
    // The last round is the one page behind the whole 2M page.
    id: 'set-memory-ro/more-than-2m',
    versions: CPA,
    splits: [
      [IN_2M, '2M'],
      [IN_2M + 4n * M, '2M'],
    ],
    changes: [one(IN_2M + 0x1ff000n, '-rw'), [IN_2M + 2n * M, IN_2M + 4n * M, '-rw'], one(IN_2M + 4n * M, '-rw')],
    tlb: 'all',
    view: single(IN_2M + 0x1ff000n, 514, 0x4400n),
  },
  {
    id: 'set-memory-ro/across-1tib',
    versions: CPA,
    splits: [
      [DM5 + T - 2n * M, '2M'],
      [DM5 + T, '1G'],
      [DM5 + T, '2M'],
    ],
    changes: [-2, -1, 0, 1].map((count) => one(DM5 + T + page(count), '-rw')),
    tlb: 4,
    view: single(DM5 + T - page(2), 4, (T >> 12n) + 1n),
  },
  {
    id: 'set-memory-uc/4k-in-2m',
    versions: ['v4.18', ...CPA],
    splits: [[IN_2M, '2M']],
    changes: [one(IN_2M, '+pcd')],
    tlb: 1,
    cache: [IN_2M],
    view: single(IN_2M, 1, 0x4000n, true),
  },
  {
    id: 'set-memory-uc/no-clflush',
    versions: CPA,
    splits: [[IN_2M, '2M']],
    changes: [5, 6].map((count) => one(IN_2M + page(count), '+pcd')),
    tlb: 'all',
    cache: 'all',
    view: single(IN_2M + page(5), 2, 0x4006n, true),
  },
  {
    // UC- first, then WC: two requests, two flushes, each of the TLBs and of the caches.
    id: 'set-memory-wc/3-pages',
    versions: CPA,
    splits: [[IN_2M, '2M']],
    changes: [
      ...[9, 10, 11].map((count) => one(IN_2M + page(count), '+pcd')),
      ...[9, 10, 11].map((count) => one(IN_2M + page(count), '+pwt-pcd')),
    ],
    tlb: 3,
    cache: [9, 10, 11, 9, 10, 11].map((count) => IN_2M + page(count)),
    view: [single(IN_2M + page(9), 3, 0x400bn, true), single(IN_2M + page(9), 3, 0x400bn, true)],
  },
  {
    // A split sets no CPA_FLUSHTLB: cpa_flush() is never called.
    id: 'set-memory-4k/2m',
    versions: ['v4.18', ...CPA],
    splits: [[IN_2M, '2M']],
    changes: [],
    tlb: 'all',
    view: [],
  },
  {
    id: 'set-memory-array-uc/far-apart',
    versions: ['v5.1'],
    splits: FAR_SPLITS,
    changes: toUncached,
    tlb: 4,
    cache: FAR,
    view: inArray(FAR[0] ?? 0n, 'addresses'),
  },
  {
    id: 'set-pages-array-wc/far-apart',
    versions: CPA,
    splits: FAR_SPLITS,
    changes: toWriteCombining,
    tlb: 4,
    cache: [...FAR, ...FAR],
    view: [inArray(null, 'pages'), inArray(null, 'pages')],
  },
  {
    id: 'set-memory-ro/vmalloc',
    versions: CPA,
    splits: ALIAS_SPLITS,
    changes: FRAMES.flatMap((pfn, index) => [one(VMALLOC + page(index), '-rw'), one(alias(pfn), '-rw')]),
    tlb: 'all',
    view: single(VMALLOC, 4, 0x9abcdn),
  },
  {
    // A change of NX alone does not look for aliases.
    id: 'set-memory-x/vmalloc',
    versions: CPA,
    changes: FRAMES.map((_, index) => one(VMALLOC + page(index), '-nx')),
    tlb: 4,
    view: single(VMALLOC, 4, 0x9abcdn),
  },
  {
    // The alias works on a copy of the flags: the request's own never say that something changed.
    id: 'set-memory-ro/alias-only',
    versions: ['v4.18', ...CPA],
    splits: ALIAS_SPLITS,
    changes: FRAMES.map((pfn) => one(alias(pfn + 1n), '-rw')),
    tlb: 'none',
    view: [],
  },
  {
    id: 'set-memory-ro/kernel-text',
    versions: CPA,
    changes: [0n, 2n].flatMap((at): [bigint, bigint, string][] => [
      [0xffffffff81000000n + at * M, 0xffffffff81000000n + (at + 2n) * M, '-rw'],
      [DM + 16n * M + at * M, DM + 16n * M + (at + 2n) * M, '-rw'],
    ]),
    tlb: 'all',
    view: single(0xffffffff81000000n, 1024, 0x1200n),
  },
  {
    // On an error everything is flushed, and cpa_flush() is not called.
    id: 'set-memory-uc/failing-page',
    ...UNCACHED_HALF_WAY,
  },
  {
    // The second pass is not made.
    id: 'set-memory-wc/failing-page',
    ...UNCACHED_HALF_WAY,
  },
  {
    id: 'set-pages-array-wb/failing-page',
    versions: ['v4.18', ...CPA],
    returned: -22n,
    changes: [0, 1].map((count) => one(DM + 0x1b0000n + page(count), '-pcd')),
    tlb: 'all',
    view: [],
  },
  {
    id: 'set-memory-ro/no-memory',
    versions: ['v4.18', ...CPA],
    returned: -12n,
    splits: [[IN_2M, '2M']],
    changes: [0x1fe, 0x1ff].map((count) => one(IN_2M + page(count), '-rw')),
    tlb: 'all',
    view: [],
  },
  {
    id: 'set-memory-ro/no-memory-at-once',
    versions: ['v4.18', ...CPA],
    returned: -12n,
    changes: [],
    tlb: 'none',
    view: [],
  },
  {
    id: 'set-memory-array-uc/no-memory',
    versions: ['v4.18', 'v5.1'],
    returned: -12n,
    splits: FAR_SPLITS.slice(0, 1),
    changes: uncachedUpTo(1),
    tlb: 'all',
    cache: 'all',
    view: [],
  },
  {
    // _set_pages_array() turns every error into -EINVAL.
    id: 'set-pages-array-wc/no-memory',
    versions: ['v4.18', ...CPA],
    returned: -22n,
    splits: FAR_SPLITS.slice(0, 1),
    changes: uncachedUpTo(1),
    tlb: 'all',
    cache: 'all',
    view: [],
  },
  {
    // Clears rw as well, and flushes nothing: but the entry is not present, and the split flushed for itself.
    id: 'set-direct-map/invalid',
    versions: CPA,
    splits: [[IN_2M, '2M']],
    changes: [one(IN_2M + page(0x33), 'gone')],
    tlb: 'none',
    view: [],
  },
  {
    id: 'kernel-map-pages/off',
    versions: ['v4.18', ...CPA],
    returned: null,
    changes: [0, 1, 2, 3].map((count) => one(IN_2M + page(count), 'gone')),
    tlb: 'all',
    view: [],
  },
  {
    id: 'hot-add/unaligned',
    versions: ['v5.1', 'v5.2', 'v6.1'],
    changes: [
      [DM + 6n * G - 128n * M, DM + 6n * G, 'new'],
      [DM + 6n * G, DM + 7n * G, 'new'],
      [DM + 7n * G, DM + 7n * G + 128n * M, 'new'],
    ],
    tlb: 'none',
  },
  {
    // phys_pud_init(): the new table replaces the 1G page, and after boot nobody fills in what lies beside the block.
    id: 'hot-add/in-1g-page',
    versions: ['v5.1', 'v5.2', 'v6.1'],
    changes: [
      [DM + 3n * G, DM + 4n * G, 'gone'],
      [DM + 3n * G + 128n * M, DM + 3n * G + 256n * M, 'new'],
    ],
    tlb: 'none',
  },
  {
    // A new top-level entry: every process's page table gets it, at the end.
    id: 'hot-add/new-top-level',
    versions: ['v5.1', 'v5.2', 'v6.1'],
    changes: [[DM + 512n * G, DM + 513n * G, 'new']],
    tlb: 'none',
    globals: [[DM + 512n * G, DM + 513n * G]],
  },
  {
    // With five levels the top-level entry is there already: phys_p4d_init() adds to its table.
    id: 'hot-add/new-p4d-5-level',
    versions: ['v5.1', 'v5.2', 'v6.1'],
    changes: [[DM5 + 512n * G, DM5 + 512n * G + 128n * M, 'new']],
    tlb: 'none',
  },
  {
    id: 'hot-add/2m',
    versions: ['v5.1', 'v5.2', 'v6.1'],
    changes: [[DM + 5n * G, DM + 5n * G + 128n * M, 'new']],
    tlb: 'none',
  },
  {
    // kernel_physical_mapping_init() of v4.18 flushes the TLB of this CPU.
    id: 'hot-add/2m',
    versions: ['v4.18'],
    changes: [[DM + 5n * G, DM + 5n * G + 128n * M, 'new']],
    tlb: 'all',
  },
  {
    // remove_pte_table() and remove_pmd_table(): tables that got empty go, the pte table first.
    id: 'hot-remove/split',
    versions: ['v4.18', 'v5.1', 'v5.2', 'v6.1'],
    changes: [
      ...Array.from({ length: 512 }, (_, count) => one(DM + 5n * G + page(count), 'gone')),
      ...Array.from({ length: 63 }, (_, count): readonly [bigint, bigint, string] => {
        const from = DM + 5n * G + BigInt(count + 1) * 2n * M;
        return [from, from + 2n * M, 'gone'];
      }),
    ],
    tlb: 'all',
    freed: [
      ['pte', DM + 5n * G],
      ['pmd', DM + 5n * G],
    ],
  },
  {
    // init_extra_mapping_uc(): entries are written, and nobody flushes or locks anything.
    id: 'boot/init-extra-mapping',
    versions: ['v4.18', ...CPA],
    returned: null,
    changes: [0n, 2n].map((from) => [DM + 5n * G + from * M, DM + 5n * G + (from + 2n) * M, 'new'] as const),
    tlb: 'none',
  },
  {
    // set_memory_nx(): a pure change of _PAGE_NX does not look for aliases.
    id: 'set-memory-nx/executable-pages',
    versions: CPA,
    changes: [one(DM + 0x1c0000n, '+nx'), one(DM + 0x1c1000n, '+nx')],
    tlb: 2,
    view: single(DM + 0x1c0000n, 2, 0x1c1n),
  },
  {
    // set_memory_wb(): the new type is write-back, and no line has to leave the caches.
    id: 'set-memory-wb/uncached-pages',
    versions: CPA,
    changes: [one(DM + 0x1b0000n, '-pcd'), one(DM + 0x1b1000n, '-pcd')],
    tlb: 2,
    view: single(DM + 0x1b0000n, 2, 0x1b1n),
  },
  {
    // __set_pages_p() under set_direct_map_default_noflush(): a page that was not present; nothing is flushed.
    id: 'set-direct-map/default',
    versions: CPA,
    changes: [one(DM + 0x1a0000n, 'new')],
    tlb: 'none',
    view: [],
  },
  {
    // set_memory_np_noalias(): CPA_NO_CHECK_ALIAS leaves the direct mapping alone.
    id: 'set-memory-np-noalias/kernel-image',
    versions: CPA,
    splits: [[0xffffffff81200000n, '2M']],
    changes: [one(0xffffffff813fe000n, 'gone'), one(0xffffffff813ff000n, 'gone')],
    tlb: 2,
    view: single(0xffffffff813fe000n, 2, 0x13ffn),
  },
  {
    // init_page_mktme() turns the key on; the sync that has to follow is the patch's.
    id: 'enable/boot',
    versions: ['v4.18', ...CPA],
    returned: null,
    changes: [],
    tlb: 'none',
  },
  {
    // free_encrypted_page(): the lines of KeyID-1 go before the page is KeyID-0's.
    id: 'page-keyid/free',
    versions: ['v4.18', ...CPA],
    returned: null,
    changes: [],
    tlb: 'none',
    cache: [DM + T + 64n * M + page(0x40)],
  },
  {
    // __prep_encrypted_page(): those of KeyID-0 before it is KeyID-1's.
    id: 'page-keyid/alloc-zeroed',
    versions: ['v4.18', ...CPA],
    returned: null,
    changes: [],
    tlb: 'none',
    cache: [DM + 64n * M + page(0x40)],
  },
  {
    id: 'hot-remove/1g',
    versions: ['v4.18', 'v5.1', 'v5.2', 'v6.1'],
    changes: [[DM + 6n * G, DM + 7n * G, 'gone']],
    tlb: 'all',
  },
];

function change(event: Event & { kind: 'write' }): readonly [bigint, bigint, string] {
  const { start, end, before, after } = event;
  if (!after) return [start, end, 'gone'];
  if (!before) return [start, end, 'new'];
  const gained = after.flags.filter((flag) => !before.flags.includes(flag)).map((flag) => `+${flag}`);
  const lost = before.flags.filter((flag) => !after.flags.includes(flag)).map((flag) => `-${flag}`);
  return [start, end, [...gained, ...lost].join('')];
}

function viewOf(kernel: Kernel, { args }: Call): View {
  const at = args[0] ?? 0n;
  const vaddr = readCpa(kernel, at, 'vaddr');
  const flags = readCpa(kernel, at, 'flags');
  return {
    vaddr: vaddr === 0n ? null : kernel.memory.load(vaddr, UNSIGNED_LONG).bits,
    curpage: Number(readCpa(kernel, at, 'curpage')),
    numpages: Number(readCpa(kernel, at, 'numpages')),
    pfn: readCpa(kernel, at, 'pfn'),
    array: flags & 4n ? 'pages' : flags & 2n ? 'addresses' : 'no',
    cache: args[1] !== 0n,
  };
}

function check(truth: Truth, version: Version): void {
  const scenario = scenarios.find(({ id }) => id === truth.id);
  if (!scenario) throw new Error(`no scenario ${truth.id}`);
  const views: View[] = [];
  const ran = runScenario(scenario, version, {
    onCall: (kernel, call) => {
      if (call.name === 'cpa_flush') views.push(viewOf(kernel, call));
    },
  });
  expect(ran.returned).toBe(truth.returned === undefined ? 0n : truth.returned);
  const { events } = ran;
  const splits = events.flatMap((event) => (event.kind === 'split' ? [[event.start, event.page]] : []));
  expect(splits).toEqual(truth.splits ?? []);
  expect(events.flatMap((event) => (event.kind === 'write' ? [change(event)] : []))).toEqual(truth.changes);
  const last = events.findLastIndex(({ kind }) => kind === 'write' || (truth.changes.length === 0 && kind === 'split'));
  const flushed = events.slice(last + 1).flatMap((event) => (event.kind === 'tlb-flush' ? [event.range] : []));
  const whole = flushed.includes('all');
  if (version === 'v4.18' && typeof truth.tlb === 'number') expect(whole).toBe(true);
  else expect(whole ? 'all' : flushed.length === 0 ? 'none' : flushed.length).toBe(truth.tlb);
  const caches = events.flatMap((event) => (event.kind === 'cache-flush' ? [event.range] : []));
  const byAddress = caches.flatMap((range) => (range === 'all' ? [] : [range.start]));
  if (truth.cache === 'all') expect(caches).toEqual(['all']);
  else expect(byAddress).toEqual(truth.cache ?? []);
  if (truth.globals)
    expect(events.flatMap((e) => (e.kind === 'sync-global-pgds' ? [[e.start, e.end]] : []))).toEqual(truth.globals);
  if (truth.freed)
    expect(events.flatMap((e) => (e.kind === 'table-free' ? [[e.level, e.start]] : []))).toEqual(truth.freed);
  if (truth.view && version !== 'v4.18') expect(views).toEqual('vaddr' in truth.view ? [truth.view] : truth.view);
}

describe('the kernel without a patch', () => {
  test.each(truths.flatMap((truth) => truth.versions.map((version) => [version, truth.id, truth] as const)))(
    '%s: %s',
    (version, _id, truth) => check(truth, version),
  );
});
