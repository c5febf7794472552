/** The connection to dist/server.cjs, in a process of its own. */
import type * as vscode from 'vscode';
import { LanguageClient, State, TransportKind } from 'vscode-languageclient/node';
import type { ServerState } from './server.ts';

export const LANGUAGES = ['diff', 'patch-mail'] as const;

/** A client that is not started yet. `become` hears of every change of state. */
export function createClient(
  extension: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
  become: (state: ServerState) => void,
): LanguageClient {
  const module = extension.asAbsolutePath('dist/server.cjs');
  const client = new LanguageClient(
    'mktme',
    'MKTME Patch Review',
    {
      run: { module, transport: TransportKind.ipc },
      debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6019'] } },
    },
    {
      documentSelector: LANGUAGES.map((language) => ({ language })),
      outputChannel: log,
      initializationOptions: { mktme: true },
      markdown: { isTrusted: { enabledCommands: ['mktme.replay'] } },
      diagnosticPullOptions: { onChange: true, onFocus: true },
      // The output channel says what went wrong; a popup for every failed request would not help.
      revealOutputChannelOn: 4,
    },
  );
  client.onDidChangeState(({ newState }) => {
    if (newState === State.Running) become('running');
    else if (newState === State.Starting) become('starting');
    else become(client.isRunning() ? 'running' : 'off');
  });
  return client;
}
