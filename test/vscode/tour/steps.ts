// The pictures of the tour, one a step; each starts from a fresh window with its patch open.
import type { Page } from 'playwright-core';

export type Step = {
  /** docs/NAME.png */
  readonly name: string;
  readonly patch: string;
  readonly theme: 'Default Dark Modern' | 'Default Light Modern';
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Brings the window into the state to be pictured. */
  readonly act: (page: Page) => Promise<void>;
};

const example = 'examples/hook-cpa-flush.patch';

/** Runs a command of the palette by its title. */
export async function command(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input').fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click();
}

/** Puts the cursor at a 1-based line and column and scrolls there. */
export async function goTo(page: Page, line: number, column = 1): Promise<void> {
  await page.keyboard.press('Control+g');
  await page.locator('.quick-input-widget input').fill(`:${line}:${column}`);
  await page.keyboard.press('Enter');
}

export const steps: readonly Step[] = [
  {
    name: 'patch-dark',
    patch: example,
    theme: 'Default Dark Modern',
    act: async (page) => {
      await goTo(page, 40);
      await page.waitForTimeout(2000);
    },
  },
];
