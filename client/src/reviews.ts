/** What the server last said of each open document: the one source of the tree, the status item and next/previous finding. */
import * as vscode from 'vscode';
import type { Overview, OverviewFinding } from '../../server/src/lsp/protocol.ts';
import type { Server } from './server.ts';

export type ReviewState = 'reviewing' | Overview['state'];

export interface Reviews extends vscode.Disposable {
  /** By opening order. */
  all(): readonly Overview[];
  of(uri: string): Overview | undefined;
  /** Documents under review right now. */
  running(): readonly string[];
  /** How far a long review is; undefined: not under review, or at its beginning. */
  progressOf(uri: string): { readonly done: number; readonly total: number } | undefined;
  stateOf(uri: string): ReviewState | undefined;
  readonly onChange: vscode.Event<string>;
}

export function createReviews(server: Server): Reviews {
  const overviews = new Map<string, Overview>();
  const reviewing = new Map<string, { done: number; total: number } | undefined>();
  const changes = new vscode.EventEmitter<string>();
  server.on('mktme/reviewing', ({ uri, done, total }) => {
    reviewing.set(uri, done === undefined || total === undefined ? undefined : { done, total });
    changes.fire(uri);
  });
  server.on('mktme/reviewed', (overview) => {
    reviewing.delete(overview.uri);
    overviews.set(overview.uri, overview);
    changes.fire(overview.uri);
  });
  server.on('mktme/closed', ({ uri }) => {
    reviewing.delete(uri);
    overviews.delete(uri);
    changes.fire(uri);
  });
  server.onState((state) => {
    if (state === 'running' || state === 'starting') return;
    reviewing.clear();
    const known = [...overviews.keys()];
    overviews.clear();
    for (const uri of known) changes.fire(uri);
  });
  return {
    all: () => [...overviews.values()],
    running: () => [...reviewing.keys()],
    progressOf: (uri) => reviewing.get(uri),
    of: (uri) => overviews.get(uri),
    stateOf: (uri) => (reviewing.has(uri) ? 'reviewing' : overviews.get(uri)?.state),
    onChange: changes.event,
    dispose: () => changes.dispose(),
  };
}

/** A document's findings in the order of its lines. */
export const findingsOf = (overview: Overview | undefined): readonly OverviewFinding[] =>
  (overview?.patches ?? [])
    .flatMap((patch) => patch.findings)
    .sort((a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character);

/** A range of the protocol as the editor's. */
export const toRange = ({ start, end }: OverviewFinding['range']): vscode.Range =>
  new vscode.Range(start.line, start.character, end.line, end.character);
