// Stands in for VS Code's executable: takes what @vscode/test-electron's runTests passes, runs the suite in a real extension host
// of the VS Code server and ends with the suite's exit code. Arguments that only a desktop VS Code knows are passed over.
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { format } from 'node:util';
import { startServer } from './server.ts';
import { type OpenWindow, openWindow, remote } from './window.ts';

const args = process.argv.slice(2);
const values = (name: string): string[] =>
  args.filter((arg) => arg.startsWith(`--${name}=`)).map((arg) => arg.slice(name.length + 3));

const folder = args.find((arg) => !arg.startsWith('-') && existsSync(arg) && statSync(arg).isDirectory());
const limit = Number(process.env.VSCODE_TEST_TIMEOUT || 300_000);

/** The suite's own lines; the rest of what an extension host says is kept for a failure. */
const ofTheSuite = /^\s+(✔|✓|-|\d+\)|\d+ (passing|failing|pending))/;

async function main(): Promise<number> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'vscode-test-'));
  const said: string[] = [];
  let window: OpenWindow | undefined;
  const server = await startServer({ dataFolder, forTests: true });
  try {
    const [suite] = values('extensionTestsPath');
    if (!suite) throw new Error('--extensionTestsPath is missing');
    let finish = (_code: number): void => undefined;
    const finished = new Promise<number>((resolve) => {
      finish = resolve;
    });
    window = await openWindow({
      port: server.port,
      dataFolder,
      folder,
      payload: [
        ...values('extensionDevelopmentPath').map(
          (path) => ['extensionDevelopmentPath', remote(server.port, path)] as const,
        ),
        ['extensionTestsPath', remote(server.port, suite)],
        ['skipWelcome', 'true'],
      ],
      prepare: async (page) => {
        page.on('console', (message) => said.push(`[page ${message.type()}] ${message.text()}`));
        await page.exposeFunction('codeAutomationExit', (code: number) => finish(code));
        await page.exposeFunction('codeAutomationLog', (kind: string, parts: unknown[]) => {
          const line = format(...parts);
          said.push(`[${kind}] ${line}`);
          if (ofTheSuite.test(line)) console.log(line);
        });
      },
    });
    const patience = new AbortController();
    const code = await Promise.race([
      finished,
      server.ended.then(() => 70),
      pause(limit, 124, { signal: patience.signal }).catch(() => 124),
    ]);
    patience.abort();
    if (code === 124) console.error(`the suite had not ended after ${limit} ms`);
    // Where the suite wrote its result, that says it all; where it did not, the reason is somewhere in here.
    if (!existsSync(process.env.VSCODE_TEST_RESULT ?? ''))
      console.error([...said.slice(-60), server.log().slice(-4000)].join('\n'));
    return code;
  } finally {
    await window?.close();
    await server.close();
    rmSync(dataFolder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

process.exit(
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }),
);
