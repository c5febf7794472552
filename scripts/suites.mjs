// The suites of `npm test`, in their order: each runs its tool, prints what a person has to see and returns its count.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { bundleVSCodeTests } from './bundles.mjs';
import { run, tool } from './process.mjs';
import { root } from './setup.mjs';

/** A tool that only says yes or no: one check. Its output is shown when it says no. */
async function oneCheck(program, args) {
  const { code, output } = await run(program, args);
  if (code !== 0) console.log(output.trim());
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** A program that prints `N passed, N failed[, N skipped]` as its last line. */
function counted({ code, output }) {
  const last = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1);
  if (!last) return { passed: 0, failed: 1, skipped: 0, note: `ended with ${code} and no count` };
  const [passed, failed, skipped] = last.slice(1).map((n) => Number(n ?? 0));
  return { passed, failed: failed || (code === 0 ? 0 : 1), skipped };
}

/** Folders of test/ that have to run something, so that a moved or renamed folder is noticed. */
const areas = ['c', 'cli', 'engine', 'layering', 'lsp', 'patch', 'replay', 'review'];

/** What vitest's JSON says of one test file; a file that did not even load has no results and counts as one failure. */
function countFile({ status, assertionResults }) {
  const of = (...states) => assertionResults.filter((result) => states.includes(result.status)).length;
  const failed = of('failed') || (status === 'passed' ? 0 : 1);
  return { passed: of('passed'), failed, skipped: of('pending', 'skipped', 'todo') };
}

async function unit() {
  const file = join(root, 'out', `vitest-${process.pid}.json`);
  mkdirSync(join(root, 'out'), { recursive: true });
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${file}`];
  const { code } = await run(tool('vitest'), ['run', ...reporters], { show: true, seconds: 900 });
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0, note: `vitest ended with ${code} and no results` };
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(file);
  const byArea = new Map(areas.map((area) => [area, { passed: 0, failed: 0, skipped: 0 }]));
  for (const result of testResults) {
    const area = relative(join(root, 'test'), result.name).split(sep)[0];
    const sum = byArea.get(area) ?? { passed: 0, failed: 0, skipped: 0 };
    const more = countFile(result);
    byArea.set(area, {
      passed: sum.passed + more.passed,
      failed: sum.failed + more.failed,
      skipped: sum.skipped + more.skipped,
    });
  }
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [area, count] of byArea) {
    const nothing = count.passed + count.failed === 0;
    console.log(`  test/${area}: ${nothing ? 'nothing ran' : `${count.passed} passed, ${count.failed} failed`}`);
    total.passed += count.passed;
    total.failed += nothing ? 1 : count.failed;
    total.skipped += count.skipped;
  }
  // For instance an error outside of any test.
  if (code !== 0 && total.failed === 0) total.failed = 1;
  return total;
}

async function corpus() {
  const check = join(root, '..', 'shared', 'check-corpus.mjs');
  if (!existsSync(check)) return { passed: 0, failed: 0, skipped: 1, note: 'the real mails are not beside this clone' };
  const result = await run(process.execPath, [check, process.execPath, 'dist/mktme-review.js']);
  const count = counted(result);
  if (count.failed) console.log(result.output.trim());
  return count;
}

/** A check of its own that counts for itself; what it printed is shown when something failed. */
async function program(file) {
  const result = await run(process.execPath, [file]);
  const count = counted(result);
  if (count.failed) console.log(result.output.trim());
  return count;
}

/** In the extension host, and in windows that are looked at from outside. */
async function vscode() {
  await bundleVSCodeTests();
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const file of ['out/vscode/run.mjs', 'out/vscode/window.mjs']) {
    const count = counted(await run(process.execPath, [file], { show: true, seconds: 900 }));
    for (const key of Object.keys(total)) total[key] += count[key];
  }
  return total;
}

export const suites = {
  lint: () => oneCheck(tool('biome'), ['check', '--error-on-warnings']),
  types: () => oneCheck(tool('tsc'), ['-b']),
  unit,
  corpus,
  syntaxes: () => program('test/syntaxes/check.mjs'),
  package: () => program('test/package/check.mjs'),
  vscode,
};
