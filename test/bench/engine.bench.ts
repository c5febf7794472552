/** `npm run bench engine`: the engine at full size against its targets. Exit status 1 if one is missed. */
import { createMachine, type MachineConfig } from '../../engine/src/create.ts';
import type { Machine } from '../../engine/src/machine.ts';
import { naiveMap, naiveProtect, newNaive } from '../engine/oracle.ts';
import { naiveSync } from '../engine/oracle-sync.ts';
import { median, processor } from './measure.ts';

const GIB = 1n << 30n;
const TIB = 1n << 40n;
const STEPS = 10_000;

let missed = 0;

const milliseconds = (run: () => void): number => {
  const start = performance.now();
  run();
  return performance.now() - start;
};

const report = (what: string, value: number, unit: string, target?: number): void => {
  const verdict =
    target === undefined ? '' : value <= target ? `  (target ${target} ${unit})` : `  MISSED: target ${target} ${unit}`;
  if (target !== undefined && value > target) missed += 1;
  console.log(`${what.padEnd(74)} ${value.toFixed(value < 1 ? 4 : 1).padStart(9)} ${unit}${verdict}`);
};

const memory = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().rss / 2 ** 20;
};

/** Small numbers that repeat: the same work in every run. */
const random = (seed: number): ((below: bigint) => bigint) => {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const high = state;
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((BigInt(high) << 32n) | BigInt(state)) % below;
  };
};

const mapped = (config: MachineConfig, page: '4K' | '2M'): Machine => {
  const machine = createMachine(config);
  const { pageOffset } = machine.layout;
  machine.map(pageOffset, pageOffset + config.ramBytes, page, ['rw', 'nx', 'global']);
  return machine;
};

/** enable, then random set_memory_ro/rw of one page, each with a correct sync and a full coherence check. */
const longRun = (machine: Machine, unit: bigint): void => {
  const { pageOffset, ramBytes } = machine.layout;
  const next = random(1);
  machine.enable();
  for (let i = 0; i < STEPS; i++) {
    const page = pageOffset + (next(ramBytes >> 12n) << 12n);
    if (i % 3 === 2) machine.protect(page, page + 0x1000n, ['rw'], []);
    else machine.protect(page, page + 0x1000n, [], ['rw']);
    const start = page - (page % unit);
    machine.sync(start, start + unit);
    if (machine.coherence().length > 0) throw new Error('not coherent');
  }
};

const fullSize = (name: string, config: MachineConfig): void => {
  const machine = mapped(config, '4K');
  report(
    `${name}: map, enable, ${STEPS} x (protect 4K, sync, check)`,
    processor(() => longRun(machine, 0x1000n)),
    'ms',
    2000,
  );
  report(`${name}: memory of the whole process, history kept`, memory(), 'MiB', 300);
  const { pageOffset, directMappingSize } = machine.layout;
  const count = machine.events.length;
  const next = random(2);
  // The best of three for each moment: what the machine does meanwhile is not what is asked.
  const jump = (): number => {
    const to = Number(next(BigInt(count)));
    return Math.min(...[1, 2, 3].map(() => milliseconds(() => machine.at(to).lookup(pageOffset))));
  };
  for (let i = 0; i < 200; i++) jump();
  globalThis.gc?.();
  const jumps = Array.from({ length: 1000 }, jump);
  report(`${name}: jump to any of ${count} moments, worst of 1000`, Math.max(...jumps), 'ms', 1);
  const full = Array.from({ length: 15 }, () =>
    milliseconds(() => machine.sync(pageOffset, pageOffset + directMappingSize)),
  );
  report(`${name}: full sync`, median(full), 'ms', 5);
  const checks = Array.from({ length: 500 }, () => {
    const page = pageOffset + (next(config.ramBytes >> 12n) << 12n);
    machine.protect(page, page + 0x1000n, ['pcd'], []);
    const time = milliseconds(() => machine.coherence());
    machine.sync(page, page + 0x1000n);
    return time;
  });
  report(`${name}: coherence check after a 4K change not yet synced`, median(checks), 'ms', 0.1);
  const enabling = Array.from({ length: 5 }, () => {
    const fresh = mapped(config, '4K');
    return milliseconds(() => fresh.enable());
  });
  report(`${name}: enable from nothing`, median(enabling), 'ms', 5);
  const huge = mapped(config, '2M');
  report(
    `${name}, 2M pages: the same run, each change splits a page`,
    processor(() => longRun(huge, 1n << 21n)),
    'ms',
    2000,
  );
};

/** The same work at growing size: it should be flat. */
const growth = (): void => {
  const sizes: [string, bigint][] = [
    ['1 GiB', GIB],
    ['64 GiB', 64n * GIB],
    ['1 TiB', TIB],
    ['8 TiB', 8n * TIB],
    ['64 TiB', 64n * TIB],
  ];
  for (const [name, ramBytes] of sizes) {
    const machine = mapped({ pagingLevels: 5, ramBytes, keyIds: 63 }, '4K');
    report(
      `growth: 5-level, ${name}, ${STEPS} steps`,
      processor(() => longRun(machine, 0x1000n)),
      'ms',
    );
  }
};

/** The naive oracle, at a size it can do: every 4K page, every KeyID visited. */
const naive = (): void => {
  const ram = GIB;
  const keyIds = 3;
  const machine = newNaive(4, keyIds, TIB);
  const run = milliseconds(() => {
    naiveMap(machine, machine.base, machine.base + ram, '4K', ['rw']);
    machine.enabled = true;
    naiveSync(machine, machine.base, machine.base + TIB);
  });
  report('naive oracle: 1 GiB in 4K pages, 3 KeyIDs: map and enable', run, 'ms');
  const next = random(3);
  const steps = milliseconds(() => {
    for (let i = 0; i < 100; i++) {
      const page = machine.base + (next(ram >> 12n) << 12n);
      naiveProtect(machine, page, page + 0x1000n, [], ['rw']);
      naiveSync(machine, page, page + 0x1000n);
    }
  });
  report('naive oracle: 100 x (protect 4K, sync), no check', steps, 'ms');
  const engine = mapped({ pagingLevels: 4, ramBytes: ram, keyIds }, '4K');
  report(
    'engine: the same map and enable',
    milliseconds(() => engine.enable()),
    'ms',
  );
};

fullSize('1 TiB x 63 KeyIDs, 4-level', { pagingLevels: 4, ramBytes: TIB, keyIds: 63 });
fullSize('64 TiB x 63 KeyIDs, 5-level', { pagingLevels: 5, ramBytes: 64n * TIB, keyIds: 63 });
growth();
naive();
if (missed > 0) process.exitCode = 1;
