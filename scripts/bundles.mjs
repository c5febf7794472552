// Bundles what runs outside vitest: the VS Code host and its suite to out/vscode/, the benchmarks to out/bench/.
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const node = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
};

const programs = {
  ...node,
  entryPoints: {
    run: 'test/vscode/run.ts',
    serve: 'test/vscode/serve.ts',
    window: 'test/vscode/window/main.ts',
    tour: 'test/vscode/tour/main.ts',
    executable: 'test/vscode/host/executable.ts',
  },
  outdir: 'out/vscode',
  outExtension: { '.js': '.mjs' },
  format: 'esm',
  banner: { js: '#!/usr/bin/env node' },
};

/** VS Code's extension host loads the suite with require(). */
const suite = { ...node, entryPoints: { suite: 'test/vscode/suite/index.ts' }, outdir: 'out/vscode', format: 'cjs' };

/** Bundles test/vscode/ to out/vscode/. */
export async function bundleVSCodeTests() {
  const { build } = await import('esbuild');
  await build(programs);
  await build({ ...suite, outExtension: { '.js': '.cjs' } });
  // runTests starts it as if it were VS Code's own executable.
  chmodSync(join(root, 'out/vscode/executable.mjs'), 0o755);
}

/** Bundles test/bench/*.bench.ts and returns the paths of the results, in the order of their names. */
export async function bundleBenchmarks() {
  const { build } = await import('esbuild');
  const folder = join(root, 'test/bench');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.bench.ts')) : [];
  const entryPoints = names.sort().map((name) => `test/bench/${name}`);
  const outExtension = { '.js': '.mjs' };
  await build({ ...node, entryPoints, outdir: 'out/bench', outExtension, format: 'esm' });
  return names.map((name) => join(root, 'out/bench', name.replace(/\.ts$/, '.mjs')));
}
