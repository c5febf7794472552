import * as vscode from 'vscode';
import type { Reviews } from './reviews.ts';
import type { Server } from './server.ts';

/** What every feature is given. */
export interface Context {
  readonly extension: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly server: Server;
  readonly reviews: Reviews;
}

/** For the when-clauses of package.json. */
export const setContext = (key: `mktme.${string}`, value: boolean | readonly string[]): void =>
  void vscode.commands.executeCommand('setContext', key, value);
