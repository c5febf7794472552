// The entry that VS Code's extension host calls: runs the tests with mocha and writes what came out. New test files are imported below.
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import * as vscode from 'vscode';
import { notes, type SuiteResult } from './result.ts';

async function load(): Promise<void> {
  await import('./languages.ts');
  await import('./review.test.ts');
  await import('./workbench.test.ts');
}

/** Rejects when a test failed or none ran. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', timeout: 30_000, color: false, reporter: 'spec' });
  mocha.suite.emit('pre-require', globalThis, 'suite', mocha);
  await load();
  const failures: { title: string; error: string }[] = [];
  const stats = await new Promise<Mocha.Stats | undefined>((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats));
    runner.on('fail', (test: Mocha.Runnable, error: Error) => {
      failures.push({ title: test.fullTitle(), error: error.stack ?? String(error) });
    });
  });
  const result: SuiteResult = {
    version: vscode.version,
    where: `${vscode.env.appName}, Node ${process.versions.node}`,
    passed: stats?.passes ?? 0,
    pending: stats?.pending ?? 0,
    notes,
    failures,
  };
  const file = process.env.VSCODE_TEST_RESULT;
  if (file) writeFileSync(file, JSON.stringify(result, null, 2));
  if (failures.length || !result.passed) throw new Error(`${failures.length} failed, ${result.passed} passed`);
}
