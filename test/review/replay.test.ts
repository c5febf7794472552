/** A replay's steps as a reviewer reads them along the timeline: kind, label, and what they are nested in. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createHistory } from '../../engine/src/picture/history.ts';
import { createStates } from '../../engine/src/picture/state.ts';
import { loadReviewer } from '../../server/src/show/load-reviewer.ts';

const reviewer = await loadReviewer();
const example = readFileSync(new URL('../../examples/hook-cpa-flush.patch', import.meta.url), 'utf8');
const report = reviewer.review(example, { file: 'hook-cpa-flush.patch' });

const stepsOf = (scenario: string) =>
  report.replay(0, scenario, 'patched')?.steps.map(({ label, depth }) => '  '.repeat(depth) + label);

const HOOK = [
  'interrupts must be on',
  'if (mktme_enabled()) {',
  'unsigned long from = *cpa->vaddr;',
  'unsigned long to = from + cpa->numpages * PAGE_SIZE;',
  'if (cpa->flags & CPA_ARRAY) {',
  'sync_direct_mapping(from, to);',
];

it('names what the kernel did and the lines of the patch, each once', () => {
  expect(stepsOf('set-memory-ro/4k-in-2m')).toEqual([
    'split 2M',
    'TLB flush',
    'write 4K',
    ...HOOK,
    'sync 4 KiB',
    '  sync KeyID 1',
    '  sync KeyID 2',
    '  sync KeyID 3',
    'TLB flush',
    'return;',
    'return',
  ]);
});

it('says who did it', () => {
  expect(report.replay(0, 'set-memory-ro/4k-in-2m', 'patched')?.steps[0]?.detail).toBe(
    '__split_large_page(), link the table: the 2M page at 0xffff888004000000 becomes a table of 512',
  );
});

it('has an allocation that fails inside the sync it ends', () => {
  const failing = report.patches[0]?.findings.find(({ rule }) => rule === 'unchecked-result')?.scenario ?? '';
  expect(stepsOf(failing)?.slice(-7)).toEqual([
    'sync_direct_mapping(from, to);',
    'sync 4 KiB',
    '  sync KeyID 1',
    '  -ENOMEM',
    'TLB flush',
    'return;',
    'return',
  ]);
});

it('ends in the picture that the verdict speaks of, in every scenario', () => {
  for (const { id } of report.patches[0]?.scenarios ?? []) {
    const replay = report.replay(0, id, 'patched');
    if (replay === null) throw new Error(`${id} has a replay`);
    const { groups } = createStates(createHistory(replay))(replay.steps.length);
    const differ = groups.flatMap(({ differs }) => differs.map(({ kind }) => kind));
    const marked = replay.marks.map(({ kind }) => kind).filter((kind) => /hole|stale|extra/.test(kind));
    expect([id, [...new Set(differ)].sort()]).toEqual([id, [...new Set(marked)].sort()]);
  }
});

it('shows a flush that is left to a sync while MKTME is off', () => {
  const leaning = readFileSync(new URL('../fixtures/review/leaning.patch', import.meta.url), 'utf8');
  const patch = leaning.replace(/^~.*\n/gm, '');
  const reviewed = reviewer.review(patch, { file: 'leaning.patch' });
  const found = reviewed.patches[0]?.findings.find(({ rule }) => rule === 'skipped-flush');
  expect(found?.scenario).toBe('set-memory-ro/4k-in-2m#mktme-off');
  const replay = reviewed.replay(0, 'set-memory-ro/4k-in-2m#mktme-off', 'patched');
  expect(replay?.verdict.sentence).toMatch(/^MKTME is off/);
  expect(replay?.steps.slice(-6).map(({ label }) => label)).toEqual([
    'sync 1 GiB',
    'for (i = 0; i < cpa->numpages; i++) {',
    'if (!cache) return;',
    'return;',
    'TLB flush',
    'return',
  ]);
  expect(replay?.steps.at(-2)?.kind).toBe('missing');
});
