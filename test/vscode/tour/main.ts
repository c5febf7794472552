// Walks through the extension in a VS Code window and takes the pictures of docs/. `npm run screenshots [NAME...]`.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startServer } from '../host/server.ts';
import { openWindow, remote } from '../host/window.ts';
import { inspections, steps } from './steps.ts';

/** Tabs as the code in the patches means them. */
const asInTheKernel = { 'editor.detectIndentation': false, 'editor.insertSpaces': false, 'editor.tabSize': 8 };

/** Takes the picture of one step in a server, a profile and a window of its own. */
async function picture(step: (typeof steps)[number], into: string): Promise<void> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'mktme-tour-'));
  mkdirSync(join(dataFolder, 'extensions'));
  symlinkSync(resolve('.'), join(dataFolder, 'extensions/mktme-patch-review'), 'junction');
  const server = await startServer({
    dataFolder,
    settings: {
      ...asInTheKernel,
      'editor.minimap.enabled': false,
      'workbench.colorTheme': step.theme,
      ...step.settings,
    },
  });
  try {
    const payload = [['openFile', remote(server.port, step.patch)]] as const;
    const window = await openWindow({ port: server.port, dataFolder, folder: 'examples', payload });
    try {
      window.page.setDefaultTimeout(30_000);
      await window.page.locator('.monaco-editor .view-line').first().waitFor();
      await step.act(window.page);
      await window.page.screenshot({ path: join(into, `${step.name}.png`) });
      console.log(`${step.name}.png`);
    } catch (error) {
      await window.page.screenshot({ path: join('out', `tour-${step.name}-failed.png`) });
      throw error;
    } finally {
      await window.close();
    }
  } finally {
    await server.close();
    rmSync(dataFolder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

const wanted = process.argv.slice(2);
const all = [...steps, ...inspections];
const unknown = wanted.filter((name) => !all.some((step) => step.name === name));
if (unknown.length)
  throw new Error(`no step is called ${unknown.join(', ')}; there are ${all.map((s) => s.name).join(', ')}`);
mkdirSync('docs', { recursive: true });
for (const step of steps) if (wanted.length === 0 || wanted.includes(step.name)) await picture(step, 'docs');
for (const step of inspections) if (wanted.includes(step.name)) await picture(step, 'out');
