/** What only a browser can show: keys, clicks, messages, restoring, hostile text, no breach of the content security policy. */
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostToPage, PageToHost, ShowReplay } from '../../client/src/replay-messages.ts';
import type { Replay } from '../../engine/src/replay.ts';
import { browser as chromiumHere } from '../vscode/host/chromium.ts';
import { type Bundle, bundlePage, pageHtml } from './page.mjs';
import { goodSync, manySteps, skippedFlush, splitHole, unpatched } from './samples.ts';

/** Where there is no browser yet, one is installed. */
const INSTALLING = 600_000;

const show = (replay: Replay, compare?: Replay): ShowReplay => ({
  type: 'show',
  replay,
  ...(compare !== undefined && { compare }),
  scenarios: [replay, skippedFlush()].map(({ scenario, verdict }) => ({ ...scenario, ...verdict })),
  selected: replay.scenario.id,
  variant: replay.variant,
  patchedOnly: [],
});

/** A run as a report carries it. */
const embed = (replay: Replay, patch = 0) => ({
  type: 'show',
  patch,
  replay,
  scenarios: [],
  selected: replay.scenario.id,
  variant: replay.variant,
});

describe('the page', () => {
  let browser: Browser;
  let bundle: Bundle;
  const problems: string[] = [];
  beforeAll(async () => {
    bundle = await bundlePage();
    const { executable, env } = chromiumHere();
    browser = await chromium.launch({
      executablePath: executable,
      env: { ...process.env, ...env },
      args: ['--no-sandbox', '--disable-gpu'],
    });
  }, INSTALLING);
  afterAll(() => browser.close());

  /** Opens the page with a message (or as a report), lets `use` look at it, and holds that nothing broke on the way. */
  async function check(
    given: { message: HostToPage; kept?: unknown } | { embedded: readonly unknown[] },
    use: (page: Page, posted: () => Promise<readonly PageToHost[]>) => Promise<void>,
  ): Promise<void> {
    const page = await browser.newPage({ viewport: { width: 1200, height: 700 } });
    problems.length = 0;
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (entry) => entry.type() === 'error' && problems.push(entry.text()));
    const message = 'message' in given ? given.message : null;
    await page.setContent(
      pageHtml(bundle, 'message' in given ? { kept: given.kept ?? null } : { embedded: given.embedded }),
    );
    if (message !== null) {
      expect(await page.evaluate('window.posted')).toEqual([{ type: 'ready' }]);
      await page.evaluate((data) => window.postMessage(data, '*'), message);
    }
    await page.waitForSelector('.lane-svg');
    await use(page, () => page.evaluate('window.posted'));
    expect(problems).toEqual([]);
    await page.close();
  }
  const count = (page: Page): Promise<string | null> => page.textContent('.count');
  const sentence = (page: Page): Promise<string | null> => page.textContent('[role=status]');

  test('says the verdict first and stands at the end', () =>
    check({ message: show(splitHole(63)) }, async (page) => {
      expect(await page.textContent('.verdict')).toContain('KeyID 1-63 lose 2044 KiB');
      expect(await count(page)).toBe('74 / 74');
      expect(await page.locator('.lane').count()).toBe(2);
      expect(await page.textContent('.follower')).toContain('KeyID 2-63  same as KeyID 1');
      expect(await page.getAttribute('.lane:nth-child(2) .lane-label', 'aria-label')).toContain('hole');
    }));

  test('keys step over what is folded, jump, play and pause', () =>
    check({ message: show(splitHole(63)) }, async (page) => {
      await page.keyboard.press('Home');
      expect(await sentence(page)).toBe('Before the first step. Every KeyID equals KeyID 0.');
      for (let i = 0; i < 8; i += 1) await page.keyboard.press('ArrowRight');
      expect(await count(page)).toBe('72 / 74');
      await page.keyboard.press('ArrowLeft');
      expect(await count(page)).toBe('7 / 74');
      await page.keyboard.press('End');
      expect(await count(page)).toBe('74 / 74');
      await page.keyboard.press(' ');
      await page.waitForFunction(() => !document.querySelector('.count')?.textContent?.startsWith('0 /'));
      await page.keyboard.press(' ');
      const stopped = await count(page);
      await page.waitForTimeout(700);
      expect(await count(page)).toBe(stopped);
    }));

  test('zooms to one entry and back', () =>
    check({ message: show(splitHole(3)) }, async (page) => {
      for (let i = 0; i < 8; i += 1) await page.keyboard.press('+');
      expect(await page.getAttribute('[role=slider]', 'aria-valuetext')).toBe('4 KiB from 0xffff888000200000');
      await page.keyboard.press('0');
      expect(await page.getAttribute('[role=slider]', 'aria-valuetext')).toBe('6 MiB from 0xffff888000000000');
    }));

  test('a source line leads to its first event, and the editor to the line', () =>
    check({ message: show(splitHole(3)) }, async (page, posted) => {
      await page.getByText('unsigned long last').click();
      expect(await count(page)).toBe('7 / 14');
      expect(await page.textContent('.line[aria-current]')).toContain('last = first + 4 KiB');
      expect(await posted()).toContainEqual({ type: 'reveal-line', patchLine: 190 });
    }));

  test('a band leads to the event that made it', () =>
    check({ message: show(splitHole(3)) }, async (page) => {
      const box = await page.locator('.lane:nth-child(2) .cell.hole').boundingBox();
      if (box === null) throw new Error('the hole is drawn');
      await page.mouse.click(box.x + box.width / 2, box.y + box.height - 4);
      expect(await page.textContent('.chip.current')).toContain('sync KeyID 1');
      expect(await page.textContent('.inspector')).toContain('not mapped');
    }));

  test('Tab stops once at each list, and arrows move inside', () =>
    check({ message: show(splitHole(63)) }, async (page) => {
      const stops = (list: string) => page.locator(`${list} button:not([tabindex="-1"])`).count();
      expect([await stops('.lanes'), await stops('.source'), await stops('.chips')]).toEqual([1, 1, 1]);
      await page.locator('.lane-label').first().focus();
      await page.keyboard.press('ArrowDown');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(/^KeyID 1-63: /);
    }));

  test('opens at the fault of the line it was asked from', () => {
    const replay = splitHole(3);
    const steps = replay.steps.map((step, index) =>
      index === 6 ? { ...step, kind: 'fault' as const, source: 4 } : step,
    );
    const line = replay.source[4]?.patchLine ?? 0;
    return check({ message: { ...show({ ...replay, steps }), line } }, async (page) =>
      expect(await count(page)).toBe('7 / 14'),
    );
  });

  test('what did not happen stands crossed out in its place', () =>
    check({ message: show(skippedFlush()) }, async (page) => {
      const chips = await page.locator('.chip').allTextContents();
      expect(chips.findIndex((text) => text.includes('cache flush: never'))).toBe(chips.length - 2);
      expect(
        await page.evaluate(() => {
          const text = document.querySelector('.chip.missing .chip-text');
          return text === null ? '' : getComputedStyle(text).textDecorationLine;
        }),
      ).toBe('line-through');
    }));

  test('asks the host for other runs, and hands text and pictures over', () =>
    check({ message: show(splitHole(3)) }, async (page, posted) => {
      await page.selectOption('select[aria-label=Scenario]', skippedFlush().scenario.id);
      await page.getByRole('button', { name: 'unpatched' }).click();
      await page.selectOption('select[aria-label="Compare with"]', 'variant');
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByRole('button', { name: 'SVG' }).click();
      await page.getByRole('button', { name: 'HTML' }).click();
      const [, scenario, variant, compare, copy, svg, html] = await posted();
      const id = splitHole(3).scenario.id;
      expect([scenario, variant, compare]).toEqual([
        { type: 'select-scenario', id: skippedFlush().scenario.id },
        { type: 'select-variant', variant: 'unpatched' },
        { type: 'compare', id, variant: 'unpatched' },
      ]);
      expect(copy).toMatchObject({ type: 'copy-text', text: expect.stringContaining('WRONG: KeyID 1-3 lose') });
      expect(svg).toMatchObject({
        type: 'save',
        format: 'svg',
        content: expect.stringMatching(/^<svg[\s\S]*hole 2044/),
      });
      expect(html).toMatchObject({ type: 'save', format: 'html', content: expect.stringContaining('<pre>') });
      expect(JSON.stringify([svg, html])).not.toContain('var(--');
    }));

  test('shows two runs side by side, in step', () =>
    check({ message: show(splitHole(3), unpatched(3)) }, async (page) => {
      expect(await page.locator('.picture').count()).toBe(2);
      expect(await page.locator('.verdict-name').allTextContents()).toEqual([
        expect.stringMatching(/^patched/),
        expect.stringMatching(/^unpatched/),
      ]);
    }));

  test('comes back after a reload where it was', () =>
    check({ message: show(splitHole(3)) }, async (page) => {
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      await page.waitForTimeout(300);
      const kept: unknown = await page.evaluate('window.kept');
      await check({ message: show(splitHole(3)), kept }, async (again) => {
        expect(await count(again)).toBe('1 / 14');
      });
      await check({ message: show(goodSync(5)), kept }, async (other) => {
        expect(await count(other)).not.toBe('1 / 14');
      });
    }));

  test('text of a patch is never markup', () => {
    const hostile = '</script><img src=x onerror="window.hit=1"><b>';
    const replay = splitHole(3);
    const poisoned: Replay = {
      ...replay,
      scenario: { id: hostile, title: hostile, call: hostile },
      verdict: { ok: false, sentence: hostile },
      source: replay.source.map((line) => ({ ...line, text: hostile, path: hostile, function: hostile })),
      steps: replay.steps.map((step) => ({ ...step, label: hostile, detail: hostile })),
    };
    const look = async (page: Page): Promise<void> => {
      expect(await page.locator('img, b').count()).toBe(0);
      expect(await page.evaluate('window.hit')).toBeUndefined();
      expect(await page.textContent('.verdict-sentence')).toContain(hostile);
    };
    const embedded = [embed(poisoned)];
    return check({ message: show(poisoned) }, look).then(() => check({ embedded }, look));
  });

  test('stands alone in a report, with a picker and both variants', () =>
    check({ embedded: [splitHole(3), unpatched(3), skippedFlush()].map((run) => embed(run)) }, async (page) => {
      await page.getByRole('button', { name: 'unpatched' }).click();
      expect(await page.textContent('.verdict-sentence')).toContain('keep 4 KiB writable');
      await page.selectOption('select[aria-label=Scenario]', skippedFlush().scenario.id);
      expect(await page.textContent('.verdict-sentence')).toContain('skips the cache flush');
      expect(await page.isDisabled('button:text-is("unpatched")')).toBe(true);
    }));

  test('opens the run that a button of the report asks for, among those of its patch', () =>
    check(
      { embedded: [skippedFlush(), splitHole(3), unpatched(3)].map((run, at) => embed(run, at && 1)) },
      async (page) => {
        await page.evaluate(() => window.postMessage({ openRun: 1 }, '*'));
        await page.getByText('lose 2044 KiB').first().waitFor();
        expect(await page.locator('select[aria-label=Scenario] option').count()).toBe(1);
        await page.getByRole('button', { name: 'unpatched' }).click();
        expect(await page.textContent('.verdict-sentence')).toContain('keep 4 KiB writable');
      },
    ));

  test('10,000 steps in 64 lanes keep few nodes', () =>
    check({ message: show(manySteps(10_000)) }, async (page) => {
      expect(await page.locator('.lane').count()).toBeGreaterThan(30);
      expect(await page.evaluate('document.querySelectorAll("*").length')).toBeLessThan(8000);
      const before = Date.now();
      for (const key of ['Home', 'End', 'Home', 'End']) await page.keyboard.press(key);
      expect(await count(page)).toBe('10,000 / 10,000');
      expect(Date.now() - before).toBeLessThan(4000);
    }));
});
