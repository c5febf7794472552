/** What a run of the patch's own sync shows: plain facts with the statement each is laid to. */
import type { Address } from '../../../../engine/src/address.ts';
import type { TableFrames } from '../../../../engine/src/frames.ts';
import { lanesOf } from '../../../../engine/src/lanes.ts';
import type { Layout } from '../../../../engine/src/layout.ts';
import type { Stale } from '../../../../engine/src/machine.ts';
import type { Moves } from '../run/moves.ts';
import { count, hex, size } from '../run/print.ts';
import { canonicalMapping, subtract } from '../run/ranges.ts';
import type { Spot } from '../run/run.ts';
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
  const bits = wrongKeyIds(done);
  // An entry with the wrong KeyID also translates wrongly: that is one mistake.
  const other = differences(done).filter(({ spot }) => !bits.some((fact) => fact.spot.span.start === spot.span.start));
  const lost = other.length + bits.length > 0 ? [] : leaks(done);
  return [...broken(done), ...bits, ...other, ...lost, ...frees(done), ...topLevel(done), ...atomic(done)];
}

const definition = ({ sync }: Execution): Spot => ({
  text: sync.shown.text,
  span: sync.shown.source.nameSpan ?? { start: 0, end: 0 },
  function: sync.name,
});

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
    const spot = swallowed ? definition(done) : (near ?? unvisited(done));
    const what = { hole: 'has a hole', stale: 'keeps the old mapping', extra: 'still maps what is gone' }[stale.kind];
    const message = swallowed
      ? `an allocation fails and the sync returns 0 all the same: KeyID ${stale.keyId} ${what} of ${size(stale.end - stale.start)}`
      : `with ${test.title} KeyID ${stale.keyId} ${what}: ${size(stale.end - stale.start)} at ${hex(stale.start)}`;
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

/** The statement that last wrote, or else last looked at, an entry on the way to an address: the deepest first. */
function nearestTo({ journal, run }: Execution, address: Address): Spot | null {
  // With five levels the top entry serves several KeyIDs: who looked at it, looked for another one perhaps.
  const shared = run.machine.layout.pagingLevels === 5 ? 1 : 0;
  const way = walk(journal.frames, run.machine.layout, address).slice(shared).toReversed();
  for (const spots of [journal.writers, journal.readers])
    for (const { at } of way) {
      const spot = spots.get(at);
      if (spot) return spot;
    }
  return null;
}

/** The loop that never came by: nothing on the way to the address was as much as looked at. */
function unvisited(done: Execution): Spot {
  const { sync } = done;
  const loop = sync.shown.source.pieces
    .flatMap((piece) => piece.body)
    .find((stmt) => stmt.kind === 'for' || stmt.kind === 'while');
  if (!loop) return definition(done);
  const span = loop.kind === 'for' && loop.test ? loop.test : loop.kind === 'while' ? loop.test : loop;
  return { text: sync.shown.text, span: { start: span.start, end: span.end }, function: sync.name };
}

/** Page-table pages that the reference gives back and this sync does not. */
function leaks(done: Execution): readonly Fact[] {
  const { run, journal, test, referenceFrees } = done;
  const lost = referenceFrees - journal.frees.length;
  if (run.fault || run.failure !== null || lost <= 0) return [];
  return [
    faulty(
      definition(done),
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
      const spot = journal.writers.get(last.at);
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

function frees({ journal, test }: Execution): readonly Fact[] {
  return journal.frees.flatMap(({ spot, fault }): Fact[] => {
    if (!spot || !fault) return [];
    const message =
      fault === 'hooked'
        ? `a page-table page is freed while an entry still points to it (${test.title})`
        : `a page-table page is freed before the TLB flush that retires it (${test.title})`;
    return [{ rule: 'early-table-free', spot, message, reason: fault }];
  });
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

/** The entries that translate an address, from the top: physical address and value of each, down to a leaf or an empty one. */
function walk(frames: TableFrames, layout: Layout, address: Address): { at: bigint; value: bigint }[] {
  const shifts = layout.pagingLevels === 5 ? [48n, 39n, 30n, 21n, 12n] : [39n, 30n, 21n, 12n];
  const way: { at: bigint; value: bigint }[] = [];
  let table = frames.pgd;
  for (const shift of shifts) {
    if (!frames.contains(table)) break;
    const at = table + ((address >> shift) & 511n) * 8n;
    const value = frames.load(at);
    way.push({ at, value });
    const isLarge = (value & 0x80n) !== 0n && shift > 12n;
    if ((value & 1n) === 0n || isLarge) break;
    table = value & ((1n << BigInt(layout.keyIdShift)) - 1n) & ~0xfffn;
  }
  return way;
}
