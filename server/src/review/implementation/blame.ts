/** Which statement of the patch's own sync an entry is laid to. */
import type { Address } from '../../../../engine/src/address.ts';
import type { TableFrames } from '../../../../engine/src/frames.ts';
import type { Layout } from '../../../../engine/src/layout.ts';
import type { Spot } from '../run/run.ts';
import type { Execution } from './execute.ts';
import type { Assignment, Written } from './journal.ts';

export const definition = ({ sync }: Execution): Spot => ({
  text: sync.shown.text,
  span: sync.shown.source.nameSpan ?? { start: 0, end: 0 },
  function: sync.name,
});

/** The statement that last wrote, or else last looked at, an entry on the way to an address: the deepest first. */
export function nearestTo({ journal, run }: Ran, address: Address): Spot | null {
  // With five levels the top entry serves several KeyIDs: who looked at it, looked for another one perhaps.
  const shared = run.machine.layout.pagingLevels === 5 ? 1 : 0;
  const way = walk(journal.frames, run.machine.layout, address).slice(shared).toReversed();
  for (const { at } of way) {
    const spot = journal.writers.get(at);
    if (spot) return culprit({ journal, run }, address, at) ?? spot;
  }
  return way.map(({ at }) => journal.readers.get(at)).find((spot) => spot !== undefined) ?? null;
}

/** The loop that never came by: nothing on the way to the address was as much as looked at. */
export function unvisited(done: Execution): Spot {
  const { sync } = done;
  const loop = sync.shown.source.pieces
    .flatMap((piece) => piece.body)
    .find((stmt) => stmt.kind === 'for' || stmt.kind === 'while');
  if (!loop) return definition(done);
  const span = loop.kind === 'for' && loop.test ? loop.test : loop.kind === 'while' ? loop.test : loop;
  return { text: sync.shown.text, span: { start: span.start, end: span.end }, function: sync.name };
}

type Ran = Pick<Execution, 'journal' | 'run'>;

/**
 * Where the value of an entry went wrong on its way: the first assignment after which it was neither what KeyID-0's entry
 * holds nor what the entry should. Null: it did not go by way of a variable, or was right.
 */
export function culprit({ journal, run }: Ran, address: Address, at: bigint): Spot | null {
  const { layout } = run.machine;
  const offset = address - layout.pageOffset;
  const keyId = offset / layout.directMappingSize;
  const source = walk(journal.frames, layout, layout.pageOffset + (offset % layout.directMappingSize)).at(-1);
  const way = wayOf(journal.written.get(at));
  if (!source || source.value === 0n || way.length === 0) return null;
  const right = source.value | (keyId << BigInt(layout.keyIdShift));
  const written = way.at(-1)?.bits ?? right;
  // Another page's entry, with all its bits right: not the value is wrong, but where it was read or written.
  const isOtherPage = ((written ^ right) & ~(((1n << BigInt(layout.keyIdShift)) - 1n) & ~0xfffn)) === 0n;
  if (isOtherPage) return null;
  const wrong = way.find(({ bits }) => bits !== source.value && bits !== right);
  if (wrong) return wrong.spot;
  // KeyID-0's value as it was read: the KeyID is missing where something else was done to it, or where it is written.
  return way.length > 1 ? (way[0]?.spot ?? null) : null;
}

/** What the variable whose value was written had been set to, in order. */
function wayOf(entry: Written | undefined): readonly Assignment[] {
  const last = entry?.assignments.findLast(({ bits }) => bits === entry.bits);
  if (!entry || !last) return [];
  const own = entry.assignments.filter(({ name, spot }) => name === last.name && spot.function === last.spot.function);
  return own.slice(0, own.lastIndexOf(last) + 1);
}

/** The entries that translate an address, from the top: physical address and value of each, down to a leaf or an empty one. */
export function walk(frames: TableFrames, layout: Layout, address: Address): { at: bigint; value: bigint }[] {
  const shifts = layout.pagingLevels === 5 ? [48n, 39n, 30n, 21n, 12n] : [39n, 30n, 21n, 12n];
  const way: { at: bigint; value: bigint }[] = [];
  let table = frames.pgd;
  for (const shift of shifts) {
    if (!frames.contains(table)) break;
    const at = table + ((address >> shift) & 511n) * 8n;
    const value = frames.load(at);
    way.push({ at, value });
    const isLarge = (value & 0x80n) !== 0n && shift > 12n;
    if ((value & 1n) === 0n || isLarge) break;
    table = value & ((1n << BigInt(layout.keyIdShift)) - 1n) & ~0xfffn;
  }
  return way;
}
