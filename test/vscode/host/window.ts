// A window of the VS Code server: its web workbench in a headless Chromium.
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { browser } from './chromium.ts';

export type WindowOptions = {
  readonly port: number;
  readonly dataFolder: string;
  readonly folder?: string | undefined;
  /** What the workbench is told beside the folder: extensionDevelopmentPath, openFile and the like. */
  readonly payload?: readonly (readonly [key: string, value: string])[];
  readonly size?: { readonly width: number; readonly height: number };
  /** Called before the page loads, to expose functions to it. */
  readonly prepare?: (page: Page) => Promise<void>;
};

export type OpenWindow = {
  readonly page: Page;
  readonly close: () => Promise<void>;
};

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--font-render-hinting=none',
];

/** A file of this machine as the workbench names it. */
export const remote = (port: number, path: string): string => `vscode-remote://127.0.0.1:${port}${resolve(path)}`;

/** The address that opens `folder` (or no folder) with `payload`. */
export function address(options: Pick<WindowOptions, 'port' | 'folder' | 'payload'>, token?: string): string {
  const url = new URL(`http://127.0.0.1:${options.port}/`);
  if (token) url.searchParams.set('tkn', token);
  if (options.folder) url.searchParams.set('folder', resolve(options.folder));
  else url.searchParams.set('ew', 'true');
  if (options.payload?.length) url.searchParams.set('payload', JSON.stringify(options.payload));
  return url.href;
}

/** Opens a window; the page is still loading when this returns. Throws when no browser can be had. */
export async function openWindow(options: WindowOptions): Promise<OpenWindow> {
  const { executable, env } = browser();
  const profile = join(options.dataFolder, 'browser');
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: executable,
    env: { ...process.env, ...env },
    headless: true,
    viewport: options.size ?? { width: 1400, height: 900 },
    args: flags,
  });
  const close = async (): Promise<void> => {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    await options.prepare?.(page);
    await page.goto(address(options));
    return { page, close };
  } catch (error) {
    await close();
    throw error;
  }
}
