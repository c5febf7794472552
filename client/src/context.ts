import type * as vscode from 'vscode';
import type { Reviews } from './reviews.ts';
import type { Server } from './server.ts';

/** What every feature is given. */
export interface Context {
  readonly extension: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly server: Server;
  readonly reviews: Reviews;
}
