// `npm run bench [NAME...]`: bundles test/bench/*.bench.ts and runs each in a process of its own.
import { basename } from 'node:path';
import { build } from './build.mjs';
import { bundleBenchmarks } from './bundles.mjs';
import { run } from './process.mjs';
import { setup, stop } from './setup.mjs';

setup();
await build().catch(() => process.exit(1));
const wanted = process.argv.slice(2);
const files = (await bundleBenchmarks()).filter(
  (file) => !wanted.length || wanted.includes(basename(file, '.bench.mjs')),
);
if (!files.length) stop('bench: nothing to run in test/bench/');
let failed = 0;
for (const file of files) {
  console.log(`\n${basename(file, '.bench.mjs')}`);
  // A benchmark may ask for a collection before it measures memory.
  const { code } = await run(process.execPath, ['--expose-gc', file], { show: true });
  if (code !== 0) failed += 1;
}
process.exit(failed ? 1 : 0);
