import { createMachine } from '../../../../engine/src/create.ts';
import type { Value } from '../../../../engine/src/kernel/ctype.ts';
import { createMemory } from '../../../../engine/src/kernel/memory.ts';
import type { Facts } from '../../../../engine/src/kernel/model.ts';
import { primitives } from '../../../../engine/src/kernel/primitives.ts';
import type { Scenario } from '../../../../engine/src/kernel/scenario.ts';
import { type Machine, MachineBug } from '../../../../engine/src/machine.ts';
import type { Expr, Span, Stmt } from '../../c/ast.ts';
import type { TableFrames } from '../../c/evaluate/builtins/table-frames.ts';
import { BugOn, EvaluationFault, LimitReached } from '../../c/evaluate/errors.ts';
import { createEvaluator } from '../../c/evaluate/evaluator.ts';
import { isIteratorHead } from '../../c/evaluate/iterator.ts';
import type { EvaluableFunction, Evaluator, Hooks, MacroParser } from '../../c/evaluate/types.ts';
import { visit } from '../../c/walk.ts';
import type { Program } from '../program.ts';
import { type CarryOut, callSync } from './call-sync.ts';
import { codeOf, withAsked } from './code.ts';
import { FLOW_LIMITS, VAST_LIMITS, WALK_LIMITS } from './limits.ts';
import type { Run, RunFault, Setting, Spot, SyncCall, SyncHolder, SyncSeen, UnknownCall } from './run.ts';
import { createRecorder, type Recorder } from './trace.ts';

const FACTS: Facts = { clflush: true, failPage: null };

export interface RunOptions {
  readonly scenario: Scenario;
  /** Null: the kernel as modelled, without any patch. */
  readonly program: Program;
  readonly side: Run['side'];
  readonly keyIds: number;
  readonly parse: MacroParser;
  /** Which way the n-th branch on an opaque value goes; beyond the list: true. Only the first time at each counts. */
  readonly decisions: readonly boolean[];
  /** The n-th page-table allocation of the syncs of this run fails (1-based). */
  readonly failure: number | null;
  readonly setting?: Setting;
  /** Who does the calls of the sync on the run's machine; absent: the reference. */
  readonly syncing?: (machine: Machine, facts: Facts) => CarryOut;
}

/** Machines just before a scenario's entry, by what they hold. Machines are persistent: a fork costs nothing. */
const prepared = new Map<string, Machine>();

function machineFor({ scenario, keyIds, setting }: RunOptions): Machine {
  const key = `${scenario.pagingLevels}/${scenario.ramBytes}/${keyIds}/${scenario.machineKey}/${scenario.enableFirst}/${setting}`;
  const machine = prepared.get(key) ?? prepare(scenario, keyIds, setting);
  prepared.set(key, machine);
  return machine.fork();
}

function prepare(scenario: Scenario, keyIds: number, setting: Setting | undefined): Machine {
  const machine = createMachine({ pagingLevels: scenario.pagingLevels, ramBytes: scenario.ramBytes, keyIds });
  scenario.prepare(machine);
  if (scenario.enableFirst && setting !== 'mktme-off') {
    machine.enable(setting === 'after-failure' ? { failAllocation: 1 } : {});
    machine.syncGlobalPgds(machine.layout.pageOffset, endOfMappings(machine));
  }
  return machine;
}

const endOfMappings = ({ layout }: Machine) => layout.pageOffset + BigInt(layout.keyIds + 1) * layout.directMappingSize;

/** Runs the scenario. Total: whatever the code under review does ends as a `fault` of the run. */
export const execute = (options: RunOptions): Run => executeOn(machineFor(options), options, null);

/** What a run needs that executes the patch's own sync instead of the reference. */
export interface OwnSync {
  readonly functions: ReadonlyMap<string, EvaluableFunction>;
  /** The machine's page tables as the code under review walks them. */
  readonly tables: TableFrames;
  /** Where the run is now: asked by whoever writes down what the page tables go through. */
  readonly at: { spot: Spot | null; atomic: boolean };
  /** What it does entry by entry is judged by what it leaves, and most often shown to nobody. */
  readonly recorder: Recorder;
  statement(stmt: Stmt, spot: Spot | null, name: string): void;
  /** What else its judge wants to hear of; `spotAt`: what a function is at. */
  hooks(spotAt: (fn: EvaluableFunction) => Spot | null): Partial<Hooks>;
  /** Brings what was written to the tables into the machine; called when the run has ended, however it did. */
  finish(): void;
}

