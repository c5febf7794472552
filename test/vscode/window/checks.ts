// The checks of the window, each from a fresh one with the example open.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { command, replay, replayFrame, reviewed } from '../tour/moves.ts';

export interface Check {
  readonly name: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The folder is one that nobody has said to trust. */
  readonly restricted?: boolean;
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
];
