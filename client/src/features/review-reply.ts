// "MKTME: Write review reply": an untitled mail about the ticked findings of a patch, written by the server.
import * as vscode from 'vscode';
import type { Overview, OverviewPatch } from '../../../server/src/lsp/protocol.ts';
import type { Context } from '../context.ts';

/** What the tree passes: the document, maybe the patch, and which findings are ticked. */
export interface ReplyTarget {
  readonly uri: string;
  readonly patch?: number;
}

export function activate(context: Context): void {
  context.extension.subscriptions.push(
    vscode.commands.registerCommand('mktme.writeReply', (target?: ReplyTarget) => write(context, target)),
  );
}

async function write({ server, reviews, extension }: Context, target: ReplyTarget | undefined): Promise<void> {
  const uri = target?.uri ?? vscode.window.activeTextEditor?.document.uri.toString();
  const overview = uri === undefined ? null : (reviews.of(uri) ?? (await server.request('mktme/overview', { uri })));
  const patch = overview === null ? undefined : await choose(overview, target?.patch);
  if (overview === null || patch === undefined) return;
  const unticked = new Set(extension.workspaceState.get<string[]>('mktme.unticked') ?? []);
  const findings = patch.findings.filter((finding) => !unticked.has(tickKey(overview.uri, patch.index, finding)));
  if (findings.length === 0) {
    vscode.window.setStatusBarMessage('MKTME: no finding is ticked, so there is nothing to reply', 5000);
    return;
  }
  const content = await server.request('mktme/reply', {
    uri: overview.uri,
    patch: patch.index,
    findings: findings.map(({ id }) => id),
  });
  if (content === null) return;
  const mail = await vscode.workspace.openTextDocument({ language: 'patch-mail', content });
  await vscode.window.showTextDocument(mail, { viewColumn: vscode.ViewColumn.Beside, preview: false });
}

/** Which finding a tick belongs to; survives edits elsewhere in the patch. */
export const tickKey = (
  uri: string,
  patch: number,
  finding: { readonly rule: string; readonly message: string },
): string => [uri, patch, finding.rule, finding.message].join('\n');

async function choose(overview: Overview, index: number | undefined): Promise<OverviewPatch | undefined> {
  if (index !== undefined) return overview.patches[index];
  const candidates = overview.patches.filter(({ findings }) => findings.length > 0);
  if (candidates.length === 0) {
    vscode.window.setStatusBarMessage('MKTME: nothing found, so there is nothing to reply', 5000);
    return undefined;
  }
  if (candidates.length === 1) return candidates[0];
  const line = vscode.window.activeTextEditor?.selection.active.line ?? 0;
  const items = candidates.map((patch) => ({
    label: patch.subject ?? `Patch ${patch.index + 1}`,
    description: `${patch.findings.length} found`,
    picked: patch.line <= line,
    patch,
  }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: 'Reply to which patch?' });
  return picked?.patch;
}
