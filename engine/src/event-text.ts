import type { Address, Range } from './address.ts';
import type { Event, Leaf } from './event.ts';

const hex = (value: Address): string => `0x${value.toString(16)}`;
const range = ({ start, end }: Range): string => `[${hex(start)}, ${hex(end)})`;
const where = (keyId: number | null): string => (keyId === null ? 'outside the direct mappings' : `KeyID ${keyId}`);
const leaf = (value: Leaf | null): string =>
  value === null ? 'none' : `pfn ${hex(value.pfn)} ${value.flags.length === 0 ? 'no flags' : value.flags.join(' ')}`;

/** An event as one line of text. */
export const eventText = (event: Event): string => {
  switch (event.kind) {
    case 'write':
      return `write ${event.page} ${where(event.keyId)} ${range(event)}: ${leaf(event.before)} -> ${leaf(event.after)}`;
    case 'split':
    case 'collapse':
      return `${event.kind} ${event.page} ${where(event.keyId)} ${range(event)}`;
    case 'table-alloc':
    case 'table-free': {
      const fault = event.fault === undefined ? '' : ` while ${event.fault}`;
      const what = event.kind === 'table-alloc' ? 'allocate' : 'free';
      return `${what} ${event.level} table ${where(event.keyId)} ${hex(event.start)}${fault}`;
    }
    case 'alloc-failed':
      return `allocation of ${event.level} table failed ${where(event.keyId)} ${hex(event.start)}`;
    case 'sync': {
      const { entriesVisited, tablesAllocated, tablesFreed } = event.cost;
      const cost = `${entriesVisited} entries, ${tablesAllocated} tables allocated, ${tablesFreed} freed`;
      return `${event.enable ? 'enable' : 'sync'} ${range(event)} = ${event.result}: ${event.keyIds} KeyIDs, ${cost}`;
    }
    case 'tlb-flush':
    case 'cache-flush': {
      const what = event.kind === 'tlb-flush' ? `${event.local ? 'local ' : ''}TLB flush` : 'cache flush';
      return `${what} ${event.range === 'all' ? 'all' : range(event.range)}`;
    }
    case 'access':
      return `${event.access} memory KeyID ${event.keyId} ${range(event)}`;
    case 'cache-conflict':
      return `unflushed lines of KeyID ${event.written} under a ${event.access} KeyID ${event.keyId} ${range(event)}`;
    case 'top-level':
      return `new top-level entries KeyID ${event.keyId} ${range(event)}`;
    case 'sync-global-pgds':
      return `sync_global_pgds ${range(event)}`;
    case 'bug':
      return `bug: ${event.message}`;
  }
};
