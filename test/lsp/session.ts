/** A language client over a pair of streams, for driving the server inside the test's process. */
import { PassThrough } from 'node:stream';
import { createConnection } from 'vscode-languageserver/node';
import {
  type ClientCapabilities,
  createProtocolConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { startServer } from '../../server/src/lsp/server.ts';
import type { Reviewer } from '../../server/src/show/reviewer.ts';
import { fakeRead } from '../fixtures/patch-files.ts';
import { fakeReview } from '../fixtures/reports.ts';

export interface SessionOptions {
  readonly reviewer?: Reviewer;
  readonly pulls?: boolean;
  readonly ours?: boolean;
  /** The `mktme` section; the session answers workspace/configuration with it. */
  readonly settings?: () => unknown;
  readonly folders?: readonly string[];
}

export async function startSession(options: SessionOptions = {}) {
  const [up, down] = [new PassThrough(), new PassThrough()];
  const client = createProtocolConnection(new StreamMessageReader(down), new StreamMessageWriter(up));
  const reviewer = options.reviewer ?? { review: fakeReview, read: fakeRead };
  startServer(createConnection(new StreamMessageReader(up), new StreamMessageWriter(down)), Promise.resolve(reviewer));
  const pushed = new Map<string, { version: number | undefined; diagnostics: Diagnostic[] }>();
  const told: { method: string; params: unknown }[] = [];
  const log: string[] = [];
  const refreshed: string[] = [];
  client.onNotification(PublishDiagnosticsNotification.type, ({ uri, version, diagnostics }) => {
    pushed.set(uri, { version, diagnostics });
  });
  client.onNotification('window/logMessage', ({ message }: { message: string }) => {
    log.push(message);
  });
  for (const method of ['mktme/reviewing', 'mktme/reviewed', 'mktme/closed'])
    client.onNotification(method, (params: unknown) => {
      told.push({ method, params });
    });
  client.onRequest('workspace/configuration', () => [options.settings?.() ?? null]);
  client.onRequest('client/registerCapability', () => null);
  for (const what of ['diagnostic', 'codeLens', 'inlayHint', 'semanticTokens'])
    client.onRequest(`workspace/${what}/refresh`, () => {
      refreshed.push(what);
      return null;
    });
  client.listen();
  const capabilities: ClientCapabilities = {
    workspace: {
      configuration: options.settings !== undefined,
      didChangeConfiguration: { dynamicRegistration: true },
      ...(options.pulls === false ? {} : { diagnostics: { refreshSupport: true }, codeLens: { refreshSupport: true } }),
    },
    textDocument: { ...(options.pulls === false ? {} : { diagnostic: {} }) },
  };
  const { capabilities: offered } = await client.sendRequest(InitializeRequest.type, {
    processId: null,
    rootUri: null,
    capabilities,
    workspaceFolders: (options.folders ?? []).map((uri) => ({ uri, name: 'folder' })),
    initializationOptions: { mktme: options.ours ?? true },
  });
  await client.sendNotification(InitializedNotification.type, {});
  return {
    client,
    offered,
    pushed,
    told,
    log,
    refreshed,
    open: (uri: string, text: string, languageId = 'patch-mail') =>
      client.sendNotification(DidOpenTextDocumentNotification.type, {
        textDocument: { uri, languageId, version: 1, text },
      }),
    change: (uri: string, version: number, text: string) =>
      client.sendNotification(DidChangeTextDocumentNotification.type, {
        textDocument: { uri, version },
        contentChanges: [{ text }],
      }),
    close: (uri: string) => client.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } }),
  };
}

/** Waits until the condition holds; fails after two seconds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('waited for two seconds');
}
