// That the extension is there, loads, and knows its languages.
import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';

const id = 'mktme-patch-review.mktme-patch-review';

function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(id);
  assert.ok(found, `${id} is not among the extensions`);
  return found;
}

const open = (content: string): Thenable<vscode.TextDocument> => vscode.workspace.openTextDocument({ content });

suite('extension', () => {
  test('activates', async () => {
    await extension().activate();
    assert.equal(extension().isActive, true);
  });

  test('knows patch mail by its file names', async () => {
    assert.ok((await vscode.languages.getLanguages()).includes('patch-mail'));
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder, 'a folder is open');
    for (const name of ['a.eml', 'a.mbox', 'a.mbx']) {
      const file = vscode.Uri.joinPath(folder.uri, name).with({ scheme: 'untitled' });
      assert.equal((await vscode.workspace.openTextDocument(file)).languageId, 'patch-mail', name);
    }
  });

  test('knows patch mail by its first line', async () => {
    const first = [
      'From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001',
      'Return-Path: <a@example.org>',
    ];
    for (const line of first)
      assert.equal((await open(`${line}\nSubject: x\n\ntext\n`)).languageId, 'patch-mail', line);
    assert.equal((await open('From the beginning it was a text\n')).languageId, 'plaintext');
  });

  test('leaves .patch files to the diff language and colours C in both', async () => {
    const [example] = await vscode.workspace.findFiles('hook-cpa-flush.patch');
    assert.ok(example, 'the example is in the folder');
    const scopes: string[] = extension().packageJSON.contributes.grammars.map(
      (g: { scopeName: string }) => g.scopeName,
    );
    assert.ok(scopes.includes('text.patch-mail'));
  });
});
