// Commands that belong to no other feature: restart the server, show the output, read a text as mail, switch a rule off,
// open a rule's page.
import * as vscode from 'vscode';
import type { Context } from '../context.ts';

const PAGES = 'https://github.com/mktme-patch-review/mktme-patch-review/blob/main/docs/rules';

export function activate({ extension, server, log }: Context): void {
  extension.subscriptions.push(
    vscode.commands.registerCommand('mktme.restartServer', () =>
      vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: 'MKTME: restarting the server' },
        () => server.restart(),
      ),
    ),
    vscode.commands.registerCommand('mktme.showOutput', () => log.show()),
    vscode.commands.registerCommand('mktme.reviewAsMail', reviewAsMail),
    vscode.commands.registerCommand('mktme.disableRule', disableRule),
    vscode.commands.registerCommand('mktme.openRulePage', (rule: unknown) => {
      const name = ruleOf(rule);
      if (name !== null) void vscode.env.openExternal(vscode.Uri.parse(`${PAGES}/${name}.md`));
    }),
  );
}

/** A list-archive page saved as text is plain text to VS Code, by its name; only its reader knows better. */
async function reviewAsMail(): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document !== undefined) await vscode.languages.setTextDocumentLanguage(document, 'patch-mail');
}

/** From a code action (the slug) or a tree item (which carries it). */
function ruleOf(argument: unknown): string | null {
  const name = typeof argument === 'string' ? argument : (argument as { rule?: unknown } | undefined)?.rule;
  return typeof name === 'string' && /^[a-z-]+$/.test(name) ? name : null;
}

/** Writes `mktme.rules` of the workspace, or of the user where no folder is open. */
async function disableRule(argument: unknown): Promise<void> {
  const rule = ruleOf(argument);
  if (rule === null) return;
  const configuration = vscode.workspace.getConfiguration('mktme');
  const inspected = configuration.inspect<Record<string, string>>('rules');
  const inFolder = (vscode.workspace.workspaceFolders ?? []).length > 0;
  const value = inFolder ? inspected?.workspaceValue : inspected?.globalValue;
  const target = inFolder ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await configuration.update('rules', { ...value, [rule]: 'off' }, target);
}
