/** Runs the patch's own sync on page tables of 64-bit entries, and holds what it leaves against the reference. */
import type { Address } from '../../../../engine/src/address.ts';
import { createMachine } from '../../../../engine/src/create.ts';
import { tableFramesOf } from '../../../../engine/src/frames.ts';
import type { Scenario } from '../../../../engine/src/kernel/scenario.ts';
import type { Machine, Stale } from '../../../../engine/src/machine.ts';
import type { EvaluableFunction, MacroParser } from '../../c/evaluate/types.ts';
import type { ProgramFunction } from '../functions.ts';
import type { Program } from '../program.ts';
import type { SyncConvention } from '../report.ts';
import { executeOn } from '../run/execute.ts';
import { hex } from '../run/print.ts';
import type { Run, Spot } from '../run/run.ts';
import { NO_RECORDER } from '../run/trace.ts';
import { type Journal, keepJournal } from './journal.ts';
import { type Recording, record } from './recording.ts';
import type { ImplementationTest } from './tests.ts';
import { createWatcher, type Watch } from './watch.ts';

/** A run, with all that its judge looks at. */
export interface Execution {
  readonly test: ImplementationTest;
  readonly sync: ProgramFunction;
  readonly run: Run;
  readonly journal: Journal;
  readonly watch: Watch;
  /** The machine before the sync. */
  readonly before: Machine;
  /** What the reference sync of the same range leaves stale: the rest is not this implementation's fault. */
  readonly reference: readonly Stale[];
  /** Page-table pages that the reference sync allocates and frees. */
  readonly referenceAllocations: number;
  readonly referenceFrees: number;
  /** Statement by statement, where that was asked for. */
  readonly recording: Recording;
}

export interface ImplementationOptions {
  readonly program: Program;
  readonly sync: ProgramFunction;
  readonly convention: SyncConvention;
  readonly test: ImplementationTest;
  readonly parse: MacroParser;
  readonly failure: number | null;
}

const NOT_RECORDED: Recording = { steps: [], unkept: 0 };

/** Another time, for a person who wants to see it: as it ran, and with each step written down. */
export const replayImplementation = (options: ImplementationOptions): Execution => execute(options, 'steps');

export const executeImplementation = (options: ImplementationOptions): Execution => execute(options, 'nothing');

/** Another time, for a judge who wants to know where a value came from. */
export const followImplementation = (options: ImplementationOptions): Execution => execute(options, 'assignments');

/** Machines ready for the sync, by test; forked for each run. */
const prepared = new Map<string, Machine>();

function machineFor(test: ImplementationTest): Machine {
  const machine = prepared.get(test.id) ?? prepare(test);
  prepared.set(test.id, machine);
  return machine.fork();
}

function prepare(test: ImplementationTest): Machine {
  const { keyIds } = test;
  const machine = createMachine({ pagingLevels: test.pagingLevels, ramBytes: test.ramBytes, keyIds, ...test.size });
  test.prepare(machine);
  const { pageOffset, directMappingSize } = machine.layout;
  // Enabled without a single table for the other KeyIDs: the sync's first allocation fails.
  machine.enable(test.change ? {} : { failAllocation: 1 });
  machine.syncGlobalPgds(pageOffset, pageOffset + BigInt(keyIds + 1) * directMappingSize);
  test.change?.(machine);
  machine.flushTlb('all');
  return machine;
}

/** Functions that the run of a sync calls besides those of the program: the patch's own syncs. */
export const ownSyncsOf = ({ ownSyncs }: Program): ReadonlyMap<string, EvaluableFunction> =>
  new Map([...ownSyncs].map(([name, fn]) => [name, fn.evaluable]));

/** What is written down besides what page tables go through: most runs show nothing, and every statement of theirs counts. */
type Kept = 'nothing' | 'assignments' | 'steps';

function execute(options: ImplementationOptions, keeps: Kept): Execution {
  const { program, sync, test } = options;
  const machine = machineFor(test);
  const initial = machine.fork();
  const range = test.range(machine);
  const reference = machine.fork();
  const before = reference.cost;
  reference.sync(range.start, range.end);
  const frames = tableFramesOf(machine);
  frames.failAllocation(options.failure);
  const at: { spot: Spot | null; atomic: boolean } = { spot: null, atomic: false };
  const watcher = createWatcher(at);
  const { journal, access, listener } = keepJournal({ frames, at, isAtomic: () => at.atomic, failed: watcher.failed });
  const recorded = keeps === 'steps' ? record(machine, access, journal) : null;
  const recorder = recorded?.recorder ?? NO_RECORDER;
  const args = argumentsFor(options.convention, sync, range.start, range.end, machine);
  const scenario: Scenario = {
    id: test.id,
    title: test.title,
    family: 'enable',
    functions: [sync.name],
    call: `${sync.name}(${args.map(hex).join(', ')}) after ${test.title}`,
    pagingLevels: test.pagingLevels,
    versions: [program.version],
    facts: {},
    ramBytes: test.ramBytes,
    machineKey: test.id,
    prepare: () => {},
    enableFirst: true,
    entry: sync.name,
    args: () => args,
    reaches: [],
  };
  const run = executeOn(
    machine,
    {
      scenario,
      program,
      side: 'new',
      keyIds: test.keyIds,
      parse: options.parse,
      decisions: [],
      failure: options.failure,
    },
    {
      functions: ownSyncsOf(program),
      tables: recorded?.tables ?? access,
      recorder,
      at,
      // Only who forgets a failure is told by its statements.
      statement: options.failure === null ? () => {} : watcher.statement,
      hooks: (spotAt) => ({
        lock: watcher.lock,
        entered: watcher.entered,
        left: (fn, value) => value && watcher.left(fn.name, value),
        ...(keeps !== 'nothing' && {
          assigned(name, value, span, fn) {
            recorder.assigned(name, value, span);
            const spot = spotAt(fn);
            if (spot && value.opaque === undefined) listener.assigned(name, value.bits, spot);
          },
        }),
        undefinedBehaviour(what, _span, fn) {
          const spot = fn && spotAt(fn);
          if (spot) watcher.undefinedBehaviour(what, spot);
        },
      }),
      finish() {
        recorded?.end();
        frames.commit();
      },
    },
  );
  return {
    test,
    sync,
    run,
    journal,
    watch: watcher.watch,
    before: initial,
    reference: reference.coherence(),
    referenceAllocations: reference.cost.tablesAllocated - before.tablesAllocated,
    referenceFrees: reference.cost.tablesFreed - before.tablesFreed,
    recording: recorded?.recording ?? NOT_RECORDED,
  };
}

/** The range as the function takes it, by the convention of its name and the number of its parameters. */
function argumentsFor(
  convention: SyncConvention,
  { evaluable }: ProgramFunction,
  start: Address,
  end: Address,
  { layout }: Machine,
): readonly bigint[] {
  if (evaluable.parameters.length < 2) return [];
  const last = convention.end === 'inclusive' ? 1n : 0n;
  switch (convention.arguments) {
    case 'none':
      return [];
    case 'start-end':
      return [start, end - last];
    case 'start-size':
      return [start, end - start];
    case 'start-pages':
      return [start, (end - start) >> 12n];
    case 'pfn-pages':
      return [(start - layout.pageOffset) >> 12n, (end - start) >> 12n];
  }
}
