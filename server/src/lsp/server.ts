/**
 * Holds the documents, the settings and the reviews of a connection, and has it served by what they make. Features are pure
 * functions of a reviewed document, in files of their own. Nothing rejects: what cannot be answered is answered with nothing.
 */
import {
  type CancellationToken,
  CodeLensRefreshRequest,
  type Connection,
  DidChangeConfigurationNotification,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { kernelAt } from '../host/kernel.ts';
import type { PatchFile } from '../patch/model.ts';
import type { Reviewer } from '../show/reviewer.ts';
import { type ClientFacts, factsOf, offers } from './capabilities.ts';
import { diagnosticsOf } from './diagnostics.ts';
import { createReviews, type ReviewedDocument } from './documents.ts';
import { overviewOf } from './overview.ts';
import type { Notifications } from './protocol.ts';
import { serveDiagnostics } from './serve-diagnostics.ts';
import { serveFeatures } from './serve-features.ts';
import { DEFAULTS, readSettings, type Settings } from './settings.ts';

/** Milliseconds that typing rests before the review of what was typed begins. */
const PAUSE = 15;

/** Serves until the connection closes. The reviewer may still be loading: answers wait for it, the handshake does not. */
export function startServer(connection: Connection, loading: Promise<Reviewer>): void {
  const documents = new TextDocuments(TextDocument);
  let facts: ClientFacts = factsOf({}, undefined);
  let settings: Settings = DEFAULTS;
  let kernel: Partial<ReturnType<typeof kernelAt>> = {};
  let folders: readonly string[] = [];
  let generation = 0;
  // Nothing is reviewed before the client's settings are known: it would be reviewed twice.
  let configured = (): void => {};
  const reviewer = new Promise<void>((resolve) => {
    configured = resolve;
  }).then(() => loading);
  let reading: Reviewer | null = null;
  reviewer.then(
    (one) => {
      reading = one;
    },
    () => {},
  );

  const tell = <M extends keyof Notifications>(method: M, params: Notifications[M]): void => {
    if (facts.isOurs) void connection.sendNotification(method, params).catch(() => {});
  };

  const options = () => ({
    rules: settings.rules,
    ...(settings.keyIds === null ? {} : { keyIds: settings.keyIds }),
    ...(settings.pagingLevels === null ? {} : { pagingLevels: settings.pagingLevels }),
    ...(settings.skipScenarios.length === 0 ? {} : { skipScenarios: settings.skipScenarios }),
    ...(settings.syncs.length === 0 ? {} : { syncs: settings.syncs }),
    ...kernel,
  });

  const reviews = createReviews({
    reviewer,
    document: (uri) => documents.get(uri),
    options,
    suppressions: () => settings.suppressed,
    largestDocument: () => settings.largestDocument,
    pause: PAUSE,
    onBegin: (uri) => tell('mktme/reviewing', { uri }),
    onProgress: (uri, { done, total }) => tell('mktme/reviewing', { uri, done, total }),
    onReviewed: (document) => tell('mktme/reviewed', overviewOf(document)),
    onFault: (uri, error) =>
      connection.console.error(`${uri}: ${error instanceof Error ? error.stack : String(error)}`),
  });

  /** Answers from the review of the newest text; `nothing` when the document is gone, the request is stale or a feature fails. */
  async function answer<R>(
    uri: string,
    token: CancellationToken | null,
    nothing: R,
    compute: (document: ReviewedDocument) => R,
  ): Promise<R> {
    const asked = documents.get(uri)?.version;
    const document = await reviews.of(uri);
    // Positions of an older text mean nothing in this one.
    if (document === null || token?.isCancellationRequested || document.version !== asked) return nothing;
    try {
      return compute(document);
    } catch (error) {
      connection.console.error(`${uri}: ${error instanceof Error ? error.stack : String(error)}`);
      return nothing;
    }
  }

  connection.onInitialize(({ capabilities, initializationOptions, workspaceFolders }) => {
    facts = factsOf(capabilities, initializationOptions);
    folders = filesOnly(workspaceFolders ?? []);
    return { capabilities: offers(facts), serverInfo: { name: 'mktme-review' } };
  });

  connection.onInitialized(async () => {
    if (facts.registersConfiguration)
      await connection.client.register(DidChangeConfigurationNotification.type, { section: 'mktme' }).catch(() => {});
    if (facts.hasFolders)
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const gone = new Set(removed.map(({ uri }) => uri));
        folders = [...folders.filter((uri) => !gone.has(uri)), ...filesOnly(added)];
      });
    await configure(undefined);
    configured();
  });

  connection.onDidChangeConfiguration(({ settings: sent }) =>
    configure((sent as { mktme?: unknown } | null | undefined)?.mktme),
  );

  async function configure(sent: unknown): Promise<void> {
    const section = facts.hasConfiguration
      ? await connection.workspace.getConfiguration('mktme').catch(() => sent)
      : sent;
    const read = readSettings(section);
    const problems = [...read.problems];
    settings = read.settings;
    kernel = {};
    try {
      if (settings.kernelTree !== null) kernel = kernelAt(settings.kernelTree);
    } catch (error) {
      problems.push(`mktme.kernelTree: ${error instanceof Error ? error.message : String(error)}`);
    }
    for (const problem of problems) connection.console.warn(problem);
    generation += 1;
    reviews.invalidate();
    // The first settings find nothing answered yet that would have to be asked for again.
    if (generation > 1) refresh();
  }

  function refresh(): void {
    const ignore = () => {};
    if (facts.refreshes.diagnostics) connection.languages.diagnostics.refresh().catch(ignore);
    if (facts.refreshes.lenses) connection.sendRequest(CodeLensRefreshRequest.type).catch(ignore);
    if (facts.refreshes.hints) connection.languages.inlayHint.refresh().catch(ignore);
    if (facts.refreshes.tokens) connection.languages.semanticTokens.refresh().catch(ignore);
    if (!facts.pullsDiagnostics) for (const { uri } of documents.all()) push(uri);
  }

  /** For clients that do not pull. */
  function push(uri: string): void {
    void reviews.of(uri).then((document) => {
      if (document !== null && document.version === documents.get(uri)?.version)
        return connection.sendDiagnostics({ uri, version: document.version, diagnostics: diagnosticsOf(document) });
    });
  }

  documents.onDidChangeContent(({ document: { uri } }) => {
    reviews.edited(uri);
    if (!facts.pullsDiagnostics) push(uri);
  });
  documents.onDidClose(({ document: { uri } }) => {
    reviews.closed(uri);
    tell('mktme/closed', { uri });
    if (!facts.pullsDiagnostics) void connection.sendDiagnostics({ uri, diagnostics: [] });
  });

  serveDiagnostics(connection, {
    reviewer,
    reviews,
    settings: () => settings,
    options,
    generation: () => generation,
    folders: () => folders,
    isOpen: (uri) => documents.get(uri) !== undefined,
  });
  serveFeatures(connection, {
    answer,
    reviews,
    settings: () => settings,
    hasCommands: () => facts.isOurs,
    read: (text) => reading?.read(text) ?? NOTHING_READ,
  });

  documents.listen(connection);
  connection.listen();
}

const NOTHING_READ: PatchFile = { lines: [], eol: '\n', messages: [], problems: [] };

/** Folders that this process can read by itself. */
const filesOnly = (folders: readonly { readonly uri: string }[]): readonly string[] =>
  folders.map(({ uri }) => uri).filter((uri) => uri.startsWith('file:'));
