// Packages fetched from the npm registry as files, without making them dependencies: npm's own client, nothing else.
import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

export type PackageFiles = {
  readonly name: string;
  readonly version: string;
  /** The tarball's subresource integrity, where it is the same on every machine. */
  readonly integrity?: string;
};

/** Runs a program and returns what it printed; its errors go to ours. Throws when it fails. */
export function run(program: string, args: readonly string[], options: ExecFileSyncOptions = {}): string {
  const shell = process.platform === 'win32' && program === 'npm';
  const out = execFileSync(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: plainEnv(), shell, ...options });
  return out.toString();
}

/** The environment without what `npm run` adds, which would point a nested npm at this project. */
function plainEnv(): NodeJS.ProcessEnv {
  const ours = /^npm_(package_|lifecycle_|config_(local_prefix|prefix|global|omit|include)$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([key]) => !ours.test(key)));
}

/** Unpacks the named members (`package/...`) of a package into `into`, without their first `strip` path parts. */
export function unpack(files: PackageFiles, members: readonly string[], strip: number, into: string): void {
  const spec = `${files.name}@${files.version}`;
  const packed: unknown = JSON.parse(run('npm', ['pack', '--json', '--loglevel=error', spec], { cwd: into }));
  // npm 12 answers with an object by name, the older ones with a list.
  const [info] = Object.values(packed as Record<string, { filename: string; integrity: string }>);
  if (!info) throw new Error(`npm pack ${spec} named no file`);
  if (files.integrity && info.integrity !== files.integrity) throw new Error(`${spec}: integrity is ${info.integrity}`);
  run('tar', ['xzf', info.filename, `--strip-components=${strip}`, ...members], { cwd: into });
  rmSync(join(into, info.filename));
}

const HOUR = 3_600_000;

/** Where fetched things stay between runs; VSCODE_TEST_CACHE names another place, for several clones to share. */
export const cacheRoot = resolve(process.env.VSCODE_TEST_CACHE || '.vscode-test');

/**
 * The folder `name` of the cache; `fill` makes it when it is missing. It is filled under another name and then renamed, so that a
 * run that was broken off leaves nothing half done, and of two runs at once the slower one throws its copy away.
 */
export function cached(name: string, fill: (folder: string) => void): string {
  const folder = join(cacheRoot, name);
  if (existsSync(folder)) return folder;
  mkdirSync(cacheRoot, { recursive: true });
  for (const left of readdirSync(cacheRoot).filter((entry) => entry.startsWith('filling-'))) {
    const path = join(cacheRoot, left);
    if (Date.now() - statSync(path).mtimeMs > HOUR) rmSync(path, { recursive: true, force: true });
  }
  const temporary = mkdtempSync(join(cacheRoot, 'filling-'));
  try {
    fill(temporary);
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
