// `npm start [PATCH] [-- --no-open --port N]`: reviews a patch in the terminal and opens VS Code on it with the extension: the desktop
// one where there is a `code`, else the VS Code server in the browser.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root, setup, stop } from './setup.mjs';

const windows = process.platform === 'win32';

function readArguments() {
  try {
    const options = {
      browser: { type: 'boolean', default: false },
      'no-open': { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
    };
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    return stop(`start: ${error.message}; usage: npm start [PATCH] [-- --browser --no-open --port N]`);
  }
}

const { values, positionals } = readArguments();
// npm runs this in the project's root; the patch is named from where the user stands.
const patch = positionals[0]
  ? resolve(process.env.INIT_CWD ?? '.', positionals[0])
  : join(root, 'examples', 'hook-cpa-flush.patch');
if (!existsSync(patch)) stop(`start: ${patch} is not there`);

setup();
const { build } = await import('./build.mjs');
await build().catch(() => process.exit(1));

spawnSync(process.execPath, [join(root, 'dist', 'mktme-review.js'), patch], { stdio: 'inherit' });

/** A desktop VS Code that answers; inside a headless machine or a pipeline there is none to look at. */
function desktop() {
  const canShow = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (values.browser || !canShow) return undefined;
  return ['code', 'code-insiders', 'codium'].find(
    (name) => spawnSync(name, ['--version'], { shell: windows }).status === 0,
  );
}

/** Opens an address in the user's browser, where there is one to open. */
function open(address) {
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform] ?? 'xdg-open';
  const canShow = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (values['no-open'] || !canShow) return;
  spawn(opener, [address], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

const code = desktop();
if (code) {
  spawnSync(code, [`--extensionDevelopmentPath=${root}`, patch], { stdio: 'inherit', shell: windows });
} else {
  const { bundleVSCodeTests } = await import('./bundles.mjs');
  await bundleVSCodeTests();
  const server = spawn(process.execPath, ['out/vscode/serve.mjs', patch, '--port', values.port], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  server.stdout.on('data', (data) => {
    process.stdout.write(data);
    const address = /http:\S+/.exec(String(data));
    if (address) open(address[0]);
  });
  // Ctrl-C reaches the server too; this process waits for it to tidy up.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
  server.on('exit', (status) => process.exit(status ?? 0));
}
