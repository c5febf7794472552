// The status item of the patch in the active editor: its counts, or what the server is doing. Hidden for other documents.
import * as vscode from 'vscode';
import type { Context } from '../context.ts';
import { findingsOf } from '../reviews.ts';

interface Status {
  readonly text: string;
  readonly tooltip: string;
  readonly isFailure?: boolean;
  /** What a click does; without it, it shows the findings. */
  readonly command?: string;
}

export function activate(context: Context): void {
  const { extension, server, reviews } = context;
  const item = vscode.window.createStatusBarItem('mktme.status', vscode.StatusBarAlignment.Left, -10);
  item.name = 'MKTME review';

  const update = (): void => {
    // While replay or output have the focus, the patch beside them is still what is looked at.
    const editors = [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors];
    const editor = editors.find((one) => one !== undefined && one.document.uri.scheme !== 'output');
    const status = editor === undefined ? null : statusOf(context, editor.document);
    if (status === null) {
      item.hide();
      return;
    }
    const label = `MKTME review: ${status.tooltip}`;
    item.command = status.command ?? 'mktme.findings.focus';
    item.text = status.text;
    item.tooltip = label;
    item.accessibilityInformation = { label };
    item.backgroundColor = status.isFailure ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    item.show();
  };

  extension.subscriptions.push(
    item,
    reviews.onChange(update),
    server.onState(update),
    vscode.window.onDidChangeActiveTextEditor(update),
    vscode.window.onDidChangeVisibleTextEditors(update),
  );
  update();
}

function statusOf({ server, reviews }: Context, document: vscode.TextDocument): Status | null {
  if (!['diff', 'patch-mail'].includes(document.languageId)) return null;
  if (server.state === 'failed')
    return { text: '$(error) MKTME', tooltip: 'the server could not be started; see the output', isFailure: true };
  if (server.state === 'off') return { text: '$(circle-slash) MKTME', tooltip: 'the server is not running' };
  if (server.state === 'starting') return { text: '$(sync~spin) MKTME', tooltip: 'starting' };
  const uri = document.uri.toString();
  const overview = reviews.of(uri);
  const at = reviews.progressOf(uri);
  // An edit's review is over before anybody could read this; a long one tells how far it is.
  if (at !== undefined || (overview === undefined && reviews.stateOf(uri) === 'reviewing'))
    return {
      text: `$(sync~spin) MKTME${at === undefined ? '' : ` ${at.done + 1}/${at.total}`}`,
      tooltip: 'reviewing; click to cancel',
      command: 'mktme.cancelReview',
    };
  if (overview === undefined) return null;
  if (overview.state === 'failed') return { text: '$(warning) MKTME', tooltip: overview.reason ?? 'failed' };
  if (overview.state === 'none') return null;
  const count = (severity: string) => findingsOf(overview).filter((finding) => finding.severity === severity).length;
  const [errors, warnings, notes] = [count('error'), count('warning'), count('note')];
  const quiet = overview.suppressed === 0 ? '' : `, ${overview.suppressed} suppressed`;
  if (errors + warnings + notes === 0)
    return overview.patches.some(({ runs }) => runs > 0)
      ? { text: '$(check) MKTME', tooltip: `nothing found${quiet}` }
      : {
          text: '$(dash) MKTME',
          tooltip: `nothing here changes or syncs the direct mapping, so nothing was run${quiet}`,
        };
  return {
    text: `MKTME $(error) ${errors} $(warning) ${warnings}${notes > 0 ? ` $(info) ${notes}` : ''}`,
    tooltip: `${errors} errors, ${warnings} warnings, ${notes} notes${quiet}; open the findings`,
  };
}
