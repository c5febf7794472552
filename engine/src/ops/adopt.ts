import type { Event } from '../event.ts';
import { addressOf, heightOf, OTHER, P4D_ENTRIES, placeOfSlot, SLOT_PAGES } from '../geometry.ts';
import { rootOf, type Spaces, withRoot } from '../spaces.ts';
import { dirtied } from '../state/dirty.ts';
import { retire } from '../state/retired.ts';
import { topAfter } from '../state/top-level.ts';
import type { Doing } from '../state.ts';
import { differences, unified } from '../table/compare.ts';
import { find, runsOf } from '../table/find.ts';
import { kidPages, type Span } from '../table/span.ts';
import { writeEvent } from './change.ts';

/**
 * Takes over page tables that were changed from outside (through frames): what translates differently is logged as
 * writes, after `events`. Trees that have become like KeyID-0's share its nodes again. Returns the tables as adopted.
 */
export const adoptOp = (doing: Doing, changed: Spaces, events: readonly Event[]): Spaces => {
  const { geometry, state } = doing;
  const before = state.spaces;
  let spaces = changed;
  let { retired, dirty } = state;
  const keyIds: number[] = [];
  for (let keyId = OTHER; keyId <= geometry.layout.keyIds; keyId++) {
    const old = rootOf(before, keyId);
    let root = rootOf(spaces, keyId);
    if (old === root) continue;
    if (keyId > 0) {
      root = unified(root, spaces.canonical);
      spaces = withRoot(spaces, keyId, root);
    }
    const pages = keyId === OTHER ? kidPages(3, geometry.otherHeight) * 8 : geometry.lanePages;
    retired = retire(retired, { from: keyId, to: keyId, before: old, lo: 0, hi: pages });
    dirty = dirtied(dirty, { from: keyId, to: keyId }, old, root, 0, pages);
    keyIds.push(keyId);
  }
  const top =
    keyIds.length === 0 && spaces.p4dTables === before.p4dTables ? state.top : topAfter(geometry, state.top, spaces);
  doing.state = { ...state, spaces, retired, dirty, top };
  for (const event of events) doing.say(event);
  for (const pgd of top.own.keys()) if (!state.top.own.has(pgd)) sayTopLevel(doing, pgd);
  for (const keyId of keyIds) sayWrites(doing, keyId, rootOf(before, keyId), rootOf(spaces, keyId));
  return spaces;
};

const sayTopLevel = (doing: Doing, pgd: number): void => {
  const { geometry } = doing;
  const slots = geometry.layout.pagingLevels === 5 ? P4D_ENTRIES : 1;
  const { keyId } = placeOfSlot(geometry, pgd * slots);
  const start = addressOf(geometry, OTHER, pgd * slots * SLOT_PAGES);
  const end = start + (BigInt(slots * SLOT_PAGES) << 12n);
  if (keyId > 0) doing.say({ kind: 'top-level', keyId, start, end });
};

/** One event for each stretch that changed alike. */
const sayWrites = (doing: Doing, keyId: number, before: Span | null, after: Span | null): void => {
  const pages = kidPages(3, heightOf(doing.geometry, keyId)) * 8;
  for (const difference of differences(before, after, 0, pages)) {
    const news = runsOf(after, difference.start, difference.end);
    if (difference.kind === 'hole') {
      for (const run of runsOf(before, difference.start, difference.end)) {
        doing.say(writeEvent(doing.geometry, keyId, run, run.leaf, null));
      }
    }
    for (const run of news) {
      const old = find(before, run.start);
      doing.say(writeEvent(doing.geometry, keyId, run, old?.leaf ?? null, run.leaf));
    }
  }
};
