/**
 * Renders the replay page with the samples in every theme, so that a person can look at it. A script error or a breach
 * of the content security policy fails it; what keys and clicks do is held by page.test.ts.
 *
 *   node test/replay/shot.mjs OUT-DIR [NAME...]
 *
 * Needs Chromium (CHROMIUM names it, else /usr/bin/chromium); without one it says so and ends with status 3.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { bundlePage, executablePath, hasBrowser, launchOptions, pageHtml } from './page.mjs';
import { themes } from './themes.mjs';

const [out = 'out/replay-shots', ...only] = process.argv.slice(2);
if (!hasBrowser) {
  console.error(`no Chromium at ${executablePath}: nothing was rendered`);
  process.exit(3);
}
mkdirSync(out, { recursive: true });
const bundle = await bundlePage();
const html = (theme, embedded) => pageHtml(bundle, { theme, embedded });
await build({
  entryPoints: ['test/replay/samples.ts'],
  bundle: true,
  format: 'esm',
  outfile: join(out, 'samples.mjs'),
  logLevel: 'error',
});
const samples = await import(pathToFileURL(resolve(out, 'samples.mjs')).href);

const scenarios = [samples.splitHole(63), samples.skippedFlush(), samples.goodSync(3)].map((replay, index) => ({
  id: index === 2 ? 'set-memory-ro/whole-2m' : replay.scenario.id,
  title: replay.scenario.title,
  ...replay.verdict,
}));
const show = (replay, compare) => ({
  type: 'show',
  replay,
  ...(compare && { compare }),
  scenarios,
  selected: replay.scenario.id,
  variant: replay.variant,
  patchedOnly: [],
});

const cases = {
  'hole-3': { message: show(samples.splitHole(3)) },
  'hole-63': { message: show(samples.splitHole(63)) },
  'hole-63-mid': {
    message: show(samples.splitHole(63)),
    act: async (page) => {
      await page.keyboard.press('Home');
      for (let i = 0; i < 7; i += 1) await page.keyboard.press('ArrowRight');
      await page.locator('.chip.sync .fold').click();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
    },
  },
  'hole-zoomed': {
    message: show(samples.splitHole(3)),
    act: async (page) => {
      for (let i = 0; i < 4; i += 1) await page.keyboard.press('+');
    },
  },
  'hole-out': {
    message: show(samples.splitHole(3)),
    act: async (page) => {
      for (let i = 0; i < 14; i += 1) await page.keyboard.press('-');
    },
  },
  flush: { message: show(samples.skippedFlush()) },
  remove: { message: show(samples.hotRemove()) },
  good: { message: show(samples.goodSync(3)) },
  unpatched: { message: show(samples.unpatched(63)) },
  compare: { message: show(samples.splitHole(63), samples.unpatched(63)) },
  many: { message: show(samples.manySteps(10_000)), speed: true },
  narrow: { message: show(samples.splitHole(3)), width: 620 },
};

const browser = await chromium.launch(launchOptions);
let failed = 0;
const fail = (name, text) => {
  failed += 1;
  console.error(`${name}: ${text}`);
};

for (const [name, { message, act, width = 1200, speed }] of Object.entries(cases)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const used = name === 'hole-3' || name === 'hole-63' || name === 'flush' ? themes : { dark: themes.dark };
  for (const [themeName, theme] of Object.entries(used)) {
    const page = await browser.newPage({ viewport: { width, height: 700 } });
    const label = `${name}-${themeName}`;
    page.on('pageerror', (error) => fail(label, error.message));
    page.on('console', (entry) => entry.type() === 'error' && fail(label, entry.text()));
    await page.setContent(html(theme));
    await page.evaluate((data) => window.postMessage(data, '*'), message);
    await page.waitForSelector('.lane-svg');
    await act?.(page);
    await page.waitForTimeout(80);
    if (speed) console.log(label, JSON.stringify(await measure(page)));
    await page.screenshot({ path: join(out, `${label}.png`) });
    if (name === 'hole-3' && themeName === 'dark') {
      await page.click('button[title^="Save the picture"]');
      const saved = await page.evaluate(() => window.posted.find((each) => each.type === 'save')?.content ?? '');
      writeFileSync(join(out, 'saved.svg'), saved);
      const view = await browser.newPage({ viewport: { width: 1240, height: 640 } });
      await view.setContent(saved);
      await view.screenshot({ path: join(out, 'saved.png') });
      await view.close();
    }
    await page.close();
  }
}

if (only.length === 0 || only.includes('standalone')) {
  for (const scheme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport: { width: 1200, height: 700 }, colorScheme: scheme });
    page.on('pageerror', (error) => fail(`standalone-${scheme}`, error.message));
    page.on('console', (entry) => entry.type() === 'error' && fail(`standalone-${scheme}`, entry.text()));
    const runs = [samples.splitHole(3), samples.unpatched(3), samples.skippedFlush()].map((replay) => ({
      ...show(replay),
      patch: 0,
    }));
    await page.setContent(html({ class: '', colors: {} }, runs));
    await page.waitForSelector('.lane-svg');
    await page.screenshot({ path: join(out, `standalone-${scheme}.png`) });
    await page.close();
  }
}
await browser.close();
if (failed > 0) process.exit(1);

/** Frames while playing at full speed, and the longest of them, in milliseconds. */
async function measure(page) {
  await page.keyboard.press('Home');
  await page.selectOption('select[aria-label^="Speed"]', '64');
  await page.locator('h1').click();
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const frames = [];
        let before = performance.now();
        const tick = (now) => {
          frames.push(now - before);
          before = now;
          if (frames.length < 120) requestAnimationFrame(tick);
          else {
            const sorted = frames.slice(2).sort((a, b) => a - b);
            resolve({
              median: sorted[sorted.length >> 1],
              p95: sorted[Math.floor(sorted.length * 0.95)],
              longest: sorted.at(-1),
            });
          }
        };
        window.dispatchEvent(new KeyboardEvent('keydown', { key: ' ' }));
        requestAnimationFrame(tick);
      }),
  );
}
