/** The evaluator of server/ runs the models exactly as the small interpreter of these tests does. */
import { describe, expect, test } from 'vitest';
import { createMachine } from '../../engine/src/create.ts';
import { kernelFunction } from '../../engine/src/kernel/catalogue.ts';
import { createMemory } from '../../engine/src/kernel/memory.ts';
import type { Version } from '../../engine/src/kernel/model.ts';
import { primitives } from '../../engine/src/kernel/primitives.ts';
import type { Scenario } from '../../engine/src/kernel/scenario.ts';
import { scenarios } from '../../engine/src/kernel/scenarios/index.ts';
import { createEvaluator } from '../../server/src/c/evaluate/evaluator.ts';
import { modelledFunction } from '../../server/src/review/functions.ts';
import { runScenario } from './kernel-interpreter.ts';

function evaluated(scenario: Scenario, version: Version) {
  const machine = createMachine({ pagingLevels: scenario.pagingLevels, ramBytes: scenario.ramBytes, keyIds: 3 });
  scenario.prepare(machine);
  if (scenario.enableFirst) {
    const { pageOffset, directMappingSize } = machine.layout;
    machine.enable();
    machine.syncGlobalPgds(pageOffset, pageOffset + 4n * directMappingSize);
  }
  machine.failAllocation(scenario.failAllocation ?? null);
  const before = machine.events.length;
  const unknown: string[] = [];
  const notes: string[] = [];
  const evaluator = createEvaluator({
    code: {
      function: (name) => {
        const model = kernelFunction(name, version);
        return model && modelledFunction(model);
      },
      macro: () => null,
      variable: () => null,
      struct: () => null,
    },
    machine,
    memory: createMemory(),
    facts: { clflush: true, failPage: null, ...scenario.facts },
    primitives,
    limits: { statements: 200_000, depth: 64 },
    hooks: {
      branch: () => {
        throw new Error('a model knows all its values');
      },
      unknownCall: (name) => {
        unknown.push(name);
      },
      note: (text) => {
        notes.push(text);
      },
    },
  });
  evaluator.call(scenario.entry, scenario.args(evaluator.kernel));
  return { events: machine.events.slice(before), unknown, notes, atomic: evaluator.atomic() };
}

describe.each(scenarios.map((scenario) => [scenario.id, scenario] as const))('%s', (_id, scenario) => {
  test.each(scenario.versions)('%s', (version) => {
    const { events, unknown, notes, atomic } = evaluated(scenario, version);
    expect(unknown).toEqual([]);
    expect(notes).toEqual([]);
    expect(atomic).toEqual([]);
    expect(events).toEqual(runScenario(scenario, version).events);
  });
});
