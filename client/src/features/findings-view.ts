// The tree view "MKTME review": documents, patches of a series, rules, findings; a filter; a tick for what goes into a reply.
import * as vscode from 'vscode';
import type { Overview } from '../../../server/src/lsp/protocol.ts';
import { type Context, setContext } from '../context.ts';
import { childrenOf, type Filter, type FindingNode, type Node, roots, SEVERITIES } from '../findings-tree.ts';
import { toRange } from '../reviews.ts';
import { tickKey } from './review-reply.ts';

const ICON = { error: 'error', warning: 'warning', note: 'info' } as const;
const COLOR = {
  error: new vscode.ThemeColor('list.errorForeground'),
  warning: new vscode.ThemeColor('list.warningForeground'),
  note: undefined,
};

export function activate(context: Context): void {
  const { extension, reviews } = context;
  const changed = new vscode.EventEmitter<undefined>();
  let filter: Filter = { severities: SEVERITIES, text: '' };
  const unticked = new Set(extension.workspaceState.get<string[]>('mktme.unticked') ?? []);

  const provider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => [...(node === undefined ? roots(reviews.all(), filter) : childrenOf(node, filter))],
    getTreeItem: (node) => itemOf(node, (finding) => !unticked.has(keyOf(finding))),
  };
  const view = vscode.window.createTreeView('mktme.findings', { treeDataProvider: provider, showCollapseAll: true });

  const refresh = (): void => {
    const shown = roots(reviews.all(), filter).reduce((sum, node) => sum + node.count, 0);
    view.badge = shown === 0 ? undefined : { value: shown, tooltip: `${shown} MKTME findings` };
    const words = filterText(filter);
    view.message = words === '' || shown === 0 ? '' : `${words}: ${shown} of ${totalOf(reviews.all())}`;
    setContext('mktme.filtered', words !== '');
    changed.fire(undefined);
  };

  extension.subscriptions.push(
    view,
    changed,
    reviews.onChange(refresh),
    view.onDidChangeCheckboxState(({ items }) => {
      for (const [node, state] of items) {
        if (node.kind !== 'finding') continue;
        if (state === vscode.TreeItemCheckboxState.Checked) unticked.delete(keyOf(node));
        else unticked.add(keyOf(node));
      }
      void extension.workspaceState.update('mktme.unticked', [...unticked].slice(-2000));
    }),
    vscode.commands.registerCommand('mktme.filterFindings', async () => {
      filter = (await askFilter(filter)) ?? filter;
      refresh();
    }),
    vscode.commands.registerCommand('mktme.clearFilter', () => {
      filter = { severities: SEVERITIES, text: '' };
      refresh();
    }),
    vscode.commands.registerCommand('mktme.openFinding', (node: FindingNode) =>
      vscode.window.showTextDocument(vscode.Uri.parse(node.uri), {
        selection: toRange(node.finding.range),
        preview: true,
      }),
    ),
  );
}

const totalOf = (overviews: readonly Overview[]): number =>
  overviews.flatMap(({ patches }) => patches).reduce((sum, { findings }) => sum + findings.length, 0);

/** 'Only errors, warnings that mention "flush"'; empty: no filter. */
function filterText({ severities, text }: Filter): string {
  const some = severities.length < SEVERITIES.length;
  if (!some && text === '') return '';
  const kinds = some ? severities.map((severity) => `${severity}s`).join(', ') : 'findings';
  return `Only ${kinds}${text === '' ? '' : ` that mention "${text}"`}`;
}

const keyOf = ({ uri, patch, finding }: FindingNode): string => tickKey(uri, patch, finding);

function itemOf(node: Node, isTicked: (node: FindingNode) => boolean): vscode.TreeItem {
  if (node.kind !== 'finding') {
    const item = new vscode.TreeItem(node.label, vscode.TreeItemCollapsibleState.Expanded);
    item.description = node.description;
    item.tooltip = `${node.label} (${node.description})`;
    item.contextValue = node.kind;
    item.iconPath =
      node.kind === 'rule'
        ? new vscode.ThemeIcon(ICON[node.severity], COLOR[node.severity])
        : new vscode.ThemeIcon(node.kind === 'document' ? 'mail' : 'git-commit');
    return item;
  }
  const { finding } = node;
  const item = new vscode.TreeItem(finding.message, vscode.TreeItemCollapsibleState.None);
  item.description = `${finding.function === null ? '' : `${finding.function}() `}line ${finding.range.start.line + 1}`;
  item.tooltip = `${finding.rule}: ${finding.message} (${item.description})`;
  item.contextValue = finding.scenario === null ? 'finding' : 'finding-with-run';
  item.command = { command: 'mktme.openFinding', title: 'Open finding', arguments: [node] };
  item.checkboxState = {
    state: isTicked(node) ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked,
    tooltip: 'Goes into the review reply',
  };
  return item;
}

async function askFilter(filter: Filter): Promise<Filter | undefined> {
  const items = SEVERITIES.map((severity) => ({
    label: `${severity}s`,
    picked: filter.severities.includes(severity),
    severity,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    title: 'Which findings are shown? (1/2)',
  });
  if (picked === undefined) return undefined;
  const text = await vscode.window.showInputBox({
    title: 'Only findings that mention (2/2)',
    value: filter.text,
    placeHolder: 'rule, function or words of the message; empty: all',
  });
  if (text === undefined) return undefined;
  return { severities: picked.length === 0 ? SEVERITIES : picked.map(({ severity }) => severity), text: text.trim() };
}
