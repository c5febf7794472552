// Opening patches in the real window and waiting for what the extension makes of them.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** A file of the workspace (examples/). */
export async function example(name: string): Promise<vscode.Uri> {
  const [found] = await vscode.workspace.findFiles(name);
  assert.ok(found, `${name} is in the folder`);
  return found;
}

export async function show(uri: vscode.Uri): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
}

/** Asks until the answer is good; fails with the last answer after 20 seconds. */
export async function eventually<T>(
  ask: () => T | Thenable<T>,
  isGood: (answer: T) => boolean,
  what: string,
): Promise<T> {
  const end = Date.now() + 20_000;
  for (;;) {
    const answer = await ask();
    if (isGood(answer)) return answer;
    if (Date.now() > end) assert.fail(`${what}: ${JSON.stringify(answer)?.slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const ours = (uri: vscode.Uri): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'mktme');

export function codeOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}

/** The diagnostics of a document once all the given rules are among them. */
export const diagnosed = (uri: vscode.Uri, rules: readonly string[]): Promise<vscode.Diagnostic[]> =>
  eventually(
    () => ours(uri),
    (found) => rules.every((rule) => found.some((one) => codeOf(one) === rule)),
    `${rules.join(', ')} on ${uri.path}`,
  );

/** The position of a text, on its n-th line that has it. */
export function positionOf(document: vscode.TextDocument, text: string): vscode.Position {
  const offset = document.getText().indexOf(text);
  assert.ok(offset >= 0, `${text} is in ${document.uri.path}`);
  return document.positionAt(offset);
}
