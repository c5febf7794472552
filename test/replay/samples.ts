/** Hand-made replay documents: what the engine would hand over, small enough to know every number of. */
import type {
  LaneChange,
  Replay,
  ReplayMark,
  ReplayRun,
  ReplaySourceLine,
  ReplayStep,
} from '../../engine/src/replay.ts';

const PAGE_OFFSET = 0xffff888000000000n;
const KIB = 1024n;
const MIB = 1024n * KIB;
const GIB = 1024n * MIB;
const hex = (value: bigint): string => `0x${value.toString(16)}`;
const canonical = (offset: bigint): string => hex(PAGE_OFFSET + offset);

const run = (start: bigint, end: bigint, page: ReplayRun['page'], flags: readonly string[]): ReplayRun => ({
  start: hex(start),
  end: hex(end),
  page,
  pfn: hex(start >> 12n),
  flags,
});
const rw = ['nx', 'rw'];
const ro = ['nx'];

const change = (
  keyIds: readonly [number, number],
  start: bigint,
  end: bigint,
  runs: readonly ReplayRun[],
): LaneChange => ({
  keyIds,
  start: hex(start),
  end: hex(end),
  runs,
});

const step = (part: Partial<ReplayStep> & Pick<ReplayStep, 'kind' | 'label' | 'detail'>): ReplayStep => ({
  source: null,
  depth: 0,
  range: null,
  lanes: [],
  values: [],
  ...part,
});

const machine = (keyIds: number, ram = 4n * GIB): Replay['machine'] => ({
  pagingLevels: 4,
  pageOffset: hex(PAGE_OFFSET),
  directMappingSize: hex(1n << 40n),
  ramBytes: hex(ram),
  keyIds,
});

const ramLanes = (keyIds: number, ram = 4n * GIB): LaneChange[] => [
  change([0, keyIds], 0n, ram, [run(0n, GIB, '2M', rw), run(GIB, ram, '1G', rw)]),
];

/** A hook written for these samples; it stands for what a patch shows. */
const hook = (rows: readonly (readonly [number, ReplaySourceLine['kind'], string])[]): ReplaySourceLine[] =>
  rows.map(([line, kind, text]) => ({
    patchLine: kind === 'gap' ? null : line,
    kernelLine: kind === 'gap' ? null : line + 158,
    path: 'arch/x86/mm/pageattr.c',
    function: 'cpa_flush',
    kind,
    text,
  }));

const partialSource = hook([
  [186, 'context', '\tBUG_ON(irqs_disabled());'],
  [187, 'context', ''],
  [188, 'added', '\tif (mktme_enabled()) {'],
  [189, 'added', '\t\tunsigned long first = *data->vaddr;'],
  [190, 'added', '\t\tunsigned long last = first + data->curpage * PAGE_SIZE;'],
  [191, 'added', ''],
  [192, 'added', '\t\tsync_direct_mapping(first, last);'],
  [193, 'added', '\t}'],
  [0, 'gap', ''],
  [201, 'context', '\tif (!cache)'],
  [202, 'context', '\t\treturn;'],
  [203, 'removed', '\tclflush_everything(data);'],
  [204, 'added', '\tclflush_range(data, cache);'],
]);

const AT = 2n * MIB;

