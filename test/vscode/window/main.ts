// What only the window itself can show: a reload, restricted mode, ticks in the tree. Each check gets a server of its own.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startServer } from '../host/server.ts';
import { openWindow, remote } from '../host/window.ts';
import { checks } from './checks.ts';

async function run(check: (typeof checks)[number]): Promise<void> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'mktme-window-'));
  mkdirSync(join(dataFolder, 'extensions'));
  symlinkSync(resolve('.'), join(dataFolder, 'extensions/mktme-patch-review'), 'junction');
  const folder = join(dataFolder, 'patches');
  cpSync('examples', folder, { recursive: true });
  const settings = { 'editor.minimap.enabled': false, ...check.settings };
  const server = await startServer({ dataFolder, settings, restricted: check.restricted ?? false });
  try {
    const file = remote(server.port, join(folder, 'hook-cpa-flush.patch'));
    const payload = check.empty ? [] : ([['openFile', file]] as const);
    const window = await openWindow({ port: server.port, dataFolder, folder, payload });
    try {
      window.page.setDefaultTimeout(30_000);
      await window.page
        .locator(check.empty ? '.explorer-folders-view' : '.monaco-editor .view-line')
        .first()
        .waitFor();
      await check.run(window.page);
    } catch (error) {
      await window.page.screenshot({ path: join('out', `window-${checks.indexOf(check) + 1}-failed.png`) });
      throw error;
    } finally {
      await window.close();
    }
  } finally {
    await server.close();
    rmSync(dataFolder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

// Words of a check's name run it alone.
const wanted = process.argv.slice(2).join(' ');
const chosen = checks.filter(({ name }) => name.includes(wanted));
let failed = 0;
for (const check of chosen) {
  try {
    await run(check);
    console.log(`    ✔ ${check.name}`);
  } catch (error) {
    failed += 1;
    console.log(`    ✘ ${check.name}\n${error instanceof Error ? error.stack : String(error)}`);
  }
}
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
