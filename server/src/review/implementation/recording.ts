/** What a run of the patch's own sync does, statement by statement: written down only where somebody plays it again. */
import type { Address } from '../../../../engine/src/address.ts';
import type { Machine } from '../../../../engine/src/machine.ts';
import type { TableFrames } from '../../c/evaluate/builtins/table-frames.ts';
import { printed } from '../run/print.ts';
import type { Spot, TraceStep } from '../run/run.ts';
import type { Recorder } from '../run/trace.ts';
import type { Journal } from './journal.ts';

/** What the page tables, the allocator and the caches went through. */
export type Action =
  | { readonly kind: 'write'; readonly place: EntryPlace | null; readonly after: bigint }
  | { readonly kind: 'allocate'; readonly failed: boolean }
  | { readonly kind: 'free'; readonly fault: 'hooked' | 'unflushed' | null }
  /** Index of an event of the machine. */
  | { readonly kind: 'event'; readonly index: number };

/** The entry of a table: what it translates. */
export interface EntryPlace {
  readonly address: Address;
  /** Log2 of the bytes that it translates. */
  readonly shift: bigint;
  /** Whose mapping that is; null: KeyID-0's, that of several, or none. */
  readonly keyId: number | null;
}

export interface OwnStep {
  readonly spot: Spot;
  readonly values: TraceStep['values'];
  readonly actions: readonly Action[];
  /** The KeyID whose entries it looked at or wrote. */
  readonly keyId: number | null;
}

export interface Recording {
  readonly steps: readonly OwnStep[];
  /** Statements that ran behind the last of them. */
  readonly unkept: number;
}

/** A longer run is kept to its first statements. */
const MOST_STEPS = 200_000;

type Growing = OwnStep & { values: OwnStep['values'][number][]; actions: Action[]; keyId: number | null };

/** Most statements only look. */
const NO_VALUES: Growing['values'] = [];
const NO_ACTIONS: Action[] = [];

export function record(
  machine: Machine,
  frames: TableFrames,
  { frees }: Journal,
): { readonly recording: Recording; readonly recorder: Recorder; readonly tables: TableFrames; end(): void } {
  const steps: Growing[] = [];
  const recording = { steps, unkept: 0 };
  const at = placesIn(machine, frames.root);
  let events = machine.events.length;
  const current = () => (recording.unkept === 0 ? steps.at(-1) : undefined);
  const act = (action: Action) => {
    const step = current();
    if (step?.actions === NO_ACTIONS) step.actions = [action];
    else step?.actions.push(action);
  };
  /** Flushes come from built-in functions, and are seen in the machine's log once they are over. */
  const flushes = () => {
    for (; events < machine.events.length; events++)
      if (SHOWN.has(machine.events[events]?.kind ?? '')) act({ kind: 'event', index: events });
  };
  const touch = (place: EntryPlace | null) => {
    const step = current();
    if (step && place?.keyId) step.keyId ??= place.keyId;
  };
  return {
    recording,
    end: flushes,
    recorder: {
      trace: [],
      note: () => {},
      statement(_stmt, _name, spot) {
        flushes();
        if (!spot) return;
        if (steps.length >= MOST_STEPS) recording.unkept++;
        else steps.push({ spot, values: NO_VALUES, actions: NO_ACTIONS, keyId: null });
      },
      assigned(name, value, span) {
        const step = current();
        const set = { name, value: printed(value), span };
        if (step?.values === NO_VALUES) step.values = [set];
        else step?.values.push(set);
      },
    },
    tables: {
      ...frames,
      load(address) {
        const value = frames.load(address);
        touch(at.seen(address, value));
        return value;
      },
      store(address, bits) {
        frames.store(address, bits);
        const place = at.seen(address, bits);
        touch(place);
        act({ kind: 'write', place, after: bits });
      },
      allocate(maySleep) {
        const page = frames.allocate(maySleep);
        act({ kind: 'allocate', failed: page === null });
        return page;
      },
      free(address) {
        frames.free(address);
        act({ kind: 'free', fault: frees.at(-1)?.fault ?? null });
      },
    },
  };
}

/** What is no entry of a table; those are in the log when all is over only. */
const SHOWN: ReadonlySet<string> = new Set(['tlb-flush', 'cache-flush', 'sync-global-pgds', 'bug']);

/** Tells what entries translate, by the way on which the code came to their tables. */
function placesIn({ layout }: Machine, root: bigint) {
  const tables = new Map([[root, { base: 0n, shift: layout.pagingLevels === 5 ? 48n : 39n }]]);
  const bits = layout.pagingLevels === 5 ? 57 : 48;
  return {
    /** The entry at a physical address, which holds `value`; null: nothing is known to point to its table. */
    seen(address: bigint, value: bigint): EntryPlace | null {
      const table = tables.get(address & ~0xfffn);
      if (!table) return null;
      const { shift } = table;
      const base = table.base + (((address & 0xfffn) >> 3n) << shift);
      const isTable = (value & 1n) !== 0n && (shift > 30n || (shift > 12n && (value & 0x80n) === 0n));
      if (isTable) tables.set(value & ((1n << BigInt(layout.keyIdShift)) - 1n) & ~0xfffn, { base, shift: shift - 9n });
      const place = BigInt.asUintN(64, BigInt.asIntN(bits, base));
      const keyId = (place - layout.pageOffset) / layout.directMappingSize;
      const isOne = 1n << shift <= layout.directMappingSize && keyId > 0n && keyId <= BigInt(layout.keyIds);
      return { address: place, shift, keyId: isOne ? Number(keyId) : null };
    },
  };
}