/** Read-only for 4 KiB of a 2 MiB page; the sync covers only the 4 KiB: the split leaves a hole in every KeyID. */
export function splitHole(keyIds: number): Replay {
  const table = [run(AT, AT + 4n * KIB, '4K', rw), run(AT + 4n * KIB, AT + 2n * MIB, '4K', rw)];
  const entry = run(AT, AT + 4n * KIB, '4K', ro);
  const range = [canonical(AT), canonical(AT + 4n * KIB)] as const;
  const huge = [canonical(AT), canonical(AT + 2n * MIB)] as const;
  const sync: ReplayStep[] = Array.from({ length: keyIds }, (_, index) =>
    step({
      kind: 'sync-keyid',
      label: `sync KeyID ${index + 1}`,
      detail: `KeyID ${index + 1}: the 2 MiB leaf is cleared, a new table gets 1 of its 512 entries.`,
      source: 6,
      depth: 1,
      range,
      lanes: [change([index + 1, index + 1], AT, AT + 2n * MIB, [entry])],
    }),
  );
  return {
    schema: 1,
    scenario: {
      id: 'set-memory-ro/4k-in-2m',
      title: 'set_memory_ro() of 4 KiB inside a 2 MiB page',
      call: 'set_memory_ro(0xffff888000200000, 1)',
    },
    variant: 'patched',
    verdict: {
      ok: false,
      sentence: `KeyID 1-${keyIds} lose 2044 KiB: the sync covers 4 KiB of a 2 MiB page that the change has split.`,
    },
    machine: machine(keyIds),
    source: partialSource,
    initial: ramLanes(keyIds),
    steps: [
      step({ kind: 'model', label: 'set_memory_ro', detail: 'set_memory_ro() clears rw on one page.', range }),
      step({
        kind: 'split',
        label: 'split 2M',
        detail: 'The 2 MiB leaf becomes a table of 512 entries.',
        range: huge,
        lanes: [change([0, 0], AT, AT + 2n * MIB, table)],
      }),
      step({ kind: 'tlb-flush', label: 'TLB flush', detail: 'flush_tlb_all() after the split.', depth: 1 }),
      step({
        kind: 'write',
        label: 'write pte',
        detail: 'KeyID 0: the first entry of the new table loses rw.',
        range,
        lanes: [change([0, 0], AT, AT + 4n * KIB, [entry])],
      }),
      step({ kind: 'statement', label: 'mktme_enabled()', detail: 'mktme_enabled() is true.', source: 2 }),
      step({
        kind: 'statement',
        label: 'first = ...',
        detail: 'first is the changed address.',
        source: 3,
        values: [{ source: 3, name: 'first', value: '0xffff888000200000' }],
      }),
      step({
        kind: 'statement',
        label: 'last = ...',
        detail: 'last is one page further.',
        source: 4,
        values: [{ source: 4, name: 'last', value: 'first + 4 KiB' }],
      }),
      step({
        kind: 'sync',
        label: `sync KeyID 1-${keyIds}`,
        detail: `sync_direct_mapping() of 4 KiB in ${keyIds} KeyIDs returns 0.`,
        source: 6,
        range,
      }),
      ...sync,
      step({
        kind: 'tlb-flush',
        label: 'TLB flush',
        detail: 'flush_tlb_all() at the end of the sync.',
        source: 6,
        depth: 1,
      }),
      step({
        kind: 'statement',
        label: '!cache',
        detail: 'cache is 0: no cache flush is due.',
        source: 9,
        values: [{ source: 9, name: 'cache', value: '0' }],
      }),
      step({ kind: 'return', label: 'return', detail: 'cpa_flush() returns.', source: 10 }),
    ],
    marks: [
      mark('changed', [0, 0], AT, AT + 4n * KIB),
      mark('synced', [1, keyIds], AT, AT + 4n * KIB),
      mark('hole', [1, keyIds], AT + 4n * KIB, AT + 2n * MIB),
    ],
    cost: { visited: keyIds, needed: 512 * keyIds },
  };
}

const mark = (kind: ReplayMark['kind'], keyIds: readonly [number, number], start: bigint, end: bigint): ReplayMark => ({
  kind,
  keyIds,
  start: canonical(start),
  end: canonical(end),
});

/** The same change without the patch: nobody tells the other KeyIDs. */
export function unpatched(keyIds: number): Replay {
  const whole = splitHole(keyIds);
  return {
    ...whole,
    variant: 'unpatched',
    verdict: { ok: false, sentence: `KeyID 1-${keyIds} keep 4 KiB writable that KeyID 0 has made read-only.` },
    source: whole.source.filter((line) => line.kind !== 'added'),
    steps: whole.steps
      .filter((each) => each.kind !== 'sync' && each.kind !== 'sync-keyid' && each.kind !== 'statement')
      .map((each) => ({ ...each, source: null, values: [] })),
    marks: [mark('changed', [0, 0], AT, AT + 4n * KIB), mark('stale', [1, keyIds], AT, AT + 4n * KIB)],
    cost: { visited: 0, needed: 512 * keyIds },
  };
}

