/** The requests about one document that a client asks for as it shows it; each is answered by the feature's own file. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CancellationToken,
  CodeActionTriggerKind,
  type Connection,
  type Location,
  type Position,
} from 'vscode-languageserver';
import type { PatchFile } from '../patch/model.ts';
import { actionsFor } from './actions.ts';
import { lensesOf } from './codelens.ts';
import type { ReviewedDocument, Reviews } from './documents.ts';
import { foldsOf } from './folding.ts';
import { hoverAt } from './hover.ts';
import { hintsOf } from './inlay-hints.ts';
import { linksOf } from './links.ts';
import { definitionsOf, nameAt, referencesOf, type Searched } from './navigation.ts';
import { overviewOf } from './overview.ts';
import type { Requests } from './protocol.ts';
import { replayOf, scenariosOf } from './replay.ts';
import { replyOf } from './reply.ts';
import type { Settings } from './settings.ts';
import { createSiblings } from './siblings.ts';
import { symbolsOf } from './symbols.ts';
import { tokensOf } from './tokens.ts';

interface Serving {
  /** From the review of the newest text; `nothing` where there is none. */
  answer<R>(
    uri: string,
    token: CancellationToken | null,
    nothing: R,
    compute: (document: ReviewedDocument) => R,
  ): Promise<R>;
  readonly reviews: Reviews;
  readonly settings: () => Settings;
  /** The client has the extension's commands. */
  readonly hasCommands: () => boolean;
  readonly read: (text: string) => PatchFile;
}

/** Milliseconds that a cursor rests before mends for what it stands on are worked out. */
const LINGER = 200;

export function serveFeatures(connection: Connection, { answer, reviews, settings, hasCommands, read }: Serving): void {
  const siblings = createSiblings(read);

  connection.onHover(({ textDocument: { uri }, position }, token) =>
    answer(uri, token, null, (document) => hoverAt(document, position)),
  );
  connection.onCodeLens(({ textDocument: { uri } }, token) =>
    answer(uri, token, [], (document) => (settings().codeLens ? lensesOf(document) : [])),
  );
  connection.onCodeAction(async ({ textDocument: { uri }, context }, token) => {
    // For the light bulb alone nothing is tried out while the cursor still moves.
    if (context.triggerKind === CodeActionTriggerKind.Automatic) await sleep(LINGER);
    if (token.isCancellationRequested) return [];
    return answer(uri, token, [], (document) => actionsFor(document, context.diagnostics, { commands: hasCommands() }));
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
    answer(uri, token, [], (document) => (settings().inlayHints ? hintsOf(document, range) : [])),
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
}
