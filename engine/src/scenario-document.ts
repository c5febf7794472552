import { type Address, bytesOf, type PageSize } from './address.ts';
import { layoutOf, type MachineConfig } from './compute-layout.ts';
import { FLAGS, isFlag } from './flags.ts';
import type { Layout } from './layout.ts';
import type { Flag } from './machine.ts';

/** A step of a simulation, checked against its machine. */
export type SimulationStep =
  | {
      readonly op: 'map';
      readonly start: Address;
      readonly end: Address;
      readonly page: PageSize;
      readonly flags: Flag[];
    }
  | {
      readonly op: 'protect';
      readonly start: Address;
      readonly end: Address;
      readonly set: Flag[];
      readonly clear: Flag[];
    }
  | { readonly op: 'unmap'; readonly start: Address; readonly end: Address }
  | { readonly op: 'collapse'; readonly start: Address; readonly page: '2M' | '1G' }
  | { readonly op: 'enable'; readonly options: { failAllocation?: number } }
  | {
      readonly op: 'sync';
      readonly start: Address;
      readonly end: Address;
      readonly options: { failAllocation?: number };
    };

/** What is wrong with a scenario document: the field, and one sentence. */
export class InvalidScenario extends Error {
  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
  }
}

/** A JSON object whose fields are taken by name and checked. */
class Fields {
  readonly path: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new InvalidScenario(path === '' ? 'scenario' : path, `is ${named(value)}, not an object`);
    }
    this.path = path;
    this.#values = value as Record<string, unknown>;
  }

  name(field: string): string {
    return this.path === '' ? field : `${this.path}.${field}`;
  }

  has(field: string): boolean {
    return this.#values[field] !== undefined;
  }

  get(field: string): unknown {
    const value = this.#values[field];
    if (value === undefined) throw new InvalidScenario(this.name(field), 'is missing');
    return value;
  }

  fail(field: string, message: string): never {
    throw new InvalidScenario(this.name(field), message);
  }

  /** An integer of 64 bits: '0x...', or a JSON number. Digits in a string without the prefix could be of either base. */
  integer(field: string): bigint {
    const value = this.get(field);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
    if (typeof value !== 'string' || !/^0x[0-9a-f]+$/i.test(value)) {
      return this.fail(field, `${named(value)} is not an address or a size ('0x...')`);
    }
    const number = BigInt(value);
    return number < 1n << 64n ? number : this.fail(field, `${short(value)} does not fit in 64 bits`);
  }

  count(field: string, least: number): number {
    const value = this.get(field);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
    return this.fail(field, `${named(value)} is not a whole number from ${least} up`);
  }

  oneOf<T extends string | number>(field: string, allowed: readonly T[]): T {
    const value = this.get(field);
    const found = allowed.find((item) => item === value);
    return found ?? this.fail(field, `${named(value)} is not one of ${allowed.join(', ')}`);
  }

  flags(field: string): Flag[] {
    const value = this.get(field);
    if (!Array.isArray(value)) return this.fail(field, `is ${named(value)}, not a list of flags`);
    return value.map((name: unknown, i) => {
      if (isFlag(name)) return name;
      throw new InvalidScenario(`${this.name(field)}[${i}]`, `${named(name)} is not a flag (${FLAGS.join(', ')})`);
    });
  }

  list(field: string): readonly unknown[] {
    const value = this.get(field);
    return Array.isArray(value) ? value : this.fail(field, `is ${named(value)}, not a list`);
  }
}

/** A value in a message. What lists and objects hold is left out: it may nest deeper than the stack. */
const named = (value: unknown): string => {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : '[...]';
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0 ? '{}' : '{...}';
  return short(JSON.stringify(value) ?? String(value));
};

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 37)}...` : text);

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** Reads a scenario of `mktme-review simulate`. Throws InvalidScenario. Unknown fields are let pass. */
export const parseScenario = (document: unknown): { machine: MachineConfig; steps: SimulationStep[] } => {
  const scenario = new Fields(document, '');
  const machine = parseMachine(new Fields(scenario.get('machine'), 'machine'));
  const made = layoutOf(machine);
  if ('error' in made) throw new InvalidScenario(`machine.${made.error.field}`, made.error.message);
  const steps = scenario.list('steps').map((step, i) => parseStep(new Fields(step, `steps[${i}]`), made.layout));
  return { machine, steps };
};

const parseMachine = (fields: Fields): MachineConfig => ({
  pagingLevels: fields.oneOf('pagingLevels', [4, 5] as const),
  ramBytes: fields.integer('ramBytes'),
  keyIds: fields.count('keyIds', 0),
  ...(fields.has('keyIdShift') ? { keyIdShift: fields.count('keyIdShift', 0) } : {}),
  ...(fields.has('directMappingSize') ? { directMappingSize: fields.integer('directMappingSize') } : {}),
});

const parseStep = (fields: Fields, layout: Layout): SimulationStep => {
  const op = fields.oneOf('op', ['map', 'protect', 'unmap', 'collapse', 'enable', 'sync'] as const);
  switch (op) {
    case 'map': {
      const page = fields.oneOf('page', ['4K', '2M', '1G'] as const);
      return { op, ...parseRange(fields, layout, page), page, flags: fields.flags('flags') };
    }
    case 'protect':
      return { op, ...parseRange(fields, layout, '4K'), ...parseChange(fields) };
    case 'unmap':
      return { op, ...parseRange(fields, layout, '4K') };
    case 'collapse': {
      const page = fields.oneOf('page', ['2M', '1G'] as const);
      const start = parseAddress(fields, 'start', layout, page);
      if (start >= layout.pageOffset + layout.directMappingSize) outside(fields, 'start', start, layout);
      return { op, start, page };
    }
    case 'enable':
      return { op, options: parseFailure(fields) };
    case 'sync':
      return { op, ...parseRange(fields, layout, '4K'), options: parseFailure(fields) };
  }
};

/** What a protect sets and clears: one of the two may be left out. */
const parseChange = (fields: Fields): { set: Flag[]; clear: Flag[] } => {
  const some = fields.has('set') || fields.has('clear');
  return {
    set: some && !fields.has('set') ? [] : fields.flags('set'),
    clear: fields.has('clear') ? fields.flags('clear') : [],
  };
};

const parseFailure = (fields: Fields): { failAllocation?: number } =>
  fields.has('failAllocation') && fields.get('failAllocation') !== null
    ? { failAllocation: fields.count('failAllocation', 1) }
    : {};

const parseRange = (fields: Fields, layout: Layout, page: PageSize): { start: Address; end: Address } => {
  const start = parseAddress(fields, 'start', layout, page);
  const end = parseAddress(fields, 'end', layout, page);
  if (start >= end) fields.fail('end', `${hex(end)} is not above start ${hex(start)}`);
  return { start, end };
};

/** An address in the canonical direct mapping (or its end), on a boundary of the page size. */
const parseAddress = (fields: Fields, field: string, layout: Layout, page: PageSize): Address => {
  const address = fields.integer(field);
  const end = layout.pageOffset + layout.directMappingSize;
  if (address < layout.pageOffset || address > end) outside(fields, field, address, layout);
  if (address % bytesOf[page] !== 0n) fields.fail(field, `${hex(address)} is not a multiple of ${page}`);
  return address;
};

const outside = (fields: Fields, field: string, address: Address, layout: Layout): never => {
  const end = layout.pageOffset + layout.directMappingSize;
  return fields.fail(
    field,
    `${hex(address)} is outside the canonical direct mapping [${hex(layout.pageOffset)}, ${hex(end)})`,
  );
};