/** Uncached for two scattered 2 MiB pages, swept whole by the sync; its early return skips the cache flush; one KeyID fails. */
export function skippedFlush(): Replay {
  const keyIds = 3;
  const uc = ['nx', 'pcd', 'pwt', 'rw'];
  const places = [16n * MIB, 900n * MIB];
  const source = hook([
    [196, 'added', '\tret = sync_direct_mapping(PAGE_OFFSET, end_of_mapping);'],
    [197, 'added', '\tif (ret == 0)'],
    [198, 'added', '\t\treturn;'],
    [199, 'context', '\tfor (i = 0; i < data->numpages; i++)'],
    [200, 'context', '\t\tclflush_cache_range(addr_of(data, i), PAGE_SIZE);'],
  ]);
  const everything = [canonical(0n), canonical(1n << 40n)] as const;
  return {
    schema: 1,
    scenario: {
      id: 'set-memory-array-uc/scattered',
      title: 'set_memory_array_uc() of scattered pages',
      call: 'set_memory_array_uc({0xffff888001000000, 0xffff888038400000}, 2)',
    },
    variant: 'patched',
    verdict: {
      ok: false,
      sentence: 'The early return skips the cache flush of 4 MiB that turned uncached; the sync sweeps 1 TiB for it.',
    },
    machine: machine(keyIds),
    source,
    initial: ramLanes(keyIds),
    steps: [
      ...places.map((at) =>
        step({
          kind: 'write',
          label: 'write pmd',
          detail: `KeyID 0: the 2 MiB leaf at ${canonical(at)} turns uncached.`,
          range: [canonical(at), canonical(at + 2n * MIB)],
          lanes: [change([0, 0], at, at + 2n * MIB, [run(at, at + 2n * MIB, '2M', uc)])],
        }),
      ),
      step({
        kind: 'sync',
        label: 'sync everything',
        detail: 'sync_direct_mapping() of the whole mapping: KeyID 3 runs out of memory.',
        source: 0,
        range: everything,
      }),
      ...[1, 2].map((keyId) =>
        step({
          kind: 'sync-keyid',
          label: `sync KeyID ${keyId}`,
          detail: `KeyID ${keyId} follows.`,
          source: 0,
          depth: 1,
          range: everything,
          lanes: places.map((at) => change([keyId, keyId], at, at + 2n * MIB, [run(at, at + 2n * MIB, '2M', uc)])),
        }),
      ),
      step({
        kind: 'sync-keyid',
        label: 'sync KeyID 3',
        detail: 'KeyID 3 follows half way.',
        source: 0,
        depth: 1,
        range: [canonical(0n), canonical(512n * MIB)],
        lanes: [change([3, 3], 16n * MIB, 18n * MIB, [run(16n * MIB, 18n * MIB, '2M', uc)])],
      }),
      step({
        kind: 'fault',
        label: '-ENOMEM',
        detail: 'A table cannot be allocated in KeyID 3.',
        source: 0,
        depth: 1,
        range: [canonical(512n * MIB), canonical(GIB)],
        values: [{ source: 0, name: 'ret', value: '-12' }],
      }),
      step({ kind: 'statement', label: 'ret == 0', detail: 'ret is not 0.', source: 1 }),
      step({ kind: 'return', label: 'return', detail: 'cpa_flush() returns at once.', source: 2 }),
      step({
        kind: 'missing',
        label: 'cache flush',
        detail: 'Today the kernel flushes the cache lines of 4 MiB here; this run never does.',
        range: [canonical(16n * MIB), canonical(18n * MIB)],
      }),
      step({ kind: 'return', label: 'return 0', detail: 'set_memory_array_uc() returns.' }),
    ],
    marks: [
      ...places.map((at) => mark('changed', [0, 0], at, at + 2n * MIB)),
      mark('stale', [3, 3], 900n * MIB, 902n * MIB),
      mark('swept', [1, 3], 0n, 16n * MIB),
      mark('swept', [1, 3], 18n * MIB, 900n * MIB),
    ],
    cost: { visited: 6144, needed: 6 },
  };
}

