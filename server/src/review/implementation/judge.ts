/** What a run of the patch's own sync shows: plain facts with the statement each is laid to. */

import { PMD_SIZE, PUD_SIZE } from '../../../../engine/src/address.ts';
import type { Event } from '../../../../engine/src/event.ts';
import { lanesOf } from '../../../../engine/src/lanes.ts';
import type { Machine, Stale } from '../../../../engine/src/machine.ts';
import type { ReplayRun } from '../../../../engine/src/replay.ts';
import { sizeText } from '../../../../engine/src/size-text.ts';
import type { Moves } from '../run/moves.ts';
import { count, hex } from '../run/print.ts';
import { canonicalMapping, subtract } from '../run/ranges.ts';
import type { Spot } from '../run/run.ts';
import { culprit, definition, nearestTo, unvisited, walk } from './blame.ts';
import type { Execution } from './execute.ts';

export interface Fact {
  readonly rule: 'faulty-sync' | 'early-table-free' | 'unpropagated-top-level' | 'sync-in-atomic';
  readonly spot: Spot;
  readonly message: string;
  readonly reason: string;
}

export function movedFact(fact: Fact, moves: Moves): Fact | null {
  const spot = moves.spot(fact.spot);
  return spot && { ...fact, spot };
}

export function judge(done: Execution): readonly Fact[] {
  // What hangs on a value that nobody knows may be as it should in the kernel.
  if (done.run.assumed.length + done.run.loops.length > 0) return [];
  const undefinedValues = undefinedBehaviour(done);
  if (undefinedValues.length > 0) return undefinedValues;
  const bits = wrongKeyIds(done);
  // An entry with the wrong KeyID also translates wrongly: that is one mistake.
  const other = differences(done).filter(({ spot }) => !bits.some((fact) => fact.spot.span.start === spot.span.start));
  const strayed = strays(done);
  const lost = other.length + bits.length > 0 ? [] : leaks(done);
  return [...broken(done), ...bits, ...strayed, ...other, ...lost, ...frees(done), ...topLevel(done), ...atomic(done)];
}

const undefinedBehaviour = ({ watch, test }: Execution): readonly Fact[] =>
  watch.undefined.map(({ what, spot }) => faulty(spot, `with ${test.title}: ${what}`, 'undefined'));

const faulty = (spot: Spot, message: string, reason: string): Fact => ({ rule: 'faulty-sync', spot, message, reason });

function broken(done: Execution): readonly Fact[] {
  const { run, test } = done;
  if (run.fault)
    return [
      faulty(
        run.fault.spot ?? definition(done),
        `with ${test.title} the sync ${run.fault.kind === 'limit' ? 'does not come to an end' : 'breaks here'}: ${run.fault.message}`,
        run.fault.detail,
      ),
    ];
  const kept = [...done.watch.held.values()].find((spot) => spot !== null);
  if (kept) return [faulty(kept, `with ${test.title} the sync returns with this lock held`, 'lock')];
  const bug = run.machine.events.slice(run.begin).find((event) => event.kind === 'bug');
  if (bug?.kind === 'bug') return [faulty(definition(done), `with ${test.title}: ${bug.message}`, 'bug')];
  if (run.failure === null && run.returned !== null && run.returned !== 0n)
    return [
      faulty(
        definition(done),
        `with ${test.title} the sync fails (${BigInt.asIntN(32, run.returned)}) though every allocation succeeds`,
        'fails',
      ),
    ];
  return [];
}

/** Mappings that differ although the reference brings them up to date. */
function differences(done: Execution): readonly Fact[] {
  const { run, reference, test } = done;
  if (run.fault) return [];
  const failed = run.failure !== null && run.returned !== 0n;
  if (failed) return [];
  const own = run.stale.flatMap((stale) => without(stale, reference));
  const facts = new Map<string, Fact>();
  for (const stale of own) {
    const near = nearestTo(done, stale.start);
    const swallowed = run.failure !== null;
    const spot = swallowed ? (done.watch.lost ?? definition(done)) : (near ?? unvisited(done));
    const what = { hole: 'has a hole', stale: 'keeps the old mapping', extra: 'still maps what is gone' }[stale.kind];
    const message = swallowed
      ? `an allocation fails and the sync returns 0 all the same: KeyID ${stale.keyId} ${what} of ${sizeText(stale.end - stale.start)}`
      : `with ${test.title} KeyID ${stale.keyId} ${what}: ${sizeText(stale.end - stale.start)} at ${hex(stale.start)}`;
    const key = `${spot.span.start}/${swallowed}`;
    if (!facts.has(key)) facts.set(key, faulty(spot, message, swallowed ? 'failure' : 'differs'));
  }
  return [...facts.values()];
}

const without = (stale: Stale, reference: readonly Stale[]): readonly Stale[] =>
  subtract(
    [stale],
    reference.filter((other) => other.keyId === stale.keyId && other.kind === stale.kind),
  ).map((range) => ({ ...stale, ...range }));

/** Page-table pages that the reference gives back and this sync does not. */
function leaks(done: Execution): readonly Fact[] {
  const { run, journal, test, referenceFrees } = done;
  const lost = referenceFrees - journal.frees.length;
  if (run.fault || run.failure !== null || lost <= 0) return [];
  return [
    faulty(
      [...journal.unhooked.values()].at(-1) ?? definition(done),
      `with ${test.title} ${count(lost, 'page-table page')} that nothing points to any more ${lost === 1 ? 'is' : 'are'} never freed`,
      'leak',
    ),
  ];
}

