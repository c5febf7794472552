/** Code actions on findings: open the run that shows it, switch the rule off in this workspace. */
import { type CodeAction, CodeActionKind, type Diagnostic } from 'vscode-languageserver-protocol';
import { isRuleSlug } from '../show/rules.ts';
import type { DiagnosticData } from './diagnostics.ts';
import { SOURCE } from './diagnostics.ts';
import type { ReplayTarget } from './protocol.ts';

/** For the diagnostics that the client has under the cursor. Their commands are the extension's: other clients get none. */
export function actionsFor(uri: string, diagnostics: readonly Diagnostic[]): CodeAction[] {
  const ours = diagnostics.filter(
    ({ source, code }) => source === SOURCE && typeof code === 'string' && isRuleSlug(code),
  );
  return [...ours.flatMap((diagnostic) => replay(uri, diagnostic)), ...suppressions(ours)];
}

function replay(uri: string, diagnostic: Diagnostic): CodeAction[] {
  const data = diagnostic.data as DiagnosticData | undefined;
  if (data === undefined || data.scenario === null) return [];
  const target: ReplayTarget = { uri, patch: data.patch, scenario: data.scenario };
  const title = `Replay the run that shows ${diagnostic.code}`;
  return [
    {
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      command: { title, command: 'mktme.replay', arguments: [target] },
    },
  ];
}

function suppressions(diagnostics: readonly Diagnostic[]): CodeAction[] {
  const rules = [...new Set(diagnostics.map(({ code }) => String(code)))];
  return rules.map((rule) => {
    const title = `Switch ${rule} off in this workspace`;
    return {
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: diagnostics.filter(({ code }) => code === rule),
      command: { title, command: 'mktme.disableRule', arguments: [rule] },
    };
  });
}
