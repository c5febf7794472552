/** Why a KeyID mapping differs from KeyID-0's after a run: each stale stretch is laid to one call, or to the lack of one. */
import { PMD_SIZE, type Range } from '../../../../engine/src/address.ts';
import type { Event } from '../../../../engine/src/event.ts';
import { isEndless } from './endless.ts';
import { functionMaking, functionsAround } from './flow.ts';
import { mirrorOf } from './mirrored.ts';
import { canonicalMapping, canonicalOf, covers, intersect, overlaps, subtract, union } from './ranges.ts';
import type { Run, SyncCall } from './run.ts';

export type Cause =
  /** A sync after the change named a range that is not in KeyID-0's direct mapping. */
  | { readonly kind: 'foreign-range'; readonly call: SyncCall; readonly ranges: readonly Range[] }
  /** A sync after a split rebuilt only a part of what the huge page had mapped. */
  | { readonly kind: 'hole'; readonly call: SyncCall; readonly ranges: readonly Range[]; readonly huge: Range }
  /** A sync after the change left out a part of it. */
  | { readonly kind: 'narrow'; readonly call: SyncCall; readonly ranges: readonly Range[] }
  /** The syncs of the run all came before the change. */
  | { readonly kind: 'early'; readonly call: SyncCall; readonly ranges: readonly Range[] }
  /** The patch has changed KeyIDs' mappings by itself, from the event `at` on: those of `keyIds`, and not as KeyID-0's. */
  | {
      readonly kind: 'unlike';
      readonly ranges: readonly Range[];
      readonly at: number;
      readonly keyIds: readonly number[];
    }
  /** No sync after the change, whose event is `at`. */
  | { readonly kind: 'none'; readonly ranges: readonly Range[]; readonly at: number };

type Change = Extract<Event, { kind: 'write' | 'split' | 'collapse' }>;

const isChange = (event: Event): event is Change =>
  (event.kind === 'write' || event.kind === 'split' || event.kind === 'collapse') && event.keyId === 0;

/** Asked for at each of a run's syncs, of which a request of many pages has many. */
const changedIn = { all: new WeakMap<Run, readonly Range[]>(), written: new WeakMap<Run, readonly Range[]>() };

/** Canonical ranges whose entries the run changed; those of splits only with `splits`. */
export function changedRanges(run: Run, splits = false): readonly Range[] {
  const known = splits ? changedIn.all : changedIn.written;
  const ranges = known.get(run) ?? changesOf(run, splits);
  known.set(run, ranges);
  return ranges;
}

const changesOf = (run: Run, splits: boolean) =>
  union(
    run.machine.events
      .slice(run.begin)
      .filter((event) => isChange(event) && (splits || event.kind !== 'split')) as Change[],
  );

export function causesOf(run: Run): readonly Cause[] {
  if (run.stale.length === 0 || (run.fault && !isEndless(run))) return [];
  const stale = canonicalOf(run.machine, run.stale);
  const changes = run.machine.events
    .map((event, index) => ({ event, index }))
    .filter(({ event, index }) => index >= run.begin && isChange(event)) as { event: Change; index: number }[];
  const written = union(changes.filter(({ event }) => event.kind !== 'split').map(({ event }) => event));
  // What nobody changed and is stale all the same was lost by a sync: the hole beside a narrow one.
  const lost = subtract(stale, written);
  const due = subtract(stale, lost);
  return merge([
    ...byHugePage(lost, changes).flatMap((range) => lossCause(run, range, changes)),
    ...due.flatMap((range) => dueCause(run, range, changes)),
  ]).flatMap((cause) => mirrorCause(run, cause));
}

/** What no sync is to blame for may be the patch's own change of the KeyIDs' mappings. A failure that the caller is told of is not. */
function mirrorCause(run: Run, cause: Cause): readonly Cause[] {
  const mirror = cause.kind === 'none' ? mirrorOf(run, cause.ranges) : null;
  if (!mirror) return [cause];
  return run.returned === null || run.returned === 0n ? [{ ...mirror, kind: 'unlike', ranges: cause.ranges }] : [];
}

