// That the extension is there, loads, and knows its languages.
import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { notes } from './result.ts';
import { scopesIn } from './tokens.ts';

const id = 'mktme-patch-review.mktme-patch-review';

function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(id);
  assert.ok(found, `${id} is not among the extensions`);
  return found;
}

const open = (content: string): Thenable<vscode.TextDocument> => vscode.workspace.openTextDocument({ content });

suite('extension', () => {
  test('activates', async () => {
    assert.equal(extension().isActive, false, 'it waits for a patch');
    const before = performance.now();
    await extension().activate();
    const milliseconds = performance.now() - before;
    assert.equal(extension().isActive, true);
    notes.push(`activation took ${milliseconds.toFixed(0)} ms`);
    // The aim is 50 ms; what else the machine does meanwhile must not fail the suite.
    assert.ok(milliseconds < 150, `activation took ${milliseconds} ms`);
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

  test('leaves .patch files to the diff language, and colours the C in them', async () => {
    const [example] = await vscode.workspace.findFiles('hook-cpa-flush.patch');
    assert.ok(example, 'the example is in the folder');
    const document = await vscode.workspace.openTextDocument(example);
    assert.equal(document.languageId, 'diff');
    const scopes = await scopesIn('source.diff', document.getText());
    assert.match(scopes('if (mktme_enabled', 'if'), /^source\.diff .*markup\.inserted.* keyword\.control/);
    assert.match(scopes('sync_direct_mapping(from', 'sync_direct_mapping'), /entity\.name\.function/);
    assert.match(scopes('/* An array', 'names'), /comment\.block/);
    assert.match(scopes('#include <asm/mktme.h>', 'asm'), /string\.quoted\.include/);
    // Prose of the mail is not C, even where it has a word of C.
    assert.equal(scopes('sync everything for them', 'for'), 'source.diff');
  });

  test('colours mail: headers, and C in the hunks', async () => {
    const hunk = ['--- a/x.c', '+++ b/x.c', '@@ -1 +1 @@', '-\tif (a)', '+\treturn; /* open', ' unsigned c;'];
    const scopes = await scopesIn('text.patch-mail', ['Subject: [PATCH] x', '', 'if only', '---', ...hunk].join('\n'));
    assert.match(scopes('Subject:', 'Subject'), /keyword\.other\.header-name/);
    assert.equal(scopes('if only', 'if'), 'text.patch-mail');
    assert.match(scopes('if (a)', 'if'), /markup\.deleted.* keyword\.control/);
    assert.match(scopes('return;', 'return'), /markup\.inserted.* keyword\.control/);
    assert.match(scopes('return;', 'open'), /comment\.block/);
    // The comment that the line before left open does not run on.
    assert.match(scopes('unsigned c', 'unsigned'), /storage\.type/);
  });
});