/** A sync that covers the whole table: nothing wrong. */
export function goodSync(keyIds: number): Replay {
  const bad = splitHole(keyIds);
  const table = [run(AT, AT + 4n * KIB, '4K', ro), run(AT + 4n * KIB, AT + 2n * MIB, '4K', rw)];
  const range = [canonical(AT), canonical(AT + 2n * MIB)] as const;
  return {
    ...bad,
    verdict: { ok: true, sentence: 'Every KeyID follows the change.' },
    steps: bad.steps.map((each) =>
      each.kind === 'sync-keyid' || each.kind === 'sync'
        ? { ...each, range, lanes: each.lanes.map((lane) => ({ ...lane, runs: table })) }
        : each,
    ),
    marks: [mark('changed', [0, 0], AT, AT + 4n * KIB), mark('synced', [1, keyIds], AT, AT + 2n * MIB)],
    cost: { visited: 512 * keyIds, needed: 512 * keyIds },
  };
}

/** 128 MiB of RAM are taken away; the sync of the range stops after KeyID 1: the others keep what KeyID 0 has lost. */
export function hotRemove(): Replay {
  const from = 2n * GIB + 128n * MIB;
  const to = from + 128n * MIB;
  const range = [canonical(from), canonical(to)] as const;
  const gone = (keyIds: readonly [number, number]): LaneChange[] => [change(keyIds, from, to, [])];
  return {
    ...splitHole(3),
    scenario: {
      id: 'hot-remove/aligned',
      title: 'memory hot-remove of 128 MiB',
      call: 'arch_remove_memory(0x88000000, 0x8000000)',
    },
    verdict: {
      ok: false,
      sentence: 'KeyID 2-3 still map 128 MiB of removed memory: the loop over KeyIDs ends too early.',
    },
    initial: [change([0, 3], 0n, 4n * GIB, [run(0n, 4n * GIB, '2M', rw)])],
    source: [],
    steps: [
      step({
        kind: 'write',
        label: 'remove_pagetable',
        detail: 'remove_pagetable() clears 64 pmd entries of KeyID 0.',
        range,
        lanes: gone([0, 0]),
      }),
      step({ kind: 'tlb-flush', label: 'TLB flush', detail: 'flush_tlb_all().' }),
      step({ kind: 'sync', label: 'sync', detail: 'sync_direct_mapping() of the range.', range }),
      step({
        kind: 'sync-keyid',
        label: 'sync KeyID 1',
        detail: 'KeyID 1 follows.',
        depth: 1,
        range,
        lanes: gone([1, 1]),
      }),
    ],
    marks: [mark('changed', [0, 0], from, to), mark('extra', [2, 3], from, to)],
    cost: { visited: 64, needed: 192 },
  };
}

/** `count` single-page changes all over 64 GiB, each followed in one KeyID after the other: for speed. */
export function manySteps(count: number, keyIds = 63): Replay {
  const ram = 64n * GIB;
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  const steps: ReplayStep[] = [];
  while (steps.length < count) {
    const at = BigInt(random(4096)) * 2n * MIB + BigInt(random(512)) * 4n * KIB;
    const keyId = steps.length % 3 === 0 ? 0 : 1 + random(keyIds);
    const range = [canonical(at), canonical(at + 4n * KIB)] as const;
    const flags = random(2) === 0 ? ro : rw;
    steps.push(
      step({
        kind: keyId === 0 ? 'write' : 'sync-keyid',
        label: keyId === 0 ? 'write pte' : `sync KeyID ${keyId}`,
        detail: `${keyId === 0 ? 'Changed' : 'Synced'} 4 KiB at ${range[0]}.`,
        source: steps.length % 5,
        range,
        lanes: [change([keyId, keyId], at, at + 4n * KIB, [run(at, at + 4n * KIB, '4K', flags)])],
      }),
    );
  }
  return {
    ...splitHole(keyIds),
    scenario: { id: 'soak/many', title: `${count} changes of one page`, call: `soak(${count})` },
    verdict: { ok: false, sentence: 'Some KeyIDs have not followed every change.' },
    machine: machine(keyIds, ram),
    initial: [change([0, keyIds], 0n, ram, [run(0n, ram, '4K', rw)])],
    steps,
    marks: [],
    cost: { visited: count, needed: count },
  };
}
