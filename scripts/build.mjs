// Builds dist/: what is shipped. `npm run build`, or build() from the other scripts.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, setup } from './setup.mjs';

/** Packages that stay packages: native bindings and .wasm files that are found beside their own code. */
const external = ['vscode', 'tree-sitter', 'tree-sitter-c', 'web-tree-sitter'];

/** Common for everything that runs in Node 20 or in VS Code's extension host. */
export const node = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external,
  logLevel: 'warning',
  // A CommonJS bundle has no import.meta.url; sources that look for files beside themselves keep working with this one.
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
};

const browser = {
  absWorkingDir: root,
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  logLevel: 'warning',
};

const entries = [
  { ...node, entryPoints: ['client/src/extension.ts'], outfile: 'dist/extension.cjs', minifySyntax: true },
  { ...node, entryPoints: ['server/src/lsp/main.ts'], outfile: 'dist/server.cjs', minifySyntax: true },
  { ...node, entryPoints: ['server/src/cli/main.ts'], outfile: 'dist/cli.cjs', minifySyntax: true },
  { ...browser, entryPoints: ['client/replay/main.tsx'], outfile: 'dist/replay.js' },
];

/**
 * The command itself only prepares the engine before the real program is parsed. It turns on Node's compile cache (22.1
 * and newer have one), and keeps V8 from optimising early: in a process that lives for a third of a second, what the
 * optimising compiler costs on the other threads is more than its code saves. The flag is one of V8's own and is set only
 * where it is known to be there: an unknown one would be complained of.
 */
const command = `#!/usr/bin/env node
require('node:module').enableCompileCache?.();
if (/^v(20|22|24)\\./.test(process.version)) require('node:v8').setFlagsFromString('--interrupt-budget=1000000');
require('./cli.cjs');
`;

/** Writes dist/ anew. Throws, with esbuild's own messages printed, when a part does not build. */
export async function build() {
  const esbuild = await import('esbuild');
  const dist = join(root, 'dist');
  mkdirSync(dist, { recursive: true });
  const results = await Promise.allSettled(entries.map((entry) => esbuild.build(entry)));
  // The sources are ES modules by package.json; what is built is CommonJS, which starts faster.
  writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n');
  writeFileSync(join(dist, 'mktme-review.js'), command);
  chmodSync(join(dist, 'mktme-review.js'), 0o755);
  if (results.some(({ status }) => status === 'rejected')) throw new Error('build: a part does not build');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setup();
  await build().catch(() => process.exit(1));
}
