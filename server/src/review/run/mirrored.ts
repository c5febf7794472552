/** The other way to keep the mappings equal: code of the patch that makes the same change in each KeyID's mapping. */

import type { Range } from '../../../../engine/src/address.ts';
import type { Event } from '../../../../engine/src/event.ts';
import { overlaps } from './ranges.ts';
import type { Run, Spot } from './run.ts';

/** A change of the mapping of a KeyID that no sync has made. */
interface Mirrored {
  readonly index: number;
  readonly keyId: number;
  /** Where KeyID-0 maps the same. */
  readonly canonical: Range;
}

type Change = Extract<Event, { kind: 'write' | 'split' | 'collapse' }>;

const known = new WeakMap<Run, readonly Mirrored[]>();

export function mirroredIn(run: Run): readonly Mirrored[] {
  const found = known.get(run) ?? mirrored(run);
  known.set(run, found);
  return found;
}

function mirrored({ machine, begin, syncs, scenario }: Run): readonly Mirrored[] {
  // What enabling MKTME fills in has no other way to get there.
  if (scenario.family === 'enable') return [];
  const { directMappingSize } = machine.layout;
  return machine.events.flatMap((event, index): Mirrored[] => {
    if (index < begin || !isChange(event) || !event.keyId) return [];
    if (syncs.some(({ from, to }) => index >= from && index < to)) return [];
    const shift = BigInt(event.keyId) * directMappingSize;
    return [{ index, keyId: event.keyId, canonical: { start: event.start - shift, end: event.end - shift } }];
  });
}

const isChange = (event: Event): event is Change =>
  event.kind === 'write' || event.kind === 'split' || event.kind === 'collapse';

/** For which KeyIDs the patch has changed a stretch itself, and the first event of that; null: it has changed none. */
export function mirrorOf(run: Run, ranges: readonly Range[]): { at: number; keyIds: readonly number[] } | null {
  const all = mirroredIn(run);
  const there = all.filter(({ canonical }) => ranges.some((range) => overlaps(range, canonical)));
  const [first] = there.length > 0 ? there : all;
  return first ? { at: first.index, keyIds: [...new Set(there.map(({ keyId }) => keyId))] } : null;
}

/** The statement of the patch under way at an event. */
export const spotAt = ({ trace }: Run, event: number): Spot | null =>
  trace.findLast((step) => step.spot !== null && step.events <= event)?.spot ?? null;
