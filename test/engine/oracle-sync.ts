/**
 * The walk of sync_direct_mapping() entry by entry, as its text of 2019 behaves: five loops, a counter at each entry that a
 * loop looks at. Four levels: the p4d loop is folded into the pgd's.
 */
import {
  indexOf,
  type NaiveEntry,
  type NaiveLeaf,
  type NaiveMachine,
  type NaiveTable,
  newTable,
  sizeOf,
} from './oracle.ts';

export class NaiveBug extends Error {}

/** Where an entry is: the kernel's pointer to it. */
interface Slot {
  readonly table: NaiveTable;
  readonly index: number;
}

const at = ({ table, index }: Slot): NaiveEntry => table.entries[index] ?? null;
const put = ({ table, index }: Slot, entry: NaiveEntry): void => {
  table.entries[index] = entry;
};

const allocate = (machine: NaiveMachine, level: number): NaiveTable | null => {
  machine.failing -= 1;
  if (machine.failing === 0) return null;
  machine.allocations += 1;
  return newTable(level);
};

/** *_addr_end(): the end of the entry that covers an address, or of the range. */
const entryEnd = (address: bigint, end: bigint, level: number): bigint => {
  const next = (address / sizeOf(level) + 1n) * sizeOf(level);
  return next < end ? next : end;
};

export const naiveSync = (machine: NaiveMachine, start: bigint, end: bigint, failAllocation = 0): 0 | -12 => {
  if (!machine.enabled) return 0;
  machine.failing = failAllocation;
  machine.byKeyId = [];
  let result: 0 | -12 = 0;
  for (let keyId = 1; keyId <= machine.keyIds && result === 0; keyId++) {
    const { visits, allocations, frees } = machine;
    result = syncOne(machine, keyId, start, end);
    machine.byKeyId.push([machine.visits - visits, machine.allocations - allocations, machine.frees - frees]);
  }
  machine.flushes += 1;
  return result;
};

/** sync_direct_mapping_keyid() */
const syncOne = (machine: NaiveMachine, keyId: number, start: bigint, end: bigint): 0 | -12 => {
  const shift = BigInt(keyId) * machine.size;
  const level = machine.root.level;
  let source: Slot = { table: machine.root, index: indexOf(start, level) };
  let target: Slot = { table: machine.root, index: indexOf(start + shift, level) };
  let address = start;
  let result: 0 | -12 = 0;
  do {
    const next = entryEnd(address, end, level);
    machine.visits += 1;
    const from = at(source);
    if (level === 4) {
      const sourceTable = from?.kind === 'table' ? from : null;
      if (sourceTable !== null || at(target) !== null) {
        result = syncP4d(machine, keyId, target, sourceTable, address, next);
      }
    } else if (from !== null || at(target) !== null) {
      result = syncTable(machine, keyId, target, from?.kind === 'table' ? from : null, address, next, 3);
    }
    source = { table: source.table, index: source.index + 1 };
    target = { table: target.table, index: target.index + 1 };
    address = next;
  } while (address !== end && result === 0);
  return result;
};

/** sync_direct_mapping_p4d(), five levels: the destination may run into the next pgd entry. */
const syncP4d = (
  machine: NaiveMachine,
  keyId: number,
  target: Slot,
  source: NaiveTable | null,
  start: bigint,
  end: bigint,
): 0 | -12 => {
  const shift = BigInt(keyId) * machine.size;
  const next: Slot = { table: target.table, index: target.index + 1 };
  const remove = source === null && start % sizeOf(4) === 0n && end % sizeOf(4) === 0n;
  let first: NaiveTable | null = null;
  let second: NaiveTable | null = null;
  const there = at(target);
  let table: NaiveTable | null = there?.kind === 'table' ? there : null;
  if (table === null) {
    first = allocate(machine, 3);
    if (first === null) return -12;
    table = first;
  }
  let index = indexOf(start + shift, 3);
  let address = start;
  let result: 0 | -12 = 0;
  do {
    const until = entryEnd(address, end, 3);
    const from: NaiveEntry = source === null ? null : (source.entries[indexOf(address, 3)] ?? null);
    machine.visits += 1;
    if (table !== null && (from !== null || (table.entries[index] ?? null) !== null)) {
      const sourceTable = from?.kind === 'table' ? from : null;
      result = syncTable(machine, keyId, { table, index }, sourceTable, address, until, 3);
    }
    address = until;
    index += 1;
    if (index === 512 && address !== end) {
      index = 0;
      const beyond = at(next);
      if (beyond?.kind === 'table') table = beyond;
      else {
        second = allocate(machine, 3);
        if (second === null) result = -12;
        table = second;
      }
    }
  } while (address !== end && result === 0);
  if (first !== null) put(target, first);
  if (second !== null) put(next, second);
  if (remove) {
    machine.frees += 1;
    put(target, null);
  }
  return result;
};

/** sync_direct_mapping_pud/pmd/pte() for the table below an entry of `level`. */
const syncTable = (
  machine: NaiveMachine,
  keyId: number,
  target: Slot,
  source: NaiveTable | null,
  start: bigint,
  end: bigint,
  level: number,
): 0 | -12 => {
  const shift = BigInt(keyId) * machine.size;
  const inner = level - 1;
  const unit = inner === 0 ? 0x1000n : sizeOf(level);
  const remove = source === null && start % unit === 0n && end % unit === 0n;
  if (at(target)?.kind === 'leaf') put(target, null);
  const there = at(target);
  let fresh: NaiveTable | null = null;
  let table: NaiveTable;
  if (there?.kind === 'table') table = there;
  else {
    fresh = allocate(machine, inner);
    if (fresh === null) return -12;
    table = fresh;
  }
  let address = start;
  let result: 0 | -12 = 0;
  do {
    const next = entryEnd(address, end, inner);
    const slot: Slot = { table, index: indexOf(address + shift, inner) };
    const from = source === null ? null : (source.entries[indexOf(address, inner)] ?? null);
    machine.visits += 1;
    if (from?.kind === 'leaf') copyLeaf(machine, keyId, slot, from, inner);
    else if (from === null && at(slot)?.kind !== 'table') put(slot, null);
    else if (inner > 0)
      result = syncTable(machine, keyId, slot, from?.kind === 'table' ? from : null, address, next, inner);
    address = next;
  } while (address !== end && result === 0);
  if (fresh !== null) put(target, fresh);
  if (remove) {
    machine.frees += 1;
    put(target, null);
  }
  return result;
};

const copyLeaf = (machine: NaiveMachine, keyId: number, slot: Slot, from: NaiveLeaf, level: number): void => {
  const old = at(slot);
  if (old?.kind === 'leaf' && old.pfn !== from.pfn) throw new NaiveBug('pfns differ');
  if (old?.kind === 'table' && level > 0) machine.frees += 1;
  put(slot, { ...from, keyId: from.keyId | keyId });
};
