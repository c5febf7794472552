// Commands that belong to no other feature: restart the server, show the output, read a text as mail, switch a rule off,
// open a rule's page.
import * as vscode from 'vscode';
import type { Context } from '../context.ts';

const PAGES = 'https://github.com/mktme-patch-review/mktme-patch-review/blob/main/docs/rules';

export function activate({ extension, server, reviews, log }: Context): void {
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
    vscode.commands.registerCommand('mktme.suppress', suppress),
    vscode.commands.registerCommand('mktme.cancelReview', () => {
      for (const uri of reviews.running()) server.notify('mktme/cancel', { uri });
    }),
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
  if (rule !== null) await change<Record<string, string>>('rules', (rules) => ({ ...rules, [rule]: 'off' }));
}

/** Adds what a code action carries to `mktme.suppressed`, the same way. */
async function suppress(argument: unknown): Promise<void> {
  if (typeof argument === 'object' && argument !== null && 'rule' in argument)
    await change<readonly unknown[]>('suppressed', (list = []) => [...list, argument]);
}

/** Changes a setting where it is closest to the patches: in the workspace, else for the user. */
async function change<T>(name: string, edit: (value: T | undefined) => T): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('mktme');
  const inspected = configuration.inspect<T>(name);
  const inFolder = (vscode.workspace.workspaceFolders ?? []).length > 0;
  const value = inFolder ? inspected?.workspaceValue : inspected?.globalValue;
  const target = inFolder ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await configuration.update(name, edit(value), target);
}
