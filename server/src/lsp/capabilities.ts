import { type ClientCapabilities, type ServerCapabilities, TextDocumentSyncKind } from 'vscode-languageserver';
import { TOKEN_LEGEND } from './tokens.ts';

/** What of the client decides how this server behaves. */
export interface ClientFacts {
  readonly pullsDiagnostics: boolean;
  readonly hasConfiguration: boolean;
  readonly registersConfiguration: boolean;
  readonly hasFolders: boolean;
  readonly refreshes: {
    readonly diagnostics: boolean;
    readonly lenses: boolean;
    readonly hints: boolean;
    readonly tokens: boolean;
  };
  /** Sends `initializationOptions: { mktme: true }`: understands the notifications of protocol.ts. */
  readonly isOurs: boolean;
}

export function factsOf(client: ClientCapabilities, initializationOptions: unknown): ClientFacts {
  return {
    pullsDiagnostics: client.textDocument?.diagnostic !== undefined,
    hasConfiguration: client.workspace?.configuration === true,
    registersConfiguration: client.workspace?.didChangeConfiguration?.dynamicRegistration === true,
    hasFolders: client.workspace?.workspaceFolders === true,
    refreshes: {
      diagnostics: client.workspace?.diagnostics?.refreshSupport === true,
      lenses: client.workspace?.codeLens?.refreshSupport === true,
      hints: client.workspace?.inlayHint?.refreshSupport === true,
      tokens: client.workspace?.semanticTokens?.refreshSupport === true,
    },
    isOurs: (initializationOptions as { mktme?: unknown } | null | undefined)?.mktme === true,
  };
}

/** What this server offers. Clients without pull are not told of it and are pushed to. */
export const offers = (facts: ClientFacts): ServerCapabilities => ({
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
  workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  hoverProvider: true,
  codeLensProvider: { resolveProvider: false },
  codeActionProvider: { codeActionKinds: ['quickfix'] },
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  documentLinkProvider: { resolveProvider: false },
  inlayHintProvider: { resolveProvider: false },
  definitionProvider: true,
  referencesProvider: true,
  semanticTokensProvider: { legend: TOKEN_LEGEND, full: true },
  ...(facts.pullsDiagnostics
    ? { diagnosticProvider: { identifier: 'mktme', interFileDependencies: false, workspaceDiagnostics: true } }
    : {}),
});
