import type { Address, PageSize } from './address.ts';
import { createMachine, spacesOf } from './create.ts';
import { eventText } from './event-text.ts';
import { flagsOf } from './flags.ts';
import { addressOf } from './geometry.ts';
import { type Cost, type Flag, type Machine, MachineBug, type SyncResult } from './machine.ts';
import { pageNames } from './ops/change.ts';
import { InvalidScenario, parseScenario, type SimulationStep } from './scenario-document.ts';
import { rootOf } from './spaces.ts';
import { runsOf } from './table/find.ts';

/** What `mktme-review simulate` prints of one scenario. Addresses and pfns are hex, ranges half-open. */
export interface SimulationResult {
  readonly keyIds: readonly { readonly keyId: number; readonly runs: readonly SimulationRun[] }[];
  /** One for each sync and enable step that came to its end: 0 or -12. */
  readonly results: readonly SyncResult[];
  readonly stale: readonly {
    readonly keyId: number;
    readonly start: string;
    readonly end: string;
    readonly kind: string;
  }[];
  readonly cost: Cost;
  readonly events: readonly string[];
  /** The BUG_ON that ended the run. */
  readonly bug?: string;
}

export interface SimulationRun {
  readonly start: string;
  readonly end: string;
  readonly page: PageSize;
  readonly pfn: string;
  readonly flags: readonly Flag[];
}

const hex = (value: Address): string => `0x${value.toString(16)}`;

/**
 * Runs one scenario document (parsed JSON). No I/O. A document that makes no sense gives one line: the field, and what is
 * wrong with it.
 */
export const simulate = (document: unknown): { result: SimulationResult } | { error: string } => {
  try {
    const { machine: config, steps } = parseScenario(document);
    const machine = createMachine(config);
    const results: SyncResult[] = [];
    let bug: string | undefined;
    try {
      steps.forEach((step, index) => {
        runStep(machine, step, `steps[${index}]`, results);
      });
    } catch (error) {
      if (!(error instanceof MachineBug)) throw error;
      bug = error.message;
    }
    return { result: describe(machine, results, bug) };
  } catch (error) {
    if (error instanceof InvalidScenario) return { error: error.message };
    throw error;
  }
};

const runStep = (machine: Machine, step: SimulationStep, path: string, results: SyncResult[]): void => {
  switch (step.op) {
    case 'map': {
      const taken = firstMapped(machine, step.start, step.end);
      if (taken !== null) throw new InvalidScenario(`${path}.start`, `overlaps what is mapped at ${hex(taken)}`);
      machine.map(step.start, step.end, step.page, step.flags);
      return;
    }
    case 'protect':
      machine.protect(step.start, step.end, step.set, step.clear);
      return;
    case 'unmap':
      machine.unmap(step.start, step.end);
      return;
    case 'collapse':
      machine.collapse(step.start, step.page);
      return;
    case 'enable':
      results.push(machine.enable(step.options));
      return;
    case 'sync':
      results.push(machine.sync(step.start, step.end, step.options));
  }
};

/** The first mapped address of a canonical range; null: none. */
const firstMapped = (machine: Machine, start: Address, end: Address): Address | null => {
  const { geometry, spaces } = spacesOf(machine);
  const { pageOffset } = geometry.layout;
  const [run] = runsOf(spaces.canonical, Number((start - pageOffset) >> 12n), Number((end - pageOffset) >> 12n));
  return run === undefined ? null : addressOf(geometry, 0, run.start);
};

/** The maximal runs of one KeyID's mapping, at its own addresses. */
export const simulatedRuns = (machine: Machine, keyId: number): SimulationRun[] => {
  const { geometry, spaces } = spacesOf(machine);
  return runsOf(rootOf(spaces, keyId), 0, geometry.lanePages).map(({ start, end, level, leaf }) => ({
    start: hex(addressOf(geometry, keyId, start)),
    end: hex(addressOf(geometry, keyId, end)),
    page: pageNames[level as 0 | 1 | 2],
    pfn: hex(BigInt(leaf.delta + start)),
    flags: flagsOf(leaf.attr),
  }));
};

const describe = (machine: Machine, results: SyncResult[], bug: string | undefined): SimulationResult => {
  const keyIds = Array.from({ length: machine.layout.keyIds + 1 }, (_, keyId) => ({
    keyId,
    runs: simulatedRuns(machine, keyId),
  }));
  const stale = machine
    .coherence()
    .map(({ keyId, start, end, kind }) => ({ keyId, start: hex(start), end: hex(end), kind }));
  const { cost } = machine;
  const events = machine.events.map(eventText);
  return { keyIds, results, stale, cost, events, ...(bug === undefined ? {} : { bug }) };
};
