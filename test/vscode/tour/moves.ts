// What a person does in the window of the tour.
import type { Frame, Page } from 'playwright-core';

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

/** Goes to a line and waits until the review has marked the patch, lenses and hints included. */
export async function reviewed(page: Page, line: number): Promise<void> {
  await goTo(page, line);
  await page.locator('.squiggly-error').first().waitFor();
  await page.locator('.codelens-decoration', { hasText: 'MKTME' }).first().waitFor();
}

/** Rests the pointer on the first word of the editor that reads so, until the hover is there. */
export async function hover(page: Page, word: string): Promise<void> {
  await page.locator('.view-line span', { hasText: word }).last().hover();
  await page.locator('.monaco-hover table').first().waitFor();
}

/** Opens the replay of the line the cursor is on and waits for its picture. */
export async function replay(page: Page): Promise<Frame> {
  await command(page, 'MKTME: Replay');
  await page.locator('iframe.webview.ready').first().waitFor();
  for (let tries = 0; tries < 100; tries += 1) {
    for (const frame of page.frames()) if ((await frame.locator('#replay svg').count()) > 0) return frame;
    await page.waitForTimeout(100);
  }
  throw new Error('the replay draws nothing');
}
