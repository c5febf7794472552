// Finds a Chromium or Chrome for the window; installs one where none is.
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { cached, run, unpack } from './npm.ts';

export type Browser = {
  readonly executable: string;
  /** What it needs in its environment besides ours. */
  readonly env: Readonly<Record<string, string>>;
};

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];

const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A browser that starts, not only one that is there: Ubuntu's chromium-browser is a stub that asks for a snap. */
function starts(path: string, env: Browser['env'] = {}): boolean {
  if (process.platform === 'win32') return true;
  return (
    spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 20_000, env: { ...process.env, ...env } }).status === 0
  );
}

function present(): Browser | undefined {
  const wanted = process.env.CHROMIUM;
  if (wanted) {
    if (!executable(wanted)) throw new Error(`CHROMIUM names ${wanted}, which is no program`);
    return { executable: wanted, env: {} };
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...places];
  const found = candidates.find((path) => executable(path) && starts(path));
  return found ? { executable: found, env: {} } : undefined;
}

/** Where apt-get may be used: as root, or where sudo asks for no password. */
function aptPrefix(): string[] | undefined {
  if (process.platform !== 'linux' || spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0)
    return undefined;
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

function fromApt(): Browser | undefined {
  const prefix = aptPrefix();
  if (!prefix) return undefined;
  console.log('no Chromium here: apt-get install chromium ...');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const [program = '', ...rest] = [...prefix, 'apt-get', '-qq', ...args];
    spawnSync(program, rest, { stdio: 'ignore', env, timeout: 600_000 });
  }
  return present();
}

const SHIPPED = { name: '@sparticuz/chromium', version: '153.0.0' };

/** Chromium as the package ships it: packed with brotli, and with it the libraries that a bare Linux lacks. x64 Linux only. */
function fromNpm(): Browser | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const folder = cached(`chromium-${SHIPPED.version}`, (into) => {
    console.log(`no Chromium here: fetching the one in ${SHIPPED.name} from the npm registry ...`);
    unpack(SHIPPED, ['package/bin'], 2, into);
    for (const packed of readdirSync(into).filter((name) => name.endsWith('.br'))) {
      const plain = packed.slice(0, -'.br'.length);
      writeFileSync(join(into, plain), brotliDecompressSync(readFileSync(join(into, packed))));
      rmSync(join(into, packed));
      if (!plain.endsWith('.tar')) continue;
      run('tar', ['xf', plain], { cwd: into });
      rmSync(join(into, plain));
    }
    chmodSync(join(into, 'chromium'), 0o755);
    writeFileSync(join(into, 'fonts.conf'), '<fontconfig><dir prefix="relative">fonts</dir></fontconfig>\n');
  });
  const fonts: Record<string, string> = existsSync('/etc/fonts') ? {} : { FONTCONFIG_PATH: folder };
  const found = { executable: join(folder, 'chromium'), env: { LD_LIBRARY_PATH: join(folder, 'lib'), ...fonts } };
  return starts(found.executable, found.env) ? found : undefined;
}

/** The npm package's browser; none, with the reason on a line, where it cannot be fetched or does not start. */
function tryNpm(): Browser | undefined {
  try {
    return fromNpm();
  } catch (error) {
    console.log(`${SHIPPED.name}: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
    return undefined;
  }
}

/** A browser to run windows in. Throws one line that says what to install where none can be had. */
export function browser(): Browser {
  const found = present() ?? fromApt() ?? tryNpm();
  if (!found) throw new Error('no Chromium: install chromium or Google Chrome, or name one in the variable CHROMIUM');
  return found;
}