type Indexed = readonly { readonly event: Change; readonly index: number }[];

/** The holes of two split pages side by side are one stretch, and each may be another call's. */
function byHugePage(ranges: readonly Range[], changes: Indexed): readonly Range[] {
  const pages: Range[] = [];
  for (const { event } of changes) if (event.kind === 'split' && !covers(pages, event)) pages.push(event);
  const inside = pages.flatMap((page) => intersect(ranges, [page]));
  return [...subtract(ranges, pages), ...inside];
}

function lossCause(run: Run, range: Range, changes: Indexed): readonly Cause[] {
  // A 1 GiB page is split before a 2 MiB page in it is.
  const split = changes.find(({ event }) => event.kind === 'split' && overlaps(event, range));
  const huge = split?.event ?? range;
  const call =
    run.syncs.findLast((sync) => sync.from > (split?.index ?? 0) && overlaps(sync, huge)) ??
    run.syncs.findLast((sync) => overlaps(sync, range)) ??
    run.syncs.at(-1);
  if (!call) return [{ kind: 'none', ranges: [range], at: split?.index ?? run.begin }];
  // What a sync tore down beyond KeyID-0's mapping is that call's own fault, and no split's.
  if (!split && !within(call, canonicalMapping(run.machine.layout))) return [];
  // Nothing was split where MKTME has been enabled: the call left out what every KeyID needs then, or came before.
  if (!split) return [{ kind: call.enabled ? 'narrow' : 'early', call, ranges: [range] }];
  return [{ kind: 'hole', call, ranges: [range], huge: { start: huge.start, end: huge.end } }];
}

function dueCause(run: Run, range: Range, changes: Indexed): readonly Cause[] {
  const last = changes.findLast(({ event }) => event.kind !== 'split' && overlaps(event, range));
  const changedAt = last?.index ?? run.begin;
  const after = run.syncs.filter((sync) => sync.from > changedAt);
  const mapping = canonicalMapping(run.machine.layout);
  const foreign = after.findLast((sync) => sync.start < sync.end && !within(sync, mapping));
  if (foreign) return [{ kind: 'foreign-range', call: foreign, ranges: [range] }];
  const nearest = after.findLast((sync) => near(sync, range)) ?? after.at(-1);
  if (nearest) return [{ kind: 'narrow', call: nearest, ranges: [range] }];
  // One entry is one change, also where a sync had covered a part of what it maps.
  const changed = last?.event ?? range;
  const early = run.syncs.findLast((sync) => overlaps(sync, changed) && isOneFlow(run, sync, changedAt));
  return early ? [{ kind: 'early', call: early, ranges: [range] }] : [{ kind: 'none', ranges: [range], at: changedAt }];
}

/**
 * True if the sync and a later change belong together: one call of a function of the patch does both, or what called the
 * function that syncs makes the change itself, as where it links the table that phys_pud_init() has filled.
 */
function isOneFlow(run: Run, sync: SyncCall, changedAt: number): boolean {
  const around = functionsAround(run, sync.from, changedAt);
  return around.some((name) => run.entered.has(name)) || around.at(-1) === functionMaking(run, changedAt);
}

const within = (range: Range, mapping: Range) => range.start >= mapping.start && range.end <= mapping.end;

const near = (sync: Range, range: Range) => overlaps({ start: sync.start - PMD_SIZE, end: sync.end + PMD_SIZE }, range);

/** One cause for all ranges of one kind at one call. */
function merge(causes: readonly Cause[]): readonly Cause[] {
  const merged = new Map<string, Cause>();
  for (const cause of causes) {
    const key = `${cause.kind}/${'call' in cause ? cause.call.id : ''}`;
    const known = merged.get(key);
    const ranges = known ? union([...known.ranges, ...cause.ranges]) : cause.ranges;
    const first = known?.kind === 'none' && cause.kind === 'none' && known.at < cause.at ? known : cause;
    merged.set(key, { ...first, ranges });
  }
  return [...merged.values()];
}