/** Runs the scenario's entry on a machine that is ready for it. */
export function executeOn(machine: Machine, options: RunOptions, ownSync: OwnSync | null): Run {
  const { scenario, program, decisions } = options;
  const begin = machine.events.length;
  const facts = { ...FACTS, ...scenario.facts };
  const carryOut = options.syncing?.(machine, facts) ?? null;
  const recorder = ownSync?.recorder ?? createRecorder(machine);
  let last: Spot | null = null;
  const syncs: SyncCall[] = [];
  const seen = new Map<number, Set<SyncSeen>>();
  const holders = new Map<number, SyncHolder>();
  const decided = new Map<Expr, boolean>();
  const laterRound = new WeakSet<object>();
  const counting = new WeakSet<Expr>();
  const assumed: { why: string; spot: Spot | null; taken: boolean }[] = [];
  const loops: { why: string; spot: Spot | null }[] = [];
  const unknownCalls: UnknownCall[] = [];
  const lostIn = new Set<string>();
  const entered = new Set<string>();
  const memory = createMemory();
  const spots = new Map<object, Spot | null>();
  const spotOf = (node: Span | null, fn: EvaluableFunction | null): Spot | null => {
    if (!node || !fn) return null;
    const known = spots.get(node);
    if (known !== undefined && (known === null || known.function === fn.name)) return known;
    const text = program.ownerOf(node);
    const spot = text && node.end > node.start ? { text, span: node, function: fn.name } : null;
    spots.set(node, spot);
    return spot;
  };

  const { code, asked } = withAsked(
    codeOf({ program, side: options.side, ...(ownSync ? { first: ownSync.functions } : {}) }),
  );

  /** What each function is at. */
  const statementOf = new Map<string, Spot | null>();
  const evaluator: Evaluator = createEvaluator({
    code,
    machine,
    memory,
    facts,
    primitives,
    parse: options.parse,
    limits: ownSync ? WALK_LIMITS : scenario.isVast ? VAST_LIMITS : FLOW_LIMITS,
    ...(ownSync ? { tables: ownSync.tables } : {}),
    hooks: {
      statement(stmt, fn, depth, again = false) {
        if (stmt.kind === 'block') return;
        const test = testOfLoop(stmt);
        if (test && countsRounds(stmt)) counting.add(test);
        if (test && laterRound.has(test) !== again)
          visit(test, (node) => (again ? laterRound.add(node) : laterRound.delete(node)));
        const spot = spotOf(stmt, fn);
        if (!spot && stmt.kind !== 'model') return;
        if (spot) {
          entered.add(fn.name);
          last = spot;
        }
        if (ownSync) {
          ownSync.at.spot = spot;
          ownSync.statement(stmt, spot, fn.name);
        }
        statementOf.set(fn.name, spot);
        recorder.statement(stmt, fn.name, spot, depth);
      },
      ...(ownSync ? ownSync.hooks((fn) => statementOf.get(fn.name) ?? null) : { assigned: recorder.assigned }),
      branch(test, value, fn) {
        // What is not known does not change its mind, and a loop on it ends after a round: else there would be no end of ways.
        const before = decided.get(test);
        if (before !== undefined) return before && !laterRound.has(test);
        if (counting.has(test)) {
          // As a range that is not known is taken to cover the change, rounds of which nobody knows how many are taken to come by it.
          decided.set(test, true);
          loops.push({ why: value.opaque ?? 'unknown', spot: spotOf(test, fn) });
          return true;
        }
        const taken = decisions[assumed.length] ?? true;
        decided.set(test, taken);
        assumed.push({ why: value.opaque ?? 'unknown', spot: spotOf(test, fn), taken });
        return taken;
      },
      intercepts: (name) => ownSync === null && program.syncs.some((sync) => sync.name === name),
      call(name, args, expr, fn) {
        // Arguments are evaluated: functions that gave them have had statements of their own.
        if (ownSync && fn) ownSync.at.spot = statementOf.get(fn.name) ?? null;
        const convention = ownSync ? undefined : program.syncs.find((sync) => sync.name === name);
        if (!convention) return undefined;
        const id = syncs.length;
        const uses = new Set<SyncSeen>();
        seen.set(id, uses);
        const spot = spotOf(expr, fn);
        const holder: SyncHolder = { function: fn?.name ?? '', spot };
        holders.set(id, holder);
        const { value, call } = callSync({
          id,
          uses,
          holder,
          convention,
          args,
          expr,
          spot,
          machine,
          atomic: evaluator.atomic()[0] ?? null,
          failure: options.failure,
          before: syncs,
          begin,
          carryOut,
        });
        syncs.push(call);
        return value;
      },
      unknownCall: (name, args, expr, fn) => {
        unknownCalls.push({ name, spot: spotOf(expr, fn), given: args.length, events: machine.events.length });
      },
      syncResult(id, use, to) {
        seen.get(id)?.add(use);
        const holder = holders.get(id);
        if (!holder || !to) return;
        holder.function = to.fn.name;
        holder.spot = spotOf(to.call, to.fn) ?? holder.spot;
      },
      atomic(depth) {
        if (ownSync) ownSync.at.atomic = depth > 0;
      },
      note: (text, _span, fn) => recorder.note(text, fn?.name ?? ''),
      lost: (fn) => {
        lostIn.add(fn.name);
      },
    },
  });

  machine.failAllocation(scenario.failAllocation ?? null);
  let fault: RunFault | null = null;
  let returned: Value | null = null;
  try {
    if (scenario.after) recorder.note('the memory is in use', '');
    returned = evaluator.call(scenario.entry, scenario.args(evaluator.kernel));
    if (scenario.after) recorder.note('and is used again', '');
    scenario.after?.(evaluator.kernel);
  } catch (error) {
    fault = faultOf(error, spotOf, last);
    if (!fault) throw error;
  }
  ownSync?.finish();
  if (returned?.syncResult !== undefined) seen.get(returned.syncResult)?.add('returned');

  return {
    scenario,
    side: options.side,
    facts,
    machine,
    begin,
    trace: recorder.trace,
    syncs,
    fault,
    assumed,
    stale: machine.coherence(),
    returned: returned && !returned.opaque && returned.type.kind !== 'void' ? returned.bits : null,
    failure: options.failure,
    ...(options.setting ? { setting: options.setting } : {}),
    unknownCalls,
    loops,
    lostIn,
    entered,
    asked,
  };
}

