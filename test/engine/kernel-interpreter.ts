/** Runs the kernel's models alone, without any patch: a small interpreter of their nodes, apart from the evaluator of server/. */

import { createMachine } from '../../engine/src/create.ts';
import type { Event } from '../../engine/src/event.ts';
import { kernelFunction } from '../../engine/src/kernel/catalogue.ts';
import { type CType, intValue, type Value, VOID } from '../../engine/src/kernel/ctype.ts';
import { createMemory } from '../../engine/src/kernel/memory.ts';
import type { Frame, Kernel, KernelFunction, Node, Outcome, Version } from '../../engine/src/kernel/model.ts';
import { primitives } from '../../engine/src/kernel/primitives.ts';
import type { Scenario } from '../../engine/src/kernel/scenario.ts';
import type { Machine } from '../../engine/src/machine.ts';

export interface Call {
  readonly name: string;
  readonly args: readonly bigint[];
  /** Depth of atomic sections when it was called. */
  readonly atomic: number;
}

export interface Ran {
  readonly machine: Machine;
  readonly kernel: Kernel;
  /** What the entry returned, as the number its type makes of it; null: nothing. */
  readonly returned: bigint | null;
  /** Events of the run itself. */
  readonly events: readonly Event[];
  /** Modelled functions in the order in which they were first entered. */
  readonly entered: readonly string[];
  readonly calls: readonly Call[];
  readonly atomicAtEnd: number;
}

export interface RunOptions {
  readonly keyIds?: number;
  /** Sees every call before it runs. */
  onCall?(kernel: Kernel, call: Call): void;
}

const FUEL = 200_000;

export function runScenario(scenario: Scenario, version: Version, options: RunOptions = {}): Ran {
  const machine = createMachine({
    pagingLevels: scenario.pagingLevels,
    ramBytes: scenario.ramBytes,
    keyIds: options.keyIds ?? 3,
  });
  scenario.prepare(machine);
  if (scenario.enableFirst) {
    const { layout } = machine;
    machine.enable();
    machine.syncGlobalPgds(layout.pageOffset, layout.pageOffset + BigInt(layout.keyIds + 1) * layout.directMappingSize);
  }
  machine.failAllocation(scenario.failAllocation ?? null);
  const before = machine.events.length;
  const calls: Call[] = [];
  const entered = new Set<string>();
  let atomic = 0;
  let fuel = FUEL;

  const kernel: Kernel = {
    machine,
    memory: createMemory(),
    facts: { clflush: true, failPage: null, ...scenario.facts },
    note: () => undefined,
    enterAtomic: () => {
      atomic++;
    },
    leaveAtomic: () => {
      if (--atomic < 0) throw new Error('an atomic section ends that never began');
    },
    call(name, ...given) {
      const args = given.map((arg) => (typeof arg === 'bigint' ? intValue(arg) : arg));
      const call: Call = { name, args: args.map(({ bits }) => bits), atomic };
      calls.push(call);
      options.onCall?.(kernel, call);
      const model = kernelFunction(name, version);
      if (model) {
        entered.add(name);
        return invoke(model, args);
      }
      const primitive = primitives[name];
      if (!primitive) throw new Error(`nobody knows ${name}()`);
      const result = primitive.run(kernel, args);
      if (typeof result === 'bigint') return intValue(result, primitive.returns);
      return result ?? { type: VOID, bits: 0n };
    },
  };

  function invoke(model: KernelFunction, args: readonly Value[]): Value {
    const variables = new Map<string, { readonly at: bigint; readonly type: CType }>();
    const declare = (name: string, type: CType) => {
      if (variables.has(name)) throw new Error(`${model.name}() declares ${name} twice`);
      variables.set(name, { at: kernel.memory.allocate(type, name), type });
    };
    const of = (name: string) => {
      const variable = variables.get(name);
      if (!variable) throw new Error(`${model.name}() has no ${name}`);
      return variable;
    };
    const frame: Frame = {
      kernel,
      get: (name) => kernel.memory.load(of(name).at, of(name).type).bits,
      set: (name, bits) => kernel.memory.store(of(name).at, cut(bits, of(name).type)),
      addressOf: (name) => of(name).at,
    };
    if (args.length < model.parameters.length) throw new Error(`${model.name}() takes ${model.parameters.length}`);
    model.parameters.forEach(({ name, type }, index) => {
      declare(name, type);
      frame.set(name, args[index]?.bits ?? 0n);
    });
    for (const { name, type } of model.locals) declare(name, type);
    for (const { name, init } of model.locals) if (init) frame.set(name, init(frame));
    const outcome = runList(model.body, frame, null);
    if (typeof outcome === 'object' && 'return' in outcome) {
      if (outcome.return === null) return { type: VOID, bits: 0n };
      return cut(outcome.return, model.returns);
    }
    if (outcome !== undefined) throw new Error(`${model.name}() ends with ${JSON.stringify(outcome)}`);
    if (model.returns.kind !== 'void') throw new Error(`${model.name}() returns nothing`);
    return { type: VOID, bits: 0n };
  }

  function runList(nodes: readonly Node[], frame: Frame, from: string | null): Outcome {
    let at = from === null ? 0 : nodes.findIndex((node) => node.kind === 'label' && node.name === from);
    for (; at < nodes.length; at++) {
      const node = nodes[at];
      if (!node) break;
      const outcome = runNode(node, frame);
      if (outcome === undefined) continue;
      if (typeof outcome === 'object' && 'goto' in outcome) {
        const target = nodes.findIndex((other) => other.kind === 'label' && other.name === outcome.goto);
        if (target >= 0) {
          at = target;
          continue;
        }
      }
      return outcome;
    }
    return undefined;
  }

  function runNode(node: Node, frame: Frame): Outcome {
    if (--fuel < 0) throw new Error('this does not end');
    if (node.kind === 'label') return undefined;
    if (node.kind === 'step') return node.run(frame);
    if (node.kind === 'branch') return node.when(frame) ? runList(node.body, frame, null) : undefined;
    while (node.while(frame)) {
      const outcome = runList(node.body, frame, null);
      if (outcome === 'break') return undefined;
      if (outcome !== undefined && outcome !== 'continue') return outcome;
    }
    return undefined;
  }

  const result = kernel.call(scenario.entry, ...scenario.args(kernel));
  return {
    machine,
    kernel,
    returned: result.type.kind === 'void' ? null : signed(result),
    events: machine.events.slice(before),
    entered: [...entered],
    calls,
    atomicAtEnd: atomic,
  };
}

const cut = (bits: bigint, type: CType): Value => ({
  type,
  bits: BigInt.asUintN(type.kind === 'int' ? type.bits : 64, bits),
});

const signed = ({ type, bits }: Value): bigint =>
  type.kind === 'int' && type.signed ? BigInt.asIntN(type.bits, bits) : bits;
