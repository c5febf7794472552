// Runs the suite inside a real VS Code and counts what it reports. Arguments: [--desktop] [--extension FOLDER] [--suite FILE].
// VSCODE_EXECUTABLE names a desktop VS Code to use; --desktop downloads the stable one; else the VS Code server from npm.
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import type { SuiteResult } from './suite/result.ts';

const { values } = parseArgs({
  options: {
    desktop: { type: 'boolean', default: false },
    extension: { type: 'string', default: '.' },
    suite: { type: 'string', default: 'out/vscode/suite.cjs' },
    workspace: { type: 'string', default: 'examples' },
  },
});

const here = resolve('.vscode-test', `run-${process.pid}`);
const resultFile = resolve(here, 'result.json');
mkdirSync(here, { recursive: true });
// The suite may write into its workspace, settings for instance, so it gets a copy.
const workspace = resolve(here, 'workspace');
cpSync(values.workspace, workspace, { recursive: true });

async function run(): Promise<number> {
  const given = process.env.VSCODE_EXECUTABLE;
  const vscodeExecutablePath =
    given || (values.desktop ? await downloadAndUnzipVSCode('stable') : resolve('out/vscode/executable.mjs'));
  const code = await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: resolve(values.extension),
    extensionTestsPath: resolve(values.suite),
    extensionTestsEnv: { VSCODE_TEST_RESULT: resultFile, VSCODE_TEST_PROJECT: resolve('.') },
    launchArgs: [workspace, `--user-data-dir=${resolve(here, 'user')}`, `--extensions-dir=${resolve(here, 'ext')}`],
  }).catch((error: unknown) => {
    console.error(String(error));
    return 1;
  });
  let result: SuiteResult;
  try {
    result = JSON.parse(readFileSync(resultFile, 'utf8'));
  } catch {
    // An extension host that dies ends with exit code 0, so the code alone proves nothing.
    console.error('the suite wrote no result: its extension host ended before it did');
    console.log('0 passed, 1 failed');
    return 1;
  }
  for (const { title, error } of result.failures) console.error(`\n${title}\n${error}`);
  for (const note of result.notes) console.log(`    ${note}`);
  console.log(`VS Code ${result.version}, ${result.where}`);
  const failed = result.failures.length + (code !== 0 && result.failures.length === 0 ? 1 : 0);
  console.log(`${result.passed} passed, ${failed} failed${result.pending ? `, ${result.pending} skipped` : ''}`);
  return failed || !result.passed ? 1 : 0;
}

const code = await run();
rmSync(here, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
process.exit(code);
