/** The other side: VS Code when the page is a webview, the documents embedded in the page when it is a report. */
import type { HostToPage, PageToHost, ShowReplay } from '../src/replay-messages.ts';
import { readEmbedded, standalone } from './standalone.ts';

export interface Host {
  readonly kind: 'vscode' | 'standalone';
  post(message: PageToHost): void;
  /** Called with every message from now on. */
  listen(receive: (message: HostToPage) => void): void;
  /** What the page kept for itself across a reload. */
  restore(): unknown;
  keep(state: unknown): void;
}

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare global {
  interface Window {
    acquireVsCodeApi?: () => VsCodeApi;
  }
}

export function connect(): Host {
  const api = window.acquireVsCodeApi?.();
  if (api === undefined) {
    const host = standalone(readEmbedded(document));
    // The report around the page says which run's button was pressed.
    window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'object' && data !== null && 'openRun' in data) host.open(Number(data.openRun));
    });
    return host;
  }
  return {
    kind: 'vscode',
    post: (message) => api.postMessage(message),
    listen: (receive) =>
      window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (isMessage(data)) receive(data);
      }),
    restore: () => api.getState(),
    keep: (state) => api.setState(state),
  };
}

/** Other scripts of the webview frame post messages too. */
function isMessage(data: unknown): data is HostToPage {
  if (typeof data !== 'object' || data === null || !('type' in data)) return false;
  return data.type === 'nothing' || (data.type === 'show' && isShow(data));
}

const isShow = (data: object): data is ShowReplay =>
  'replay' in data && typeof data.replay === 'object' && data.replay !== null;
