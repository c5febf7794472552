// `npm run package [FILE]`: one .vsix for every platform.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from './build.mjs';
import { run, tool } from './process.mjs';
import { root, setup, stop } from './setup.mjs';

const LIMIT = 5 * 1024 * 1024;

setup();
await build().catch(() => process.exit(1));
const file = resolve(root, process.argv[2] ?? 'mktme-patch-review.vsix');
const { code, output } = await run(tool('vsce'), [
  'package',
  '--no-rewrite-relative-links',
  '--allow-missing-repository',
  '-o',
  file,
]);
if (code !== 0 || /^\s*WARNING/m.test(output)) stop(output.trim());
const { size } = statSync(file);
if (size > LIMIT) stop(`package: ${file} has ${size} bytes, over the limit of ${LIMIT}`);
console.log(`${file}: ${(size / 1024 / 1024).toFixed(2)} MB`);
