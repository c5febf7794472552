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
  const listen = (receive: (message: HostToPage) => void): void => {
    window.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (isMessage(event.data)) receive(event.data);
    });
  };
  if (api === undefined) {
    const host = standalone(readEmbedded(document));
    // The report around the page posts the run whose button was pressed.
    return {
      ...host,
      listen: (receive) => {
        host.listen(receive);
        listen(receive);
      },
    };
  }
  return {
    kind: 'vscode',
    post: (message) => api.postMessage(message),
    listen,
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
