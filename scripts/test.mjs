// `npm test [SUITE...]`: everything, or the named suites. Prints failures in full and ends with `N passed, N failed[, N skipped]`.
import { setup, stop } from './setup.mjs';
import { suites } from './suites.mjs';

setup();
const { build } = await import('./build.mjs');

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in suites));
if (unknown.length) stop(`test: no suite is called ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}`);

/** A suite that counts nothing has not run, whatever its exit code says. */
function judged(count) {
  const silent = count.passed + count.failed + count.skipped === 0;
  return silent ? { ...count, failed: 1, note: 'nothing ran' } : count;
}

const total = { passed: 0, failed: 0, skipped: 0 };
const rows = [];
const started = Date.now();

function report(name, count, since) {
  for (const key of Object.keys(total)) total[key] += count[key];
  const seconds = ((Date.now() - since) / 1000).toFixed(1);
  const skipped = count.skipped ? `, ${count.skipped} skipped` : '';
  const note = count.note ? ` (${count.note})` : '';
  const row = `${count.failed ? 'FAIL' : 'ok  '} ${name}: ${count.passed} passed, ${count.failed} failed${skipped}${note} in ${seconds} s`;
  rows.push(row);
  console.log(row);
}

const built = await build().then(
  () => true,
  () => false,
);
if (!built) report('build', { passed: 0, failed: 1, skipped: 0 }, started);

for (const [name, suite] of Object.entries(suites)) {
  if (wanted.length && !wanted.includes(name)) continue;
  const since = Date.now();
  report(name, judged(await suite()), since);
}

console.log(`\n${rows.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed ? 1 : 0);
