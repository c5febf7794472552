/** The language server as features see it: started when first needed, restarted on demand, asked by typed requests. */
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { ClientNotifications, Notifications, Requests } from '../../server/src/lsp/protocol.ts';

export type ServerState = 'off' | 'starting' | 'running' | 'failed';

export interface Server extends vscode.Disposable {
  readonly state: ServerState;
  readonly onState: vscode.Event<ServerState>;
  /** Resolves once it runs, or could not be started; never rejects. */
  start(): Promise<void>;
  restart(): Promise<void>;
  /** Starts the server where needed. null: it cannot answer. Never rejects. */
  request<M extends keyof Requests>(method: M, params: Requests[M]['params']): Promise<Requests[M]['result'] | null>;
  /** Does nothing while no server runs. */
  notify<M extends keyof ClientNotifications>(method: M, params: ClientNotifications[M]): void;
  on<M extends keyof Notifications>(method: M, listener: (params: Notifications[M]) => void): void;
}

export function createServer(extension: vscode.ExtensionContext, log: vscode.LogOutputChannel): Server {
  const states = new vscode.EventEmitter<ServerState>();
  const listeners: ((client: LanguageClient) => void)[] = [];
  let state: ServerState = 'off';
  let client: LanguageClient | null = null;
  let starting: Promise<void> | null = null;

  const become = (next: ServerState): void => {
    state = next;
    states.fire(next);
  };

  async function start(): Promise<void> {
    become('starting');
    try {
      // Loaded here, not at activation: the client library is most of this bundle.
      const { createClient } = await import('./language-client.ts');
      client = createClient(extension, log, become);
      for (const listen of listeners) listen(client);
      await client.start();
    } catch (error) {
      log.error(`The language server could not be started: ${String(error)}`);
      become('failed');
    }
  }

  const server: Server = {
    get state() {
      return state;
    },
    onState: states.event,
    start() {
      starting ??= start();
      return starting;
    },
    async restart() {
      log.info('Restarting the language server');
      const old = client;
      client = null;
      await old?.dispose(2000).catch((error: unknown) => log.warn(`The old server did not end well: ${String(error)}`));
      starting = start();
      return starting;
    },
    async request(method, params) {
      await server.start();
      if (client === null || state !== 'running') return null;
      try {
        return await client.sendRequest(method, params);
      } catch (error) {
        log.error(`${method}: ${String(error)}`);
        return null;
      }
    },
    notify(method, params) {
      if (state === 'running') void client?.sendNotification(method, params).catch(() => {});
    },
    on(method, listener) {
      const listen = (to: LanguageClient): void => {
        to.onNotification(method, (params: Notifications[typeof method]) => listener(params));
      };
      listeners.push(listen);
      if (client !== null) listen(client);
    },
    dispose() {
      states.dispose();
      void client?.dispose().catch(() => {});
    },
  };
  return server;
}
