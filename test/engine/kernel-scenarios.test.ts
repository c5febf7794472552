/** Every scenario runs on every version it names, and does what its data says of it. */
import { describe, expect, test } from 'vitest';
import { kernelFunction } from '../../engine/src/kernel/catalogue.ts';
import type { Version } from '../../engine/src/kernel/model.ts';
import { scenarios } from '../../engine/src/kernel/scenarios/index.ts';
import { type Ran, runScenario } from './kernel-interpreter.ts';

const runs = new Map<string, Ran>();
const run = (id: string, version: Version): Ran => {
  const scenario = scenarios.find((each) => each.id === id);
  if (!scenario) throw new Error(`no scenario ${id}`);
  const key = `${version} ${id}`;
  const known = runs.get(key) ?? runScenario(scenario, version);
  runs.set(key, known);
  return known;
};

test('ids and titles are unique', () => {
  expect(new Set(scenarios.map(({ id }) => id)).size).toBe(scenarios.length);
  expect(new Set(scenarios.map(({ title }) => title)).size).toBe(scenarios.length);
});

describe.each(scenarios.map((scenario) => [scenario.id, scenario] as const))('%s', (id, scenario) => {
  test.each(scenario.versions)('%s: ends, and leaves no lock held', (version) => {
    expect(run(id, version).atomicAtEnd).toBe(0);
  });
  test('`reaches` names what some version enters, and nothing else', () => {
    const entered = new Set(scenario.versions.flatMap((version) => run(id, version).entered));
    const modelled = scenario.reaches.filter((name) =>
      scenario.versions.some((version) => kernelFunction(name, version) !== null),
    );
    expect([...new Set(modelled)].sort()).toEqual([...entered].sort());
  });
});
