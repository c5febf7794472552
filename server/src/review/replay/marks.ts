/** What the end of a run says of each stretch. */
import type { ReplayMark } from '../../../../engine/src/replay.ts';
import { changedRanges } from '../run/causes.ts';
import { hex } from '../run/print.ts';
import { subtract, union } from '../run/ranges.ts';
import type { Run } from '../run/run.ts';

const MOST_MARKS = 2000;

export function marksOf(run: Run): readonly ReplayMark[] {
  const { directMappingSize, keyIds } = run.machine.layout;
  const mark =
    (kind: ReplayMark['kind'], first: number, last: number) =>
    ({ start, end }: { start: bigint; end: bigint }) => ({
      kind,
      keyIds: [first, last] as const,
      start: hex(start),
      end: hex(end),
    });
  const synced = union(run.syncs.filter((call) => call.start < call.end));
  const due = union(run.syncs.flatMap((call) => call.due));
  const different = groups(
    run.stale.map(({ keyId, start, end, kind }) => {
      const shift = BigInt(keyId) * directMappingSize;
      return { keyId, kind, start: start - shift, end: end - shift };
    }),
  );
  return [
    ...changedRanges(run).map(mark('changed', 0, 0)),
    ...synced.map(mark('synced', 1, keyIds)),
    ...subtract(synced, due).map(mark('swept', 1, keyIds)),
    ...different.map(({ kind, first, last, start, end }) => mark(kind, first, last)({ start, end })),
  ].slice(0, MOST_MARKS);
}

interface Different {
  readonly kind: 'hole' | 'stale' | 'extra';
  readonly first: number;
  readonly last: number;
  readonly start: bigint;
  readonly end: bigint;
}

/** Neighbouring KeyIDs that differ in the same way are one mark. */
function groups(
  stale: readonly { keyId: number; kind: Different['kind']; start: bigint; end: bigint }[],
): readonly Different[] {
  const open = new Map<string, Different>();
  const done: Different[] = [];
  for (const { keyId, kind, start, end } of [...stale].sort((a, b) => a.keyId - b.keyId)) {
    const key = `${kind}/${start}/${end}`;
    const known = open.get(key);
    if (known && known.last === keyId - 1) open.set(key, { ...known, last: keyId });
    else {
      if (known) done.push(known);
      open.set(key, { kind, first: keyId, last: keyId, start, end });
    }
  }
  return [...done, ...open.values()];
}
