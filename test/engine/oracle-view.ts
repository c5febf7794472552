/** What the naive tables say, in the words of the engine: runs and differences, found page by page or entry by entry. */
import type { SimulationRun } from '../../engine/src/simulate.ts';
import { type NaiveMachine, type NaiveTable, sizeOf } from './oracle.ts';

interface Piece {
  readonly start: bigint;
  readonly end: bigint;
  readonly level: number;
  readonly pfn: bigint;
  readonly flags: string;
  readonly keyId: number;
}

/** All leaves of one KeyID's mapping, in order, neighbours joined. */
export const naivePieces = (machine: NaiveMachine, keyId: number): Piece[] => {
  const lo = machine.base + BigInt(keyId) * machine.size;
  const hi = lo + machine.size;
  const pieces: Piece[] = [];
  const walk = (table: NaiveTable, base: bigint): void => {
    const size = sizeOf(table.level);
    table.entries.forEach((entry, i) => {
      const start = base + BigInt(i) * size;
      if (entry === null || start >= hi || start + size <= lo) return;
      if (entry.kind === 'table') {
        walk(entry, start);
        return;
      }
      const last = pieces[pieces.length - 1];
      const same = last?.end === start && last.level === table.level && last.flags === entry.flags;
      if (same && last.keyId === entry.keyId && last.pfn + ((start - last.start) >> 12n) === entry.pfn) {
        pieces[pieces.length - 1] = { ...last, end: start + size };
      } else {
        pieces.push({
          start,
          end: start + size,
          level: table.level,
          pfn: entry.pfn,
          flags: entry.flags,
          keyId: entry.keyId,
        });
      }
    });
  };
  // The sign-extended bottom of what the root's entries cover.
  const whole = sizeOf(machine.root.level) * 512n;
  walk(machine.root, (1n << 64n) - whole);
  return pieces;
};

const sizes = ['4K', '2M', '1G'] as const;
const hex = (value: bigint): string => `0x${value.toString(16)}`;

export const naiveRuns = (
  machine: NaiveMachine,
  keyId: number,
): (Omit<SimulationRun, 'flags'> & { flags: string[] })[] =>
  naivePieces(machine, keyId).map(({ start, end, level, pfn, flags }) => ({
    start: hex(start),
    end: hex(end),
    page: sizes[level] ?? '4K',
    pfn: hex(pfn),
    flags: flags === '' ? [] : flags.split(' '),
  }));

/** Where KeyID-N translates otherwise than KeyID-0, joined, addresses of KeyID-N. */
export const naiveStale = (machine: NaiveMachine, keyId: number): { start: bigint; end: bigint; kind: string }[] => {
  const shift = BigInt(keyId) * machine.size;
  const own = naivePieces(machine, keyId);
  const canonical = naivePieces(machine, 0).map((piece) => ({
    ...piece,
    start: piece.start + shift,
    end: piece.end + shift,
  }));
  const edges = [...new Set([...own, ...canonical].flatMap(({ start, end }) => [start, end]))].sort((a, b) =>
    a < b ? -1 : 1,
  );
  const found: { start: bigint; end: bigint; kind: string }[] = [];
  edges.forEach((start, i) => {
    const end = edges[i + 1];
    if (end === undefined) return;
    const over = (piece: Piece): boolean => piece.start <= start && end <= piece.end;
    const a = canonical.find(over);
    const b = own.find(over);
    if (a === undefined && b === undefined) return;
    let kind = 'stale';
    if (b === undefined) kind = 'hole';
    else if (a === undefined) kind = 'extra';
    else if (a.flags === b.flags && a.pfn - (a.start >> 12n) === b.pfn - (b.start >> 12n) && b.keyId === keyId) return;
    const last = found[found.length - 1];
    if (last?.end === start && last.kind === kind) last.end = end;
    else found.push({ start, end, kind });
  });
  return found;
};
