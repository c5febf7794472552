// The pictures of the tour, one a step; each starts from a fresh window with its patch open.
import type { Page } from 'playwright-core';
import { command, goTo, hover, replay, rest, reviewed, walkthrough } from './moves.ts';

export type Step = {
  /** docs/NAME.png */
  readonly name: string;
  /** From the project's folder. */
  readonly patch: string;
  readonly theme: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Brings the window into the state to be pictured. */
  readonly act: (page: Page) => Promise<void>;
};

type Scene = Omit<Step, 'theme'>;

const patch = 'examples/hook-cpa-flush.patch';

const scenes: readonly Scene[] = [
  { name: 'patch', patch, act: (page) => reviewed(page, 46) },
  {
    name: 'hover',
    patch,
    settings: { 'editor.hover.above': false, 'editor.stickyScroll.enabled': false },
    act: async (page) => {
      await reviewed(page, 52);
      for (let line = 0; line < 14; line += 1) await page.keyboard.press('Control+ArrowDown');
      await hover(page, 'sync_direct_mapping');
    },
  },
  {
    name: 'replay',
    patch,
    act: async (page) => {
      await reviewed(page, 52);
      await command(page, 'View: Toggle Primary Side Bar Visibility');
      await replay(page);
    },
  },
  {
    name: 'compare',
    patch,
    act: async (page) => {
      await reviewed(page, 52);
      await command(page, 'View: Toggle Primary Side Bar Visibility');
      const frame = await replay(page);
      await command(page, 'View: Toggle Maximize Editor Group');
      await frame.locator('select[aria-label="Compare with"]').selectOption('variant');
      await frame.locator('.picture').nth(1).waitFor();
      await rest(page);
    },
  },
  {
    name: 'walkthrough',
    patch,
    act: async (page) => {
      await reviewed(page, 52);
      await command(page, 'View: Toggle Primary Side Bar Visibility');
      await walkthrough(page);
      await page.locator('.getting-started-step', { hasText: 'Replay what went wrong' }).first().click();
      await rest(page);
    },
  },
  {
    name: 'reply',
    patch,
    act: async (page) => {
      await reviewed(page, 46);
      await command(page, 'MKTME: Write review reply');
      await page.locator('.tab', { hasText: 'Untitled-1' }).first().waitFor();
      await command(page, 'View: Show MKTME review');
      await page.locator('.pane-body .monaco-list-row', { hasText: 'cpa_flush()' }).first().waitFor();
      await goTo(page, 30);
      await rest(page);
    },
  },
];

const THEMES = { dark: 'Default Dark Modern', light: 'Default Light Modern' } as const;

export const steps: readonly Step[] = scenes.flatMap((scene) =>
  Object.entries(THEMES).map(([suffix, theme]): Step => ({ ...scene, name: `${scene.name}-${suffix}`, theme })),
);

/** For the eye only: taken when asked for by name, never kept in docs. */
export const inspections: readonly Step[] = [
  {
    name: 'problems',
    patch,
    theme: THEMES.dark,
    act: async (page) => {
      await reviewed(page, 46);
      await command(page, 'View: Focus Problems');
      await page.locator('.markers-panel .monaco-list-row').nth(3).waitFor();
    },
  },
  {
    name: 'replay-flush',
    patch,
    theme: THEMES.light,
    act: async (page) => {
      await reviewed(page, 53);
      await command(page, 'View: Toggle Primary Side Bar Visibility');
      await replay(page);
      await rest(page);
    },
  },
  {
    name: 'replay-own-sync',
    patch: '../shared/corpus/2019-05-08-rfc-18-of-62.eml',
    theme: THEMES.dark,
    act: async (page) => {
      await goTo(page, 324);
      await page.locator('.squiggly-error').first().waitFor();
      await command(page, 'View: Toggle Primary Side Bar Visibility');
      await replay(page);
    },
  },
  ...(['Default High Contrast', 'Default High Contrast Light'] as const).map(
    (theme): Step => ({
      name: theme.endsWith('Light') ? 'replay-hc-light' : 'replay-hc',
      patch,
      theme,
      act: async (page) => {
        await reviewed(page, 52);
        await command(page, 'View: Toggle Primary Side Bar Visibility');
        await replay(page);
      },
    }),
  ),
];
