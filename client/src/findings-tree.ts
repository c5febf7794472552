/** The tree of findings as data: documents, the patches of a series, rules, findings. Knows nothing of VS Code. */
import type { Overview, OverviewFinding, OverviewPatch } from '../../server/src/lsp/protocol.ts';

type Severity = OverviewFinding['severity'];

export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

export interface Filter {
  readonly severities: readonly Severity[];
  /** In rule, function or message; case does not matter; empty: all. */
  readonly text: string;
}

export interface DocumentNode {
  readonly kind: 'document';
  readonly uri: string;
  readonly label: string;
  readonly description: string;
  /** Findings that pass the filter. */
  readonly count: number;
  readonly overview: Overview;
  /** Set where the document is one patch: the one a reply would answer. */
  readonly patch?: number;
}

export interface PatchNode {
  readonly kind: 'patch';
  readonly uri: string;
  readonly patch: number;
  readonly label: string;
  readonly description: string;
  readonly source: OverviewPatch;
}

export interface RuleNode {
  readonly kind: 'rule';
  readonly uri: string;
  readonly patch: number;
  readonly rule: string;
  readonly severity: Severity;
  readonly label: string;
  readonly description: string;
  readonly findings: readonly OverviewFinding[];
}

export interface FindingNode {
  readonly kind: 'finding';
  readonly uri: string;
  readonly patch: number;
  readonly rule: string;
  /** For the Replay command. */
  readonly scenario: string | undefined;
  readonly line: number;
  readonly finding: OverviewFinding;
}

export type Node = DocumentNode | PatchNode | RuleNode | FindingNode;

/** Documents that have findings left, by name. */
export function roots(overviews: readonly Overview[], filter: Filter): readonly DocumentNode[] {
  return overviews
    .flatMap((overview): DocumentNode[] => {
      const count = overview.patches.reduce((sum, patch) => sum + passing(patch, filter).length, 0);
      if (count === 0) return [];
      const [only, ...others] = overview.patches;
      const name = fileOf(overview.uri);
      const single = only !== undefined && others.length === 0;
      const byName = !single || only.subject === null;
      return [
        {
          kind: 'document',
          uri: overview.uri,
          label: byName ? name : labelOf(only),
          description: byName ? `${count}` : `${name} · ${count}`,
          count,
          overview,
          ...(single ? { patch: only.index } : {}),
        },
      ];
    })
    .sort((a, b) => (a.uri < b.uri ? -1 : 1));
}

/** A document that is one patch goes straight to its rules; a series shows its patches in order. */
export function childrenOf(node: Node, filter: Filter): readonly Node[] {
  switch (node.kind) {
    case 'document': {
      const [only, ...others] = node.overview.patches;
      if (only !== undefined && others.length === 0) return rulesOf(node.uri, only, filter);
      return node.overview.patches.flatMap((patch) => patchNode(node.uri, patch, filter));
    }
    case 'patch':
      return rulesOf(node.uri, node.source, filter);
    case 'rule':
      return node.findings.map((finding) => ({
        kind: 'finding',
        uri: node.uri,
        patch: node.patch,
        rule: finding.rule,
        scenario: finding.scenario ?? undefined,
        line: finding.range.start.line,
        finding,
      }));
    case 'finding':
      return [];
  }
}

function passing({ findings }: OverviewPatch, { severities, text }: Filter): readonly OverviewFinding[] {
  const wanted = text.toLowerCase();
  return findings.filter(
    (finding) =>
      severities.includes(finding.severity) &&
      [finding.rule, finding.function ?? '', finding.message].some((field) => field.toLowerCase().includes(wanted)),
  );
}

function patchNode(uri: string, patch: OverviewPatch, filter: Filter): PatchNode[] {
  const count = passing(patch, filter).length;
  if (count === 0) return [];
  return [{ kind: 'patch', uri, patch: patch.index, label: labelOf(patch), description: `${count}`, source: patch }];
}

/** Place in the series and subject, whose bracketed prefix would take the room of what it is about. */
function labelOf({ subject, series, index }: OverviewPatch): string {
  const words = subject?.replace(/^(re:\s*)?\[[^\]]*\]\s*/i, '') ?? `patch ${index + 1}`;
  return `${series === null ? '' : `${series.index}/${series.total} `}${words}`;
}

function rulesOf(uri: string, patch: OverviewPatch, filter: Filter): readonly RuleNode[] {
  const groups = new Map<string, OverviewFinding[]>();
  for (const finding of passing(patch, filter))
    groups.set(finding.rule, [...(groups.get(finding.rule) ?? []), finding]);
  const worst = (findings: readonly OverviewFinding[]): Severity =>
    SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity)) ?? 'note';
  return [...groups]
    .map(([rule, findings]): RuleNode => {
      const severity = worst(findings);
      return {
        kind: 'rule',
        uri,
        patch: patch.index,
        rule,
        severity,
        label: rule,
        description: `${findings.length}`,
        findings,
      };
    })
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

const fileOf = (uri: string): string => decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