const testOfLoop = (stmt: Stmt): Expr | null =>
  stmt.kind === 'for' || stmt.kind === 'while' || stmt.kind === 'do' ? stmt.test : null;

/** A loop from one thing to the next: over a number of them, or by an iterator. */
const countsRounds = (stmt: Stmt): boolean =>
  (stmt.kind === 'for' && stmt.update !== null) || (stmt.kind === 'while' && isIteratorHead(stmt.test));

type SpotOf = (node: Span | null, fn: EvaluableFunction | null) => Spot | null;

/** `last`: the last place in the patch's code that the run came by. */
function faultOf(error: unknown, spotOf: SpotOf, last: Spot | null): RunFault | null {
  if (error instanceof EvaluationFault) {
    const text = last?.text;
    const spot =
      error.span && text
        ? { text, span: error.span, function: error.fn?.name ?? last.function }
        : spotOf(error.span, error.fn);
    return { kind: 'memory', detail: error.fault.kind, message: error.fault.message, spot };
  }
  if (error instanceof BugOn) return { kind: 'bug', detail: 'BUG_ON', message: error.message, spot: last };
  if (error instanceof LimitReached) {
    const { busiest } = error;
    // The loop's test, not all of its body.
    const test = busiest && 'test' in busiest.loop ? busiest.loop.test : null;
    const spot = busiest ? spotOf(test ?? busiest.loop, busiest.fn) : null;
    return { kind: 'limit', detail: 'limit', message: error.message, spot: spot ?? last };
  }
  if (error instanceof MachineBug) return { kind: 'machine', detail: 'BUG_ON', message: error.message, spot: last };
  return null;
}
