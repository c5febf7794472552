// Commands, panel, view and settings in the real window.
import assert from 'node:assert/strict';
import { suite, teardown, test } from 'mocha';
import * as vscode from 'vscode';
import { codeOf, diagnosed, eventually, example, ours, show } from './patches.ts';

const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
const replayTabs = () =>
  tabs().filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.includes('mktme.replay'));

suite('workbench', () => {
  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('registers every command it contributes', async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    const { contributes } = vscode.extensions.getExtension('mktme-patch-review.mktme-patch-review')?.packageJSON ?? {};
    const missing = contributes.commands
      .map(({ command }: { command: string }) => command)
      .filter((c: string) => !known.has(c));
    assert.deepEqual(missing, []);
  });

  test('opens one replay panel and uses it again', async () => {
    const uri = await example('hook-cpa-flush.patch');
    await show(uri);
    await diagnosed(uri, ['partial-sync']);
    await vscode.commands.executeCommand('mktme.replay');
    await eventually(
      () => replayTabs().map(({ label }) => label),
      (labels) => /^Replay: \S+\/\S+$/.test(labels[0] ?? ''),
      'a replay',
    );
    await vscode.commands.executeCommand('mktme.replay', { uri: uri.toString(), patch: 0 });
    assert.equal(replayTabs().length, 1);
  });

  test('goes to the next finding, and around the end', async () => {
    const uri = await example('hook-cpa-flush.patch');
    const editor = await show(uri);
    await diagnosed(uri, ['partial-sync']);
    editor.selection = new vscode.Selection(0, 0, 0, 0);
    const stops = new Set<number>();
    for (let step = 0; step < 12; step += 1) {
      await vscode.commands.executeCommand('mktme.nextFinding');
      stops.add(editor.selection.active.line);
    }
    const lines = new Set(
      ours(uri)
        .filter((one) => codeOf(one) !== 'not-read')
        .map(({ range }) => range.start.line),
    );
    assert.deepEqual(
      [...stops].sort((a, b) => a - b),
      [...lines].sort((a, b) => a - b),
    );
    editor.selection = new vscode.Selection(0, 0, 0, 0);
    await vscode.commands.executeCommand('mktme.previousFinding');
    assert.equal(editor.selection.active.line, Math.max(...lines));
  });

  test('writes a reply mail', async () => {
    const uri = await example('hook-cpa-flush.patch');
    await show(uri);
    await diagnosed(uri, ['partial-sync']);
    await vscode.commands.executeCommand('mktme.writeReply');
    const editor = await eventually(
      () => vscode.window.activeTextEditor,
      (active) => active?.document.isUntitled === true,
      'an untitled mail',
    );
    const text = editor?.document.getText() ?? '';
    assert.equal(editor?.document.languageId, 'patch-mail');
    assert.match(text, /^Subject: Re: /m);
    assert.match(text, /^> @@ /m);
    assert.doesNotMatch(text, /^(Reviewed|Acked|Tested|Signed-off)-by:/m);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  test('switches a rule off, and on again', async () => {
    const uri = await example('hook-cpa-flush.patch');
    await show(uri);
    await diagnosed(uri, ['over-broad-sync']);
    const settings = () =>
      vscode.workspace.getConfiguration('mktme').inspect<Record<string, string>>('rules')?.workspaceValue;
    try {
      await vscode.commands.executeCommand('mktme.disableRule', 'over-broad-sync');
      assert.deepEqual(settings(), { 'over-broad-sync': 'off' });
      await eventually(
        () => ours(uri).map(codeOf),
        (codes) => !codes.includes('over-broad-sync') && codes.includes('partial-sync'),
        'the rule is off and no other',
      );
    } finally {
      await vscode.workspace.getConfiguration('mktme').update('rules', undefined, vscode.ConfigurationTarget.Workspace);
    }
    await diagnosed(uri, ['over-broad-sync']);
  });

  test('suppresses a finding where it stands, without touching the patch', async () => {
    const uri = await example('hook-cpa-flush.patch');
    const { document } = await show(uri);
    const before = document.getText();
    const flush = (await diagnosed(uri, ['skipped-flush'])).find((one) => codeOf(one) === 'skipped-flush');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      flush?.range,
    );
    const { command } = actions.find(({ title }) => title === 'Suppress skipped-flush on this line') ?? {};
    assert.ok(command, actions.map(({ title }) => title).join());
    try {
      await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
      await eventually(
        () => ours(uri).map(codeOf),
        (codes) => !codes.includes('skipped-flush') && codes.includes('partial-sync'),
        'skipped-flush is suppressed, and nothing else',
      );
      assert.equal(document.getText(), before);
    } finally {
      const { Workspace } = vscode.ConfigurationTarget;
      await vscode.workspace.getConfiguration('mktme').update('suppressed', undefined, Workspace);
    }
    await diagnosed(uri, ['skipped-flush']);
  });

  test('skips the scenarios that the settings name', async () => {
    const uri = await example('hook-cpa-flush.patch');
    await show(uri);
    await diagnosed(uri, ['invalid-operand']);
    const configuration = vscode.workspace.getConfiguration('mktme');
    try {
      const names = ['set-pages-array-wb', 'set-pages-array-uc', 'set-pages-array-wc'];
      await configuration.update('skipScenarios', names, vscode.ConfigurationTarget.Workspace);
      await eventually(
        () => ours(uri).map(codeOf),
        (codes) => !codes.includes('invalid-operand') && codes.includes('partial-sync'),
        'nothing reads through NULL any more',
      );
    } finally {
      await configuration.update('skipScenarios', undefined, vscode.ConfigurationTarget.Workspace);
    }
    await diagnosed(uri, ['invalid-operand']);
  });

  test('takes the defaults for settings that make no sense', async () => {
    const uri = await example('hook-cpa-flush.patch');
    await show(uri);
    const configuration = vscode.workspace.getConfiguration('mktme');
    const senseless = { keyIds: 'many', pagingLevels: [7], rules: { 'partial-sync': 'loud' }, suppressed: [1, {}] };
    const { Workspace } = vscode.ConfigurationTarget;
    try {
      for (const [name, value] of Object.entries(senseless)) await configuration.update(name, value, Workspace);
      await vscode.commands.executeCommand('mktme.restartServer');
      await diagnosed(uri, ['partial-sync', 'skipped-flush', 'invalid-operand']);
    } finally {
      for (const name of Object.keys(senseless)) await configuration.update(name, undefined, Workspace);
    }
    await diagnosed(uri, ['partial-sync']);
  });

  test('comes back after a restart of the server', async () => {
    const uri = await example('hook-cpa-flush.patch');
    await show(uri);
    await diagnosed(uri, ['partial-sync']);
    await vscode.commands.executeCommand('mktme.restartServer');
    await diagnosed(uri, ['partial-sync']);
  });

  test('shows its findings view', async () => {
    await vscode.commands.executeCommand('mktme.findings.focus');
  });
});
