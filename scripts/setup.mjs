// Makes a fresh clone ready: checks Node's version and installs the packages of the lock file when they are missing or older than it.
// Runs before anything is installed, so it uses Node's own modules only.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Ends the process with one plain line: what is wrong and what to do. */
export function stop(line) {
  console.error(line);
  process.exit(2);
}

function checkNode() {
  const wanted = Number(/\d+/.exec(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node)[0]);
  if (Number(process.versions.node.split('.')[0]) < wanted)
    stop(`setup: Node ${process.versions.node} is too old; install Node ${wanted} or newer and run this again`);
}

/** npm leaves this file behind as the last thing it does, so a broken-off installation has none. */
const installed = join(root, 'node_modules', '.package-lock.json');

function upToDate() {
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

function install() {
  // `npm ci` throws node_modules away first; where there is one, `npm install` only adds what the lock file asks for.
  const command = existsSync(installed) ? 'install' : 'ci';
  console.log(`setup: npm ${command} ...`);
  const run = spawnSync('npm', [command, '--include=dev', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (run.status !== 0) {
    const lines = (run.stderr || String(run.error))
      .split('\n')
      .map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim());
    const reason = lines.filter((line) => line && !/^(code |npm warn|A complete log)/.test(line)).slice(0, 2);
    stop(
      `setup: npm ${command} failed: ${reason.join(' ')}; see that the npm registry is reachable, then run this again`,
    );
  }
  const now = new Date();
  utimesSync(installed, now, now);
}

/** Checks Node and installs what is missing; does nothing, fast, where all is there. */
export function setup() {
  checkNode();
  if (!upToDate()) install();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup();
