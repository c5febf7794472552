/**
 * Wires the features to a connection; holds the documents and the settings. Features are pure functions of a reviewed
 * document, in files of their own. Nothing here rejects: a request that cannot be answered is answered with nothing.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CancellationToken,
  CodeActionTriggerKind,
  CodeLensRefreshRequest,
  type Connection,
  DidChangeConfigurationNotification,
  DocumentDiagnosticReportKind,
  type Location,
  type Position,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { kernelAt } from '../host/kernel.ts';
import type { PatchFile } from '../patch/model.ts';
import type { Report } from '../review/report.ts';
import type { Reviewer } from '../show/reviewer.ts';
import { actionsFor } from './actions.ts';
import { type ClientFacts, factsOf, offers } from './capabilities.ts';
import { lensesOf } from './codelens.ts';
import { diagnosticsOf } from './diagnostics.ts';
import { createReviews, type ReviewedDocument } from './documents.ts';
import { foldsOf } from './folding.ts';
import { hoverAt } from './hover.ts';
import { hintsOf } from './inlay-hints.ts';
import { linksOf } from './links.ts';
import { definitionsOf, nameAt, referencesOf, type Searched } from './navigation.ts';
import { overviewOf } from './overview.ts';
import type { Notifications, Requests } from './protocol.ts';
import { replayOf, scenariosOf } from './replay.ts';
import { replyOf } from './reply.ts';
import { DEFAULTS, readSettings, type Settings } from './settings.ts';
import { createSiblings } from './siblings.ts';
import { inSlices } from './slices.ts';
import { withoutSuppressed } from './suppress.ts';
import { symbolsOf } from './symbols.ts';
import { tokensOf } from './tokens.ts';
import { createWorkspaceDiagnostics } from './workspace.ts';

/** Milliseconds that typing rests before the review of what was typed begins. */
const PAUSE = 15;

/** Milliseconds that a cursor rests before mends for what it stands on are worked out. */
const LINGER = 200;

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

  const quiet = (report: Report, lines: readonly string[]): Report =>
    withoutSuppressed(report, settings.suppressed, lines).report;

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

  connection.languages.diagnostics.on(async ({ textDocument: { uri }, previousResultId }) => {
    // Diagnostics always speak of the newest text; a stale request is answered with them as well.
    const document = await reviews.of(uri);
    const resultId = document === null ? 'closed' : `${generation}:${document.version}`;
    if (resultId === previousResultId) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
    const items = document === null ? [] : diagnosticsOf(document);
    return { kind: DocumentDiagnosticReportKind.Full, resultId, items };
  });

  const siblings = createSiblings((text) => reading?.read(text) ?? NOTHING_READ);

  const workspace = createWorkspaceDiagnostics(
    async (uri, content, isCancelled) => {
      const one = await reviewer.catch(() => null);
      if (one === null) return null;
      try {
        const watcher = { shouldStop: isCancelled, onProgress: () => {} };
        const report = await inSlices(one, content, { ...options(), file: uri }, watcher);
        if (report === null) return null;
        const patchFile = () => one.read(content);
        const kept = settings.suppressed.length === 0 ? report : quiet(report, patchFile().lines);
        return diagnosticsOf({ uri, version: 0, report: kept, patchFile, suppressed: 0, failure: null });
      } catch {
        return [];
      }
    },
    () => settings.largestDocument,
  );
  connection.languages.diagnostics.onWorkspace(async ({ previousResultIds }, token) => {
    await reviewer.catch(() => null);
    const previous = new Map(previousResultIds.map(({ uri, value }) => [uri, value]));
    const files = await workspace.all(folders, generation, previous, {
      isOpen: (uri) => documents.get(uri) !== undefined,
      cancelled: () => token.isCancellationRequested,
    });
    return {
      items: files.map(({ uri, resultId, items }) =>
        items === null
          ? { kind: DocumentDiagnosticReportKind.Unchanged, uri, version: null, resultId }
          : { kind: DocumentDiagnosticReportKind.Full, uri, version: null, resultId, items: [...items] },
      ),
    };
  });

  connection.onHover(({ textDocument: { uri }, position }, token) =>
    answer(uri, token, null, (document) => hoverAt(document, position)),
  );
  connection.onCodeLens(({ textDocument: { uri } }, token) =>
    answer(uri, token, [], (document) => (settings.codeLens ? lensesOf(document) : [])),
  );
  connection.onCodeAction(async ({ textDocument: { uri }, context }, token) => {
    // For the light bulb alone nothing is tried out while the cursor still moves.
    if (context.triggerKind === CodeActionTriggerKind.Automatic) await sleep(LINGER);
    if (token.isCancellationRequested) return [];
    return answer(uri, token, [], (document) => actionsFor(document, context.diagnostics, { commands: facts.isOurs }));
  });
  connection.onDocumentSymbol(({ textDocument: { uri } }, token) => answer(uri, token, [], symbolsOf));
  connection.onFoldingRanges(({ textDocument: { uri } }, token) =>
    answer(uri, token, [], (document) => foldsOf(document.patchFile())),
  );
  connection.onDocumentLinks(({ textDocument: { uri } }, token) =>
    answer(uri, token, [], (document) => linksOf(document.patchFile())),
  );
  /** In the document first, then in the patches beside it. */
  async function across(
    { uri }: { readonly uri: string },
    position: Position,
    token: CancellationToken,
    find: (name: string, texts: readonly Searched[]) => Location[],
  ): Promise<Location[]> {
    const file = await answer(uri, token, null, (document) => document.patchFile());
    const name = file === null ? null : nameAt(file, position);
    if (file === null || name === null) return [];
    const beside = await siblings.mentioning(uri, name).catch(() => []);
    // What is open is newer than its file.
    const texts = beside.map((one) => ({ ...one, file: reviews.known(one.uri)?.patchFile() ?? one.file }));
    return find(name, [{ uri, file }, ...texts]);
  }
  connection.onDefinition(({ textDocument, position }, token) => across(textDocument, position, token, definitionsOf));
  connection.onReferences(({ textDocument, position }, token) => across(textDocument, position, token, referencesOf));
  connection.languages.inlayHint.on(({ textDocument: { uri }, range }, token) =>
    answer(uri, token, [], (document) => (settings.inlayHints ? hintsOf(document, range) : [])),
  );
  connection.languages.semanticTokens.on(({ textDocument: { uri } }, token) =>
    answer(uri, token, { data: [] }, tokensOf),
  );

  const onRequest = <M extends keyof Requests>(
    method: M,
    compute: (document: ReviewedDocument, params: Requests[M]['params']) => Requests[M]['result'] | null,
  ): void => {
    connection.onRequest(
      method,
      (params: Requests[M]['params'], token: CancellationToken): Promise<unknown> =>
        answer<Requests[M]['result'] | null>(params.uri, token, null, (document) => compute(document, params)),
    );
  };
  connection.onNotification('mktme/cancel', ({ uri }: { readonly uri: string }) => reviews.cancel(uri));
  onRequest('mktme/replay', replayOf);
  onRequest('mktme/scenarios', scenariosOf);
  onRequest('mktme/overview', overviewOf);
  onRequest('mktme/reply', replyOf);

  documents.listen(connection);
  connection.listen();
}

const NOTHING_READ: PatchFile = { lines: [], eol: '\n', messages: [], problems: [] };

/** Folders that this process can read by itself. */
const filesOnly = (folders: readonly { readonly uri: string }[]): readonly string[] =>
  folders.map(({ uri }) => uri).filter((uri) => uri.startsWith('file:'));
