/** What the machine logged, as steps of the timeline. */

import type { Range } from '../../../../engine/src/address.ts';
import type { Event } from '../../../../engine/src/event.ts';
import { lanesOf } from '../../../../engine/src/lanes.ts';
import type { LaneChange, ReplayStep } from '../../../../engine/src/replay.ts';
import { sizeText } from '../../../../engine/src/size-text.ts';
import { count, hex } from '../run/print.ts';
import { canonicalMapping, max, min } from '../run/ranges.ts';
import type { Run, SyncCall } from '../run/run.ts';

export function eventSteps(run: Run, index: number, source: number | null): readonly ReplayStep[] {
  const event = run.machine.events[index];
  if (!event) return [];
  // Not by its range: a run may sync the same range twice.
  const call = run.syncs.find(({ from, to }) => from <= index && index < to);
  if (event.kind === 'sync') return syncSteps(run, event, call, source);
  // Told inside the sync, which is logged when it ends.
  if (event.kind === 'alloc-failed' && call) return [];
  const step = stepFor(event);
  if (!step) return [];
  const range = 'start' in event && 'end' in event ? event : null;
  const canonical = range && 'keyId' in event ? toCanonical(run, range, event.keyId) : null;
  return [
    {
      ...step,
      source,
      depth: 0,
      range: canonical ? [hex(canonical.start), hex(canonical.end)] : null,
      lanes: canonical && 'keyId' in event && event.keyId === 0 ? lanesAfter(run, index + 1, canonical, 0) : [],
      values: [],
    },
  ];
}

function stepFor(event: Event): Pick<ReplayStep, 'kind' | 'label' | 'detail'> | null {
  switch (event.kind) {
    case 'write': {
      // Writes of other KeyIDs' entries fold into the sync that made them.
      if (event.keyId !== 0 && event.keyId !== null) return null;
      const flags = event.after === null ? 'not present' : event.after.flags.join(' ');
      const where = event.keyId === null ? 'outside the direct mapping' : 'KeyID 0';
      return {
        kind: 'write',
        label: `write ${event.page}`,
        detail: `${where}: the ${event.page} entry at ${hex(event.start)} becomes ${flags}`,
      };
    }
    case 'split':
      return event.keyId === 0
        ? {
            kind: 'split',
            label: `split ${event.page}`,
            detail: `the ${event.page} page at ${hex(event.start)} becomes a table of 512`,
          }
        : null;
    case 'collapse':
      return {
        kind: 'collapse',
        label: `collapse ${event.page}`,
        detail: `the table at ${hex(event.start)} becomes one ${event.page} page`,
      };
    case 'tlb-flush':
      return { kind: 'tlb-flush', label: 'TLB flush', detail: `TLB flush of ${describe(event.range)}` };
    case 'cache-flush':
      return { kind: 'cache-flush', label: 'cache flush', detail: `cache flush of ${describe(event.range)}` };
    case 'alloc-failed':
      return allocationFailed(event);
    case 'bug':
      return { kind: 'fault', label: 'BUG', detail: event.message };
    case 'sync-global-pgds':
      return {
        kind: 'model',
        label: 'sync_global_pgds()',
        detail: `top-level entries of [${hex(event.start)}, ${hex(event.end)}) reach the other page tables`,
      };
    case 'access':
      return {
        kind: 'model',
        label: event.access,
        detail: `${event.access} of ${describe(event)} through the mapping of KeyID ${event.keyId}`,
      };
    case 'cache-conflict':
      return {
        kind: 'fault',
        label: 'stale lines',
        detail: `${describe(event)}: lines written through KeyID ${event.written} are not flushed, and the page is used through KeyID ${event.keyId}`,
      };
    default:
      return null;
  }
}

const allocationFailed = ({ level }: Extract<Event, { kind: 'alloc-failed' }>) =>
  ({ kind: 'fault', label: '-ENOMEM', detail: `the allocation of a ${level} table fails` }) as const;

const describe = (range: Range | 'all') =>
  range === 'all' ? 'everything' : `${sizeText(range.end - range.start)} at ${hex(range.start)}`;

function syncSteps(
  run: Run,
  event: Extract<Event, { kind: 'sync' }>,
  call: SyncCall | undefined,
  source: number | null,
): readonly ReplayStep[] {
  const { layout } = run.machine;
  const after = call?.to ?? run.machine.events.indexOf(event) + 1;
  const mapping = canonicalMapping(layout);
  const range = { start: max(event.start, mapping.start), end: min(event.end, mapping.end) };
  const [failed, until] = event.result === 0 ? ['', ''] : [', which fails with -ENOMEM', ' until a table is missing'];
  const head: ReplayStep = {
    kind: 'sync',
    label: `sync ${event.start < event.end ? sizeText(event.end - event.start) : 'nothing'}`,
    detail: `sync of [${hex(event.start)}, ${hex(event.end)}), ${event.start < event.end ? sizeText(event.end - event.start) : 'nothing'}, for ${count(event.keyIds, 'KeyID')}: ${count(event.cost.entriesVisited, 'entry', 'entries')} visited${failed}`,
    source,
    depth: 0,
    range: [hex(event.start), hex(event.end)],
    lanes: [],
    values: [],
  };
  const rounds: ReplayStep[] = [];
  for (let keyId = 1; keyId <= event.keyIds; keyId++)
    rounds.push({
      kind: 'sync-keyid',
      label: `sync KeyID ${keyId}`,
      detail: `KeyID ${keyId}: the entries in the range are copied from KeyID 0${keyId === event.keyIds ? until : ''}`,
      source,
      depth: 1,
      range: [hex(event.start), hex(event.end)],
      lanes: range.start < range.end ? lanesAfter(run, after, widened(run, range), keyId) : [],
      values: [],
    });
  const missed = run.machine.events
    .slice(call?.from ?? after, after)
    .find((one): one is Extract<Event, { kind: 'alloc-failed' }> => one.kind === 'alloc-failed');
  if (missed) rounds.push({ ...head, ...allocationFailed(missed), depth: 1, lanes: [] });
  return [head, ...rounds];
}

/** A sync that meets a huge page clears all of it: the picture has to reach as far. */
function widened(run: Run, range: Range): Range {
  const mapping = canonicalMapping(run.machine.layout);
  const unit = 1n << 30n;
  return {
    start: max(mapping.start, range.start - (range.start % unit)),
    end: min(mapping.end, range.end + ((unit - (range.end % unit)) % unit)),
  };
}

function lanesAfter(run: Run, events: number, window: Range, keyId: number): readonly LaneChange[] {
  return lanesOf(run.machine.at(events), [window])
    .filter(({ keyIds }) => keyIds[0] <= keyId && keyId <= keyIds[1])
    .map((lane) => ({ ...lane, keyIds: [keyId, keyId] as const }));
}

function toCanonical(run: Run, { start, end }: Range, keyId: number | null): Range | null {
  if (keyId === null) return null;
  const shift = BigInt(keyId) * run.machine.layout.directMappingSize;
  return { start: start - shift, end: end - shift };
}
