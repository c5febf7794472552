/**
 * Activation does almost nothing: commands, views and the status item are registered, and the language server starts when
 * a patch is opened or something is asked of it.
 */
import * as vscode from 'vscode';
import type { Context } from './context.ts';
import * as commands from './features/commands.ts';
import * as contexts from './features/contexts.ts';
import * as findings from './features/findings-view.ts';
import * as navigation from './features/navigation.ts';
import * as output from './features/output.ts';
import * as progress from './features/progress.ts';
import * as replay from './features/replay-panel.ts';
import * as reply from './features/review-reply.ts';
import * as status from './features/status.ts';
import { createReviews } from './reviews.ts';
import { createServer } from './server.ts';

/** Called by VS Code once. The returned function tells the tests of the real window what is known. */
export function activate(extension: vscode.ExtensionContext) {
  const log = vscode.window.createOutputChannel('MKTME Patch Review', { log: true });
  const server = createServer(extension, log);
  const reviews = createReviews(server);
  const context: Context = { extension, log, server, reviews };
  extension.subscriptions.push(log, server, reviews);
  for (const feature of [commands, contexts, output, status, progress, findings, navigation, replay, reply])
    feature.activate(context);
  startWithPatches(context);
  return { reviews };
}

/** Starts the server with the first document it has something to say about. */
function startWithPatches({ extension, server }: Context): void {
  const isPatch = ({ languageId }: vscode.TextDocument) => languageId === 'diff' || languageId === 'patch-mail';
  if (vscode.workspace.textDocuments.some(isPatch)) void server.start();
  else
    extension.subscriptions.push(
      vscode.workspace.onDidOpenTextDocument((document) => {
        if (isPatch(document)) void server.start();
      }),
    );
}
