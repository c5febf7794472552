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
  const hover = page.locator('.monaco-hover').first();
  await hover.locator('table').first().waitFor();
  // Drawn taller by its lower edge, as a person would who wants to read all of it.
  const box = await hover.boundingBox();
  if (box === null) return;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height - 1);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, Math.min(840, box.y + box.height + 400), { steps: 5 });
  await page.mouse.up();
  await page.waitForTimeout(300);
}

/** Opens the walkthrough and waits for its picture. */
export async function walkthrough(page: Page): Promise<void> {
  await command(page, 'Welcome: Open Walkthrough');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Review a kernel patch' }).first().click();
  await page.locator('.getting-started-step').first().waitFor();
  await page.locator('iframe.webview.ready').first().waitFor();
}

/** Opens the replay of the line the cursor is on and waits for its picture. */
export async function replay(page: Page): Promise<Frame> {
  await command(page, 'MKTME: Replay');
  return replayFrame(page);
}

/** The replay's page, once it has drawn something. */
export async function replayFrame(page: Page): Promise<Frame> {
  await page.locator('iframe.webview.ready').first().waitFor();
  for (let tries = 0; tries < 200; tries += 1) {
    for (const frame of page.frames()) {
      // A frame that is being replaced has nothing to count.
      const drawn = await frame
        .locator('#replay svg')
        .count()
        .catch(() => 0);
      if (drawn === 0) continue;
      await rest(page);
      return frame;
    }
    await page.waitForTimeout(100);
  }
  throw new Error('the replay draws nothing');
}

/** Takes the pointer to where it brings up nothing. */
export async function rest(page: Page): Promise<void> {
  await page.mouse.move(330, 600);
  await page.waitForTimeout(800);
}
