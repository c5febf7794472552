// What the when-clauses of menus and welcome texts ask of the open patches.
import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { OverviewPatch } from '../../../server/src/lsp/protocol.ts';
import { type Context, setContext } from '../context.ts';

export function activate({ extension, reviews }: Context): void {
  const update = (): void => {
    const all = reviews.all();
    // By name: in a remote window the menus know a document by another URI than the extension does.
    const where = (has: (patch: OverviewPatch) => boolean): readonly string[] =>
      all.filter(({ patches }) => patches.some(has)).map(({ uri }) => posix.basename(vscode.Uri.parse(uri).path));
    const withFindings = where(({ findings }) => findings.length > 0);
    setContext(
      'mktme.reviewed',
      all.some(({ state }) => state === 'reviewed'),
    );
    setContext('mktme.hasFindings', withFindings.length > 0);
    setContext('mktme.withFindings', withFindings);
    // Runs of the patch's own sync are no scenarios; only findings name them.
    setContext(
      'mktme.withRuns',
      where(({ runs, findings }) => runs > 0 || findings.some(({ scenario }) => scenario !== null)),
    );
  };
  extension.subscriptions.push(reviews.onChange(update));
}
