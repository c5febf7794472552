/** Semantic tokens for what the review knows of a patch's C: which calls sync the direct mapping, and which change it. */
import { type SemanticTokens, SemanticTokensBuilder, type SemanticTokensLegend } from 'vscode-languageserver';
import type { Site } from '../review/report.ts';
import type { ReviewedDocument } from './documents.ts';

const MODIFIERS = ['sync', 'change', 'declaration', 'definition'] as const;

export const TOKEN_LEGEND: SemanticTokensLegend = { tokenTypes: ['function'], tokenModifiers: [...MODIFIERS] };

const MODIFIER: Record<Site['kind'], (typeof MODIFIERS)[number]> = {
  sync: 'sync',
  change: 'change',
  declaration: 'declaration',
  definition: 'definition',
  stub: 'definition',
};

interface Token {
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly modifier: number;
}

/** The function name at the head of each site. */
export function tokensOf(document: ReviewedDocument): SemanticTokens {
  const { lines } = document.patchFile();
  const tokens = document.report.patches
    .flatMap((patch) => patch.sites.flatMap((site) => tokenOf(site, lines[site.line - 1] ?? '')))
    .sort((a, b) => a.line - b.line || a.column - b.column);
  const builder = new SemanticTokensBuilder();
  let before: Token | null = null;
  for (const token of tokens) {
    if (before !== null && before.line === token.line && before.column + before.length > token.column) continue;
    builder.push(token.line, token.column, token.length, 0, token.modifier);
    before = token;
  }
  return builder.build();
}

/** The last name before the first parenthesis: `sync_direct_mapping` of a call or of `int sync_direct_mapping(void)`. */
function tokenOf(site: Site, line: string): Token[] {
  const from = site.column - 1;
  const match = /([A-Za-z_]\w*)\s*\(/.exec(
    line.slice(from, site.endLine === site.line ? site.endColumn - 1 : undefined),
  );
  const name = match?.[1];
  if (match === null || name === undefined) return [];
  const modifier = 1 << MODIFIERS.indexOf(MODIFIER[site.kind]);
  return [{ line: site.line - 1, column: from + match.index, length: name.length, modifier }];
}
