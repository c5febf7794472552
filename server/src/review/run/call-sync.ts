/** A call of the sync from evaluated code, done by the reference behaviour on the run's machine. */
import { type Address, PAGE_SIZE, type Range } from '../../../../engine/src/address.ts';
import { INT, intValue, type Value } from '../../../../engine/src/kernel/ctype.ts';
import type { Machine } from '../../../../engine/src/machine.ts';
import type { Expr } from '../../c/ast.ts';
import { LimitReached } from '../../c/evaluate/errors.ts';
import type { SyncConvention } from '../report.ts';
import { codeOf } from '../text.ts';
import type { Moves } from './moves.ts';
import { printed } from './print.ts';
import { canonicalOf, min, overlaps, union } from './ranges.ts';
import type { Spot, SyncCall, SyncHolder, SyncSeen } from './run.ts';

/** Does what a run's n-th call of the sync asks for in the reference's place; null: this one is left to the reference. */
export type CarryOut = (id: number, name: string, args: readonly Value[]) => number | null;

export interface SyncRequest {
  readonly id: number;
  readonly uses: ReadonlySet<SyncSeen>;
  readonly holder: Readonly<SyncHolder>;
  readonly convention: SyncConvention;
  readonly args: readonly Value[];
  readonly expr: Expr | null;
  readonly spot: Spot | null;
  readonly machine: Machine;
  readonly atomic: string | null;
  readonly failure: number | null;
  readonly before: readonly SyncCall[];
  /** Events of the machine when the run began. */
  readonly begin: number;
  readonly carryOut: CarryOut | null;
}

export function callSync(request: SyncRequest): { readonly value: Value; readonly call: SyncCall } {
  const { machine, args, expr, spot } = request;
  const { start, end, opaque } = rangeOf(request.convention, args, machine);
  const from = machine.events.length;
  const { enabled } = machine;
  const due = enabled ? canonicalOf(machine, machine.coherence()) : [];
  const needed = withSplits(due, machine, request.before.at(-1)?.to ?? request.begin).reduce(
    (sum, range) => sum + machine.entriesToVisit(range.start, range.end),
    0,
  );
  const visitedBefore = machine.cost.entriesVisited;
  const nth =
    request.failure === null
      ? 0
      : request.failure - request.before.reduce((sum, call) => sum + allocationsOf(machine, call), 0);
  if (request.id >= MOST_CALLS) throw new LimitReached('statements', expr, null);
  const result =
    request.carryOut?.(request.id, request.convention.name, args) ??
    machine.sync(start, atMost(start, wholePages(end), machine), nth > 0 ? { failAllocation: nth } : {});
  return {
    value: { ...intValue(BigInt(result), INT), syncResult: request.id },
    call: {
      id: request.id,
      name: request.convention.name,
      spot,
      expr,
      start,
      end,
      enabled,
      opaque,
      result,
      from,
      to: machine.events.length,
      visited: machine.cost.entriesVisited - visitedBefore,
      needed: needed * machine.layout.keyIds,
      due,
      seen: request.uses,
      holder: request.holder,
      atomic: request.atomic,
      operands: operandsOf(expr, args, spot),
    },
  };
}

/** A run ends that syncs more often than sensible code: at worst once for each page that mark_rodata_ro() changes, and it has passed over most of them twice. */
const MOST_CALLS = 4096;

/** A page of which the range leaves out the last byte is not in it. */
const wholePages = (end: Address): Address => end & ~(PAGE_SIZE - 1n);

/** No sweep goes further than over all mappings twice: what lies behind is as wrong, and walking it would only take time. */
const atMost = (start: Address, end: Address, { layout }: Machine): Address =>
  min(end, start + 2n * BigInt(layout.keyIds + 1) * layout.directMappingSize);

/** Where a huge page was split, all of it has to be rebuilt: a sync clears the huge entry first. */
function withSplits(due: readonly Range[], machine: Machine, since: number): readonly Range[] {
  const splits = machine.events
    .slice(since)
    .filter((event) => event.kind === 'split' && event.keyId === 0 && due.some((range) => overlaps(range, event)));
  return union([...due, ...(splits as readonly Range[])]);
}

const allocationsOf = (machine: Machine, call: SyncCall) =>
  machine.events
    .slice(call.from, call.to)
    .filter((event) => event.kind === 'table-alloc' || event.kind === 'alloc-failed').length;

function operandsOf(expr: Expr | null, args: readonly Value[], spot: Spot | null) {
  if (expr?.kind !== 'call' || !spot) return [];
  return expr.args.map((arg, index) => {
    const value = args[index];
    return { text: codeOf(spot.text, arg), value: value ? printed(value) : '?' };
  });
}

/** The same call where it stands now, and as it is written there. */
export function movedCall(call: SyncCall, moves: Moves): SyncCall | null {
  const spot = call.spot && moves.spot(call.spot);
  const holder = { ...call.holder, spot: call.holder.spot && moves.spot(call.holder.spot) };
  if ((call.spot && !spot) || (call.holder.spot && !holder.spot)) return null;
  const expr = call.expr && moves.node(call.expr);
  const operands =
    expr?.kind === 'call' && spot
      ? call.operands.map((operand, index) => {
          const arg = expr.args[index];
          return arg ? { ...operand, text: codeOf(spot.text, arg) } : operand;
        })
      : call.operands;
  return { ...call, spot, holder, expr, operands };
}

interface Resolved extends Range {
  readonly opaque: string | null;
}

/** The canonical range that a call names, by the convention of the function that is called. */
function rangeOf(convention: SyncConvention, args: readonly Value[], machine: Machine): Resolved {
  const whole: Range = {
    start: machine.layout.pageOffset,
    end: machine.layout.pageOffset + machine.layout.directMappingSize,
  };
  const [first, second] = args;
  if (convention.arguments === 'none' || !first || !second) return { ...whole, opaque: null };
  const unknown = first.opaque ?? second.opaque;
  if (unknown !== undefined) return { ...whole, opaque: unknown };
  const last = convention.end === 'inclusive' ? 1n : 0n;
  const of = (start: Address, end: Address): Resolved => ({
    start: BigInt.asUintN(64, start),
    end: BigInt.asUintN(64, end),
    opaque: null,
  });
  switch (convention.arguments) {
    case 'start-end':
      return of(first.bits, second.bits + last);
    case 'start-size':
      return of(first.bits, first.bits + second.bits);
    case 'start-pages':
      return of(first.bits, first.bits + (second.bits << 12n));
    case 'pfn-pages': {
      const start = machine.layout.pageOffset + (first.bits << 12n);
      return of(start, start + (second.bits << 12n));
    }
  }
}
