// What the replay page asks of the window: show a line of the patch, save a picture.
import * as vscode from 'vscode';
import type { PageToHost } from '../replay-messages.ts';

/** Shows a 1-based line of the patch in the editor that already has it, beside the panel otherwise. */
export async function revealLine(uri: string, patchLine: number): Promise<void> {
  const open = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri);
  const line = Math.max(0, patchLine - 1);
  await vscode.window.showTextDocument(vscode.Uri.parse(uri), {
    viewColumn: open?.viewColumn ?? vscode.ViewColumn.One,
    preserveFocus: true,
    selection: new vscode.Range(line, 0, line, 0),
  });
}

const FILTERS = { svg: { SVG: ['svg'] }, html: { HTML: ['html'] }, text: { Text: ['txt'] } } as const;
const EXTENSION = { svg: 'svg', html: 'html', text: 'txt' } as const;

/** Asks where, and writes. Rejects when the file cannot be written. */
export async function save(
  scenario: string,
  { format, content }: Extract<PageToHost, { type: 'save' }>,
): Promise<void> {
  const name = `${scenario.replaceAll(/[^\w.-]+/g, '-')}.${EXTENSION[format]}`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    filters: Object.fromEntries(Object.entries(FILTERS[format]).map(([label, extensions]) => [label, [...extensions]])),
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (target !== undefined) await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(content));
}
