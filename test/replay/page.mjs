/** The replay page in a real browser, as the panel's host or an HTML report would set it up. Shared by the test and the screenshots. */
import { existsSync } from 'node:fs';
import { build } from 'esbuild';

export const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const hasBrowser = existsSync(executablePath);
export const launchOptions = { executablePath, args: ['--no-sandbox', '--disable-gpu'] };

const NONCE = 'test';

/** The page's script and style sheet. */
export async function bundlePage() {
  const { outputFiles } = await build({
    entryPoints: ['client/replay/main.tsx'],
    bundle: true,
    write: false,
    outdir: 'out',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'error',
  });
  const text = (end) => outputFiles.find((file) => file.path.endsWith(end))?.text ?? '';
  return { script: text('.js'), css: text('.css') };
}

/** `embedded`: runs of an HTML report; without them the page believes it is in VS Code (window.posted, window.kept). */
export function pageHtml({ script, css }, { theme = { class: '', colors: {} }, embedded = null, kept = null } = {}) {
  const colors = Object.entries(theme.colors).map(([name, value]) => `--vscode-${name}:${value};`);
  const host = `window.posted=[];window.kept=${JSON.stringify(kept)};window.acquireVsCodeApi=()=>({postMessage:(m)=>window.posted.push(m),getState:()=>window.kept,setState:(s)=>{window.kept=s}});`;
  const data = embedded === null ? '' : JSON.stringify({ schema: 1, shows: embedded }).replaceAll('<', '\\u003c');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${NONCE}'; script-src 'nonce-${NONCE}'">
<style nonce="${NONCE}">:root{${colors.join('')}}</style><style nonce="${NONCE}">${css}</style></head>
<body class="${theme.class}">${data === '' ? '' : `<script type="application/json" id="mktme-replay">${data}</script>`}
<div id="replay"></div><script nonce="${NONCE}">${embedded === null ? host : ''}</script><script nonce="${NONCE}">${script}</script></body></html>`;
}
