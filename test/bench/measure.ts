/** What the benchmarks share: medians, one plain line per figure, and the real mails where they are at hand. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.cwd();

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Milliseconds on the clock. */
export async function clock(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** Milliseconds of this process's processor time: what a loaded machine does not change. */
export function processor(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Prints a figure and, where there is one, its target. A missed target is told of and fails nothing: machines differ. */
export function report(what: string, value: number, unit: string, target?: number): void {
  const verdict =
    target === undefined ? '' : `  (target ${Number(target.toFixed(2))} ${unit}${value <= target ? '' : ', MISSED'})`;
  console.log(`${what.padEnd(74)} ${value.toFixed(value < 10 ? 2 : 0).padStart(7)} ${unit}${verdict}`);
}

/** Path of a file of the build. */
export const built = (name: string): string => join(root, 'dist', name);

/** Path of a real mail; null where the corpus is not at hand, which is said. */
export function corpus(name: string): string | null {
  const path = join(root, '../shared/corpus', name);
  if (existsSync(path)) return path;
  console.log(`not measured: ../shared/corpus/${name} is not there`);
  return null;
}

/** A patch of this repository's own, for machines without the corpus. */
export const ownPatch = (): string => join(root, 'examples/hook-cpa-flush.patch');

export const read = (path: string): string => readFileSync(path, 'utf8');
