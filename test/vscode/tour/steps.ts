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

/** Waits until the review has marked the patch. */
export async function reviewed(page: Page): Promise<void> {
  await page.locator('.squiggly-error').first().waitFor();
}

const finding = async (page: Page): Promise<void> => {
  await goTo(page, 46);
  await reviewed(page);
};

export const steps: readonly Step[] = [
  { name: 'patch-dark', patch: example, theme: 'Default Dark Modern', act: finding },
  { name: 'patch-light', patch: example, theme: 'Default Light Modern', act: finding },
];
