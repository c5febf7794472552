/** What a run of the patch's own sync was about: the change before it, and the range that it was told. */
import type { Range } from '../../../../engine/src/address.ts';
import type { Evidence } from '../report.ts';
import { hexRanges } from '../run/print.ts';
import { union } from '../run/ranges.ts';
import type { Execution } from './execute.ts';

export function evidenceOf({ test, before: { events }, before }: Execution): Pick<Evidence, 'changed' | 'synced'> {
  const synced = events.findLastIndex(({ kind }) => kind === 'sync');
  const changes = events
    .slice(synced + 1)
    .flatMap((event): Range[] => (event.kind === 'write' && event.keyId === 0 ? [event] : []));
  return {
    changed: test.change ? hexRanges(union(changes)) : [],
    synced: hexRanges([test.range(before)]),
  };
}
