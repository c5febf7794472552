// Next and previous finding of the active patch, from the cursor on and around the end.
import * as vscode from 'vscode';
import type { OverviewFinding } from '../../../server/src/lsp/protocol.ts';
import type { Context } from '../context.ts';
import { findingsOf, toRange } from '../reviews.ts';

export function activate({ extension, reviews }: Context): void {
  const go = (direction: 1 | -1): void => {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) return;
    const finding = beside(findingsOf(reviews.of(editor.document.uri.toString())), editor.selection.active, direction);
    if (finding === undefined) {
      vscode.window.setStatusBarMessage('MKTME: nothing found in this patch', 3000);
      return;
    }
    const range = toRange(finding.range);
    editor.selection = new vscode.Selection(range.start, range.start);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    vscode.window.setStatusBarMessage(`${finding.rule}: ${finding.message}`, 10_000);
  };
  extension.subscriptions.push(
    vscode.commands.registerCommand('mktme.nextFinding', () => go(1)),
    vscode.commands.registerCommand('mktme.previousFinding', () => go(-1)),
  );
}

/** The nearest finding strictly behind (or before) a position; places with several findings are one stop. */
function beside(
  findings: readonly OverviewFinding[],
  { line, character }: vscode.Position,
  direction: 1 | -1,
): OverviewFinding | undefined {
  const side = ({ range: { start } }: OverviewFinding) => start.line - line || start.character - character;
  if (direction === 1) return findings.find((finding) => side(finding) > 0) ?? findings[0];
  return findings.findLast((finding) => side(finding) < 0) ?? findings.at(-1);
}
