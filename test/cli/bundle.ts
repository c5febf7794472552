import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The command as a program of its own, bundled for this test run alone. */
export async function bundledCommand() {
  const out = join(root, 'out', `cli-test-${process.pid}`);
  mkdirSync(out, { recursive: true });
  afterAll(() => rmSync(out, { recursive: true, force: true }));
  const program = join(out, 'cli.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['server/src/cli/main.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['tree-sitter', 'tree-sitter-c', 'web-tree-sitter'],
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'error',
  });
  return {
    /** Runs to the end. */
    run(args: readonly string[], input: string | Uint8Array = '', env: Record<string, string> = {}) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
        input,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        env: { ...process.env, ...env },
      });
      return { status, stdout, stderr };
    },
    /** Starts it; the caller reads. */
    start: (args: readonly string[]) =>
      spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }),
  };
}
