/** Code actions on findings: mend the patch, open the run that shows it, switch the rule off in this workspace. */
import { type CodeAction, CodeActionKind, type Diagnostic } from 'vscode-languageserver-protocol';
import type { Fix } from '../review/report.ts';
import { isRuleSlug } from '../show/rules.ts';
import { type DiagnosticData, SOURCE } from './diagnostics.ts';
import type { ReviewedDocument } from './documents.ts';
import { toRange } from './positions.ts';
import type { ReplayTarget } from './protocol.ts';
import { suppressionOf } from './suppress.ts';

/** A mend is tried out by reviewing again, so it is worked out once for each finding of a report. */
const known = new WeakMap<ReviewedDocument, Map<string, readonly Fix[]>>();

/**
 * For the diagnostics that the client has under the cursor. Mends edit the patch, counts and diffstat included. Actions with
 * commands (`commands`) are for the extension; other clients have no such commands.
 */
export function actionsFor(
  document: ReviewedDocument,
  diagnostics: readonly Diagnostic[],
  { commands }: { readonly commands: boolean },
): CodeAction[] {
  const ours = diagnostics.filter(
    ({ source, code }) => source === SOURCE && typeof code === 'string' && isRuleSlug(code),
  );
  const mends = ours.flatMap((diagnostic) => mendsOf(document, diagnostic));
  if (!commands) return mends;
  return [...mends, ...ours.flatMap((diagnostic) => replay(document.uri, diagnostic)), ...suppressions(document, ours)];
}

function mendsOf(document: ReviewedDocument, diagnostic: Diagnostic): CodeAction[] {
  const data = diagnostic.data as DiagnosticData | undefined;
  // A diagnostic of an older text would be mended in the wrong place.
  if (data === undefined || data.version !== document.version) return [];
  return fixesOf(document, data).map(({ title, edits }) => ({
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    isPreferred: true,
    edit: { changes: { [document.uri]: edits.map((edit) => ({ range: toRange(edit), newText: edit.newText })) } },
  }));
}

function fixesOf(document: ReviewedDocument, { patch, finding }: DiagnosticData): readonly Fix[] {
  const fixes = known.get(document) ?? new Map<string, readonly Fix[]>();
  known.set(document, fixes);
  const key = `${patch} ${finding}`;
  const found = document.report.patches[patch]?.findings[finding];
  const result = fixes.get(key) ?? (found === undefined ? [] : document.report.fixes(patch, found));
  fixes.set(key, result);
  return result;
}

function replay(uri: string, diagnostic: Diagnostic): CodeAction[] {
  const data = diagnostic.data as DiagnosticData | undefined;
  if (data === undefined || data.scenario === null) return [];
  const { line } = diagnostic.range.start;
  const target: ReplayTarget = { uri, patch: data.patch, scenario: data.scenario, line };
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

/** Here, by what stands on the line, and everywhere in the workspace. */
function suppressions(document: ReviewedDocument, diagnostics: readonly Diagnostic[]): CodeAction[] {
  const here = diagnostics.flatMap((diagnostic): CodeAction[] => {
    const data = diagnostic.data as DiagnosticData | undefined;
    const finding =
      data?.version === document.version ? document.report.patches[data.patch]?.findings[data.finding] : undefined;
    if (finding === undefined) return [];
    const title = `Suppress ${finding.rule} on this line`;
    const suppression = suppressionOf(finding, document.patchFile().lines);
    return [
      {
        title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        command: { title, command: 'mktme.suppress', arguments: [suppression] },
      },
    ];
  });
  const rules = [...new Set(diagnostics.map(({ code }) => String(code)))];
  const everywhere = rules.map((rule): CodeAction => {
    const title = `Switch ${rule} off in this workspace`;
    return {
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: diagnostics.filter(({ code }) => code === rule),
      command: { title, command: 'mktme.disableRule', arguments: [rule] },
    };
  });
  return [...here, ...everywhere];
}
