// The language features on patches of our own.
import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { codeOf, diagnosed, eventually, example, ours, positionOf, show } from './patches.ts';

const CALL = 'sync_direct_mapping(from';

suite('review of a patch', () => {
  test('puts diagnostics on the culprit, with rule page', async () => {
    const uri = await example('hook-cpa-flush.patch');
    const { document } = await show(uri);
    const found = await diagnosed(uri, ['partial-sync', 'skipped-flush', 'over-broad-sync', 'invalid-operand']);
    const under = (rule: string) => document.getText(found.find((one) => codeOf(one) === rule)?.range);
    assert.match(under('partial-sync'), /sync_direct_mapping|cpa->vaddr|numpages/);
    assert.match(under('skipped-flush'), /return/);
    const code = found.find((one) => codeOf(one) === 'partial-sync')?.code;
    assert.match(typeof code === 'object' ? code.target.toString() : '', /docs\/rules\/partial-sync\.md$/);
  });

  test('finds nothing in the good hook', async () => {
    const uri = await example('hook-cpa-flush-good.patch');
    await show(uri);
    const symbols = () => vscode.commands.executeCommand<unknown[]>('vscode.executeDocumentSymbolProvider', uri);
    await eventually(symbols, (list) => (list?.length ?? 0) > 0, 'an outline');
    const loud = ours(uri).filter(({ severity }) => severity <= vscode.DiagnosticSeverity.Warning);
    assert.deepEqual(loud.map(codeOf), []);
  });

  test('hovers on the call: operands, sizes, runs', async () => {
    const uri = await example('hook-cpa-flush.patch');
    const { document } = await show(uri);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      uri,
      positionOf(document, CALL).translate(0, 3),
    );
    const text = hovers
      .flatMap(({ contents }) => contents.map((part) => (typeof part === 'string' ? part : part.value)))
      .join('\n');
    assert.match(text, /scenario \| changed \| synced/);
    assert.match(text, /4 KiB/);
    assert.match(text, /command:mktme\.replay/);
  });

  test('offers lens, inlay hint, outline, folds and links', async () => {
    const uri = await example('hook-cpa-flush.patch');
    const { document } = await show(uri);
    const ask = <T>(command: string, ...rest: unknown[]): Thenable<T[]> =>
      vscode.commands.executeCommand<T[]>(command, uri, ...rest);
    const lenses = await ask<vscode.CodeLens>('vscode.executeCodeLensProvider');
    assert.match(lenses.map(({ command }) => command?.title).join(), /▶ MKTME: \d+ scenarios, \d+ fails? — Replay/);
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    const hints = await ask<vscode.InlayHint>('vscode.executeInlayHintProvider', all);
    assert.match(
      hints.map(({ label }) => (typeof label === 'string' ? label : label.map(({ value }) => value).join(''))).join(),
      /× \d+ KeyIDs/,
    );
    const names = (symbols: readonly vscode.DocumentSymbol[]): string[] =>
      symbols.flatMap(({ name, children }) => [name, ...names(children)]);
    const outline = names(await ask<vscode.DocumentSymbol>('vscode.executeDocumentSymbolProvider'));
    assert.ok(outline.includes('cpa_flush()'), outline.join());
    assert.ok((await ask<vscode.FoldingRange>('vscode.executeFoldingRangeProvider')).length >= 2);
  });

  test('mends a finding by a quick fix, and the patch stays one', async () => {
    const uri = await example('hook-cpa-flush.patch');
    const { document } = await show(uri);
    const before = document.getText();
    const flush = (await diagnosed(uri, ['skipped-flush'])).find((one) => codeOf(one) === 'skipped-flush');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      flush?.range,
    );
    const mend = actions.find(({ isPreferred, edit }) => isPreferred && edit !== undefined);
    assert.ok(mend?.edit, actions.map(({ title }) => title).join());
    await vscode.workspace.applyEdit(mend.edit);
    await eventually(
      () => ours(uri).map(codeOf),
      (codes) => !codes.includes('skipped-flush') && codes.includes('partial-sync'),
      'skipped-flush is mended',
    );
    for (const [, oldCount, newCount, body] of document
      .getText()
      .matchAll(/^@@ -\d+,(\d+) \+\d+,(\d+) @@.*\n((?:[ +-].*\n)*?)(?=@@|-- \n|$)/gm)) {
      const lines = (body ?? '').split('\n').slice(0, -1);
      assert.equal(lines.filter((line) => !line.startsWith('+')).length, Number(oldCount));
      assert.equal(lines.filter((line) => !line.startsWith('-')).length, Number(newCount));
    }
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
  });

  test('follows an edit', async () => {
    const uri = await example('hook-cpa-flush.patch');
    const { document } = await show(uri);
    await diagnosed(uri, ['partial-sync']);
    const line = document.lineAt(positionOf(document, CALL).line);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(uri, line.range, `+${'\t'.repeat(2)}cpu_relax();`);
    await vscode.workspace.applyEdit(edit);
    await eventually(
      () => ours(uri).map(codeOf),
      (codes) => !codes.includes('partial-sync'),
      'partial-sync is gone with the call',
    );
    await vscode.commands.executeCommand('undo');
    await diagnosed(uri, ['partial-sync']);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  test('reviews a plain text as mail when told so', async () => {
    const uri = await example('hook-cpa-flush.patch');
    const patch = (await vscode.workspace.openTextDocument(uri)).getText();
    // As a list archive shows it: the mail's headers, and nothing that a file name or first line would tell.
    const content = patch.replace(/^From .*\n/, 'List archive: message 2 of 2\n\n');
    const text = await vscode.workspace.openTextDocument({ language: 'plaintext', content });
    const editor = await vscode.window.showTextDocument(text);
    await vscode.commands.executeCommand('mktme.reviewAsMail');
    const { document } = editor;
    assert.equal(document.languageId, 'patch-mail');
    const found = await diagnosed(document.uri, ['partial-sync', 'skipped-flush', 'wrong-address-space']);
    const flush = found.find((one) => codeOf(one) === 'skipped-flush');
    assert.equal(document.lineAt(flush?.range.start.line ?? 0).text.trim(), '+\t\treturn;');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  test('survives documents that are no patch, or a broken one', async () => {
    const uri = await example('hook-cpa-flush.patch');
    const patch = (await vscode.workspace.openTextDocument(uri)).getText();
    const hunk = '--- a/arch/x86/mm/pageattr.c\n+++ b/arch/x86/mm/pageattr.c\n';
    const documents = [
      '',
      '\u0000\ud800\ufffe',
      patch.slice(0, patch.length / 2),
      patch.replaceAll('\n', '\r'),
      patch.replace(/^@@ .*@@/gm, '@@ -1,999999999 +1,999999999 @@'),
      `${hunk}@@ -1,1 +1,2 @@\n int x;\n+${'('.repeat(20_000)}\n`,
      `${hunk}@@ -0,0 +1,3 @@\n+void cpa_flush(void)\n+{ for (;;) cpa_flush(); }\n`,
    ];
    for (const language of ['diff', 'patch-mail'])
      for (const content of documents) {
        const broken = await vscode.workspace.openTextDocument({ language, content });
        await vscode.commands.executeCommand('vscode.executeDocumentSymbolProvider', broken.uri);
      }
    await show(uri);
    await diagnosed(uri, ['partial-sync']);
  });
});
