// One running VS Code server, on this machine's loopback only, with everything it writes in one folder.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { vscodeServer } from './vscode.ts';

export type ServerOptions = {
  /** Settings, extensions, logs and the home folder of what runs inside. */
  readonly dataFolder: string;
  /** 0 picks a free one. */
  readonly port?: number;
  /** Who has the address needs this too; without one, every user of this machine can connect. */
  readonly token?: string;
  /** Lets the page load an extension under development and its test suite, which the server otherwise ignores. */
  readonly forTests?: boolean;
  /** Folders are not trusted, and nobody is asked to. */
  readonly restricted?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
};

export type RunningServer = {
  readonly port: number;
  /** Everything it printed up to now. */
  readonly log: () => string;
  /** Resolves once it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly close: () => Promise<void>;
};

/** Settings for a window in which nothing of VS Code's own asks for attention. */
export const calm = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

const distrustful = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.end();
      resolve(true);
    }).on('error', () => resolve(false));
  });

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill();
  const patience = new AbortController();
  await Promise.race([ended, pause(5000, undefined, { signal: patience.signal }).catch(() => undefined)]);
  patience.abort();
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await ended;
}

/** Starts a VS Code server and waits until it takes connections. Throws, with its log, when it does not come up. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { node, main } = vscodeServer();
  const { dataFolder } = options;
  const home = join(dataFolder, 'home');
  mkdirSync(home, { recursive: true });
  mkdirSync(join(dataFolder, 'data/Machine'), { recursive: true });
  writeFileSync(
    join(dataFolder, 'data/Machine/settings.json'),
    JSON.stringify({ ...calm, ...(options.restricted ? distrustful : {}), ...options.settings }, null, 2),
  );
  const port = options.port || (await freePort());
  const args = [main, '--host=127.0.0.1', `--port=${port}`, `--server-data-dir=${dataFolder}`];
  args.push('--accept-server-license-terms', '--telemetry-level=off');
  if (!options.restricted) args.push('--disable-workspace-trust');
  args.push(options.token ? `--connection-token=${options.token}` : '--without-connection-token');
  if (options.forTests) args.push('--enable-smoke-test-driver');
  // Its home is ours, so that nothing is written to the user's.
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: home } });
  let log = '';
  child.stdout.on('data', (data) => {
    log += data;
  });
  child.stderr.on('data', (data) => {
    log += data;
  });
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      log += String(error);
      resolve();
    });
    child.on('exit', () => resolve());
  });
  const close = (): Promise<void> => stop(child, ended);
  const deadline = Date.now() + 60_000;
  while (!(await answers(port))) {
    if (child.exitCode !== null || child.pid === undefined || Date.now() > deadline) {
      await close();
      throw new Error(`the VS Code server did not come up:\n${log}`);
    }
    await pause(50);
  }
  return { port, log: () => log, ended, close };
}
