// The checks of the window, each from a fresh one with the example open.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { command, replay, replayFrame, reviewed, walkthrough } from '../tour/moves.ts';

export interface Check {
  readonly name: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The folder is one that nobody has said to trust. */
  readonly restricted?: boolean;
  /** No patch is open at first. */
  readonly empty?: boolean;
  readonly run: (page: Page) => Promise<void>;
}

const LINE = 52;

export const checks: readonly Check[] = [
  {
    name: 'the replay is there again after a reload',
    run: async (page) => {
      await reviewed(page, LINE);
      const before = await (await replay(page)).locator('h1').innerText();
      assert.match(before, /^set_memory_\w+\(/);
      // A window that is told to open a file restores nothing else.
      // What a window remembers, it writes down after a while.
      await page.waitForTimeout(4000);
      const address = new URL(page.url());
      address.searchParams.delete('payload');
      await page.goto(address.href);
      const frame = await replayFrame(page);
      assert.equal(await frame.locator('h1').innerText(), before);
    },
  },
  {
    name: 'a folder that is not trusted is reviewed all the same',
    restricted: true,
    run: async (page) => {
      await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).first().waitFor();
      await reviewed(page, LINE);
      assert.match(await page.locator('.statusbar-item', { hasText: 'MKTME' }).first().innerText(), /[1-9]/);
    },
  },
  {
    name: 'only what is ticked goes into the reply',
    run: async (page) => {
      await reviewed(page, LINE);
      await command(page, 'View: Show MKTME review');
      const rows = page.locator('.pane-body .monaco-list-row', { has: page.locator('.monaco-checkbox') });
      await rows.first().waitFor();
      const ticked = rows.filter({ hasText: /lose \d+ KiB/ });
      assert.equal(await ticked.count(), 1);
      for (const row of await rows.filter({ hasNotText: /lose \d+ KiB/ }).all())
        await row.locator('.monaco-checkbox').click();
      await page.locator('.tab', { hasText: 'hook-cpa-flush.patch' }).click();
      await command(page, 'MKTME: Write review reply');
      await page.locator('.tab.active', { hasText: 'Untitled-1' }).waitFor();
      await page.keyboard.press('Control+End');
      const mail = await page.locator('.editor-group-container.active .view-lines').innerText();
      assert.match(mail.replaceAll('\u00a0', ' '), /lose 2044 KiB/);
      assert.doesNotMatch(mail.replaceAll('\u00a0', ' '), /ENOMEM|vmalloc|NULL/);
    },
  },
  {
    name: 'the walkthrough ticks its steps as they are done',
    empty: true,
    run: async (page) => {
      await walkthrough(page);
      const done = page.locator('.getting-started-step .codicon.complete');
      assert.equal(await done.count(), 0);
      await openPatch(page);
      await reviewed(page, LINE);
      await command(page, 'MKTME: Next finding');
      await replay(page);
      await page.locator('.tab', { hasText: 'hook-cpa-flush.patch' }).click();
      await command(page, 'MKTME: Write review reply');
      await page.locator('.tab.active', { hasText: 'Untitled-1' }).waitFor();
      await page.locator('.tab', { hasText: /^(Welcome|Walkthrough)/ }).click();
      await page.locator('.getting-started-step').first().waitFor();
      assert.equal(await done.count(), 4);
    },
  },
  {
    name: 'the filter narrows the tree, says so, and can be taken away',
    run: async (page) => {
      await reviewed(page, LINE);
      await command(page, 'View: Show MKTME review');
      const rows = page.locator('.pane-body .monaco-list-row', { has: page.locator('.monaco-checkbox') });
      await rows.first().waitFor();
      const all = await rows.count();
      await command(page, 'MKTME: Filter findings');
      await page.locator('.quick-input-title', { hasText: '1/2' }).waitFor();
      await page.keyboard.press('Enter');
      await page.locator('.quick-input-title', { hasText: '2/2' }).waitFor();
      await page.keyboard.type('enomem');
      await page.keyboard.press('Enter');
      await page.locator('.pane-body', { hasText: `Only findings that mention "enomem": 1 of ${all}` }).waitFor();
      await rows.nth(1).waitFor({ state: 'detached' });
      assert.equal(await rows.count(), 1);
      await command(page, 'MKTME: Show all findings');
      await rows.nth(all - 1).waitFor();
    },
  },
  {
    name: 'menus offer what there is for the document they belong to',
    run: async (page) => {
      await reviewed(page, LINE);
      const menu = async (): Promise<string> => {
        await page
          .locator('.editor-group-container.active .monaco-editor')
          .first()
          .click({ button: 'right', position: { x: 300, y: 300 } });
        const items = page.locator('.monaco-menu .action-label');
        await items.first().waitFor();
        const labels = (await items.allTextContents()).join();
        await page.keyboard.press('Escape');
        return labels;
      };
      const run = page.locator('.editor-group-container.active .editor-actions .codicon-play-circle');
      assert.match(await menu(), /MKTME/);
      assert.equal(await run.count(), 1);
      await openFile(page, 'split.json');
      await page.locator('.tab.active', { hasText: 'split.json' }).waitFor();
      assert.doesNotMatch(await menu(), /MKTME/);
      assert.equal(await run.count(), 0);
    },
  },
  {
    name: 'the replay can be read with a screen reader, and in a light theme of high contrast',
    settings: { 'workbench.colorTheme': 'Default High Contrast Light' },
    run: async (page) => {
      await reviewed(page, LINE);
      const frame = await replay(page);
      assert.match((await frame.locator('body').getAttribute('class')) ?? '', /vscode-high-contrast-light/);
      const names = await frame.locator('.lane-label').evaluateAll((all) => all.map((one) => one.ariaLabel ?? ''));
      assert.match(names[0] ?? '', /^KeyID 0: changed 4 KiB at 0x/);
      assert.match(names[1] ?? '', /^KeyID 1-3: .*hole \(mapped in KeyID 0, missing here\): 1164 KiB at 0x/);
      assert.match(await frame.locator('[role=status]').innerText(), /^Step \d+ of \d+: .* hole 2044 KiB\.$/);
      // Borders, not tints, tell things apart.
      const fill = await frame
        .locator('.cell.same')
        .first()
        .evaluate((cell) => getComputedStyle(cell).fill);
      assert.equal(fill, await frame.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor));
    },
  },
];

async function openFile(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+p');
  await page.locator('.quick-input-widget input').fill(name);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().click();
}

const openPatch = (page: Page): Promise<void> => openFile(page, 'hook-cpa-flush.patch');
