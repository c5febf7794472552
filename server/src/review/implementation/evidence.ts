/** What a run of the patch's own sync was about: the change before it, and the range that it was told. */
import type { Range } from '../../../../engine/src/address.ts';
import type { Evidence } from '../report.ts';
import { hex } from '../run/print.ts';
import { union } from '../run/ranges.ts';
import type { Execution } from './execute.ts';

const MOST_RANGES = 16;

export function evidenceOf({ test, before: { events }, before }: Execution): Pick<Evidence, 'changed' | 'synced'> {
  const synced = events.findLastIndex(({ kind }) => kind === 'sync');
  const changes = events
    .slice(synced + 1)
    .flatMap((event): Range[] => (event.kind === 'write' && event.keyId === 0 ? [event] : []));
  return {
    changed: test.change ? union(changes).slice(0, MOST_RANGES).map(inHex) : [],
    synced: [inHex(test.range(before))],
  };
}

const inHex = ({ start, end }: Range) => [hex(start), hex(end)] as const;
