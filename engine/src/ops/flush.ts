import type { Address, Range } from '../address.ts';
import { P4D_ENTRIES, SLOT_PAGES } from '../geometry.ts';
import { cleaned, noDirtyLines } from '../state/dirty.ts';
import { flushed } from '../state/retired.ts';
import { propagated } from '../state/top-level.ts';
import { nothingWritten } from '../state/written.ts';
import type { Doing } from '../state.ts';
import { linesAfterFlush } from './access.ts';
import { piecesOf } from './pieces.ts';

/** flush_tlb_all(), or flush_tlb_kernel_range() of a range, on all CPUs; `local`: their forms for this CPU. */
export const flushTlbOp = (doing: Doing, range: Range | 'all', local: boolean): void => {
  let { retired } = doing.state;
  if (range === 'all') retired = flushed(retired, null, local);
  else for (const piece of piecesOf(doing.geometry, range.start, range.end)) retired = flushed(retired, piece, local);
  doing.state = { ...doing.state, retired };
  doing.say({ kind: 'tlb-flush', range, ...(local ? { local: true } : {}) });
};

/** clflush through the addresses of a range, which reaches the lines of that KeyID's alias alone; or wbinvd everywhere. */
export const flushCacheOp = (doing: Doing, range: Range | 'all'): void => {
  let dirty = noDirtyLines;
  let written = nothingWritten;
  if (range !== 'all') {
    dirty = doing.state.dirty;
    written = linesAfterFlush(doing, range);
    for (const { keyId, lo, hi } of piecesOf(doing.geometry, range.start, range.end)) {
      dirty = cleaned(dirty, keyId, lo, hi);
    }
  }
  doing.state = { ...doing.state, dirty, written };
  doing.say({ kind: 'cache-flush', range });
};

/** sync_global_pgds() for [start, end). */
export const syncGlobalPgdsOp = (doing: Doing, start: Address, end: Address): void => {
  const { geometry, state } = doing;
  const pages = SLOT_PAGES * (geometry.layout.pagingLevels === 5 ? P4D_ENTRIES : 1);
  const mask = BigInt(geometry.slots) * BigInt(SLOT_PAGES) - 1n;
  const pgd = (address: Address): number => Math.floor(Number((address >> 12n) & mask) / pages);
  if (start < end) doing.state = { ...state, top: propagated(state.top, pgd(start), pgd(end - 1n)) };
  doing.say({ kind: 'sync-global-pgds', start, end });
};
