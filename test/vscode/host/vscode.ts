// A real VS Code where Microsoft's download is out of reach: the server with its web workbench, as the npm package code-server
// carries it, and the Node that it wants.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cached, run, unpack } from './npm.ts';

const CODE = {
  name: 'code-server',
  version: '4.139.1',
  integrity: 'sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==',
};
const NODE = { name: `node-${process.platform}-${process.arch}`, version: '24.21.0' };

/** Packages of the server that no test or review needs, several of which would compile something. */
const unneededPackages = [
  '@devcontainers/cli',
  '@github/copilot-sdk',
  '@microsoft/mxc-sdk',
  '@vscode/sandbox-runtime',
  '@vscode/sqlite3',
  '@vscode/windows-process-tree',
  '@vscode/windows-registry',
  'kerberos',
  'ssh2',
];

const unneededExtensions = [
  'copilot',
  'github-authentication',
  'mermaid-markdown-features',
  'microsoft-authentication',
];

export type VSCodeServer = {
  /** The Node to run it with. */
  readonly node: string;
  /** server-main.js */
  readonly main: string;
};

function fill(folder: string): void {
  console.log(
    `fetching the VS Code server of ${CODE.name}@${CODE.version} from the npm registry (once, about a minute) ...`,
  );
  unpack(NODE, ['package/bin/node'], 1, folder);
  unpack(CODE, ['package/lib/vscode'], 3, folder);
  for (const name of unneededExtensions) rmSync(join(folder, 'extensions', name), { recursive: true, force: true });
  run('npm', ['pkg', 'delete', ...unneededPackages.map((name) => `dependencies[${name}]`)], { cwd: folder });
  // Not `npm ci`: the lock that is shipped with it lacks an entry. No install scripts, so no compiler.
  const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', `--prefix=${folder}`, ...flags], { cwd: folder });
  const searchers = join(folder, 'node_modules/@vscode/ripgrep-universal/bin');
  for (const platform of existsSync(searchers) ? readdirSync(searchers) : [])
    if (platform !== `${process.platform}-${process.arch}`) rmSync(join(searchers, platform), { recursive: true });
}

/** The VS Code server of the cache, fetched the first time (325 MB on disk). Throws where npm cannot fetch it. */
export function vscodeServer(): VSCodeServer {
  const folder = cached(`vscode-${CODE.version}-node-${NODE.version}`, fill);
  return { node: join(folder, 'bin/node'), main: join(folder, 'out/server-main.js') };
}