/** Leaves whose KeyID bits are not those of the mapping they stand in. */
function wrongKeyIds(done: Execution): readonly Fact[] {
  const { run, journal, test } = done;
  if (run.fault || run.returned !== 0n) return [];
  const { layout } = run.machine;
  const mask = (1n << BigInt(52 - layout.keyIdShift)) - 1n;
  const lane = lanesOf(run.machine, [canonicalMapping(layout)]).find(({ keyIds }) => keyIds[0] === 0);
  for (const { start } of lane?.runs ?? []) {
    for (let keyId = 1; keyId <= layout.keyIds; keyId++) {
      const address = layout.pageOffset + BigInt(keyId) * layout.directMappingSize + BigInt(start);
      const last = walk(journal.frames, layout, address).at(-1);
      if (!last || last.value === 0n) continue;
      const found = (last.value >> BigInt(layout.keyIdShift)) & mask;
      if (found === BigInt(keyId)) continue;
      const spot = culprit(done, address, last.at) ?? journal.writers.get(last.at);
      if (spot)
        return [
          faulty(
            spot,
            `with ${test.title} the entry for KeyID ${keyId} at ${hex(address)} is written with KeyID ${found}`,
            'keyid',
          ),
        ];
    }
  }
  return [];
}

/** What the sync writes where it has no business: KeyID-0's own mapping, and what lies behind the last KeyID's. */
function strays(done: Execution): readonly Fact[] {
  const { run, journal, test, before } = done;
  if (run.fault) return [];
  const { layout } = run.machine;
  const canonical = canonicalMapping(layout);
  const mapped = (machine: Machine) => lanesOf(machine, [canonical]).find(({ keyIds }) => keyIds[0] === 0)?.runs ?? [];
  const was = mapped(before);
  const is = mapped(run.machine);
  const changed = unlike(is, was) ?? unlike(was, is);
  if (changed) {
    const address = layout.pageOffset + BigInt(changed.start);
    const spot = nearestTo(done, address) ?? definition(done);
    return [faulty(spot, `with ${test.title} the sync changes KeyID-0's own mapping at ${hex(address)}`, 'canonical')];
  }
  const end = layout.pageOffset + BigInt(layout.keyIds + 1) * layout.directMappingSize;
  const stray = is
    .map(({ start }) => end + BigInt(start))
    .find((address) => {
      const last = walk(journal.frames, layout, address).at(-1);
      return last !== undefined && last.value !== 0n && journal.writers.has(last.at);
    });
  if (stray === undefined) return [];
  const message = `with ${test.title} the sync writes entries at ${hex(stray)}, behind the mapping of the last KeyID (${layout.keyIds})`;
  return [faulty(unvisited(done), message, 'behind')];
}

/** The first run of one mapping that the other does not have. */
function unlike(runs: readonly ReplayRun[], others: readonly ReplayRun[]): ReplayRun | undefined {
  const known = new Set(others.map((run) => JSON.stringify(run)));
  return runs.find((run) => !known.has(JSON.stringify(run)));
}

function frees({ run, journal, test }: Execution): readonly Fact[] {
  // Each free at fault is an event too, in the same order; the events know whose table it was.
  const tables = run.machine.events.slice(run.begin).filter(isEarlyFree);
  return journal.frees
    .filter(({ fault }) => fault !== null)
    .flatMap(({ spot, fault }, index): Fact[] => {
      const table = tables[index];
      if (!spot || !fault) return [];
      const what = table ? tableText(table) : 'a page-table page';
      const why = fault === 'hooked' ? 'while an entry still points to it' : 'before the TLB flush that retires it';
      const message = `${what} is freed ${why} (${test.title})`;
      return [{ rule: 'early-table-free', spot, message, reason: fault }];
    });
}

type TableFree = Extract<Event, { kind: 'table-alloc' | 'table-free' }>;

const isEarlyFree = (event: Event): event is TableFree => event.kind === 'table-free' && event.fault !== undefined;

/** What the entries of one table of each level translate, in bytes. */
const COVERED = { pte: PMD_SIZE, pmd: PUD_SIZE, pud: 512n * PUD_SIZE, p4d: 512n * 512n * PUD_SIZE } as const;

function tableText({ keyId, level, start }: TableFree): string {
  const whose = keyId === null ? '' : ` of KeyID ${keyId}`;
  return `the ${level} table${whose} for [${hex(start)}, ${hex(start + COVERED[level])})`;
}

function topLevel(done: Execution): readonly Fact[] {
  const { run, journal, test } = done;
  // New entries of KeyID-0's own mapping are the business of whoever made them.
  const { pageOffset, directMappingSize } = run.machine.layout;
  const missing = run.machine.missingTopLevel().find(({ end }) => end > pageOffset + directMappingSize);
  if (!missing || run.fault) return [];
  const writer = walk(journal.frames, run.machine.layout, missing.start)[0];
  const spot = (writer && journal.writers.get(writer.at)) ?? definition(done);
  const message = `the sync creates the top-level entry for ${hex(missing.start)} in init_mm alone (${test.title}): the other page tables never get it (sync_global_pgds() of the caller covers KeyID-0's range only)`;
  return [{ rule: 'unpropagated-top-level', spot, message, reason: 'top-level' }];
}

const atomic = ({ journal, test }: Execution): readonly Fact[] =>
  journal.atomicAllocations.map((spot) => ({
    rule: 'sync-in-atomic',
    spot,
    message: `a page is allocated here while a spinlock is held (${test.title}): the allocation may sleep`,
    reason: 'allocation',
  }));
