import { expect, it } from 'vitest';
import { childrenOf, type Filter, type Node, roots, SEVERITIES } from '../../client/src/findings-tree.ts';
import { overviewOf } from '../../server/src/lsp/overview.ts';
import type { Overview } from '../../server/src/lsp/protocol.ts';
import { fakeRead } from '../fixtures/patch-files.ts';
import { examplePatch, MAIL, reportOf } from '../fixtures/reports.ts';

const ALL: Filter = { severities: SEVERITIES, text: '' };
const overview = (uri: string, patches: number): Overview => {
  const report = reportOf(
    Array.from({ length: patches }, (_, at) => ({
      ...examplePatch(uri),
      series: { version: 1, index: at + 1, total: patches },
    })),
  );
  return overviewOf({ uri, version: 1, report, patchFile: () => fakeRead(MAIL), suppressed: 0, failure: null });
};

/** The tree as indented lines. */
function check(overviews: readonly Overview[], filter = ALL): string[] {
  const lines = (nodes: readonly Node[], depth: number): string[] =>
    nodes.flatMap((node) => [
      '  '.repeat(depth) +
        (node.kind === 'finding' ? node.finding.message.slice(0, 12) : `${node.label} (${node.description})`),
      ...lines(childrenOf(node, filter), depth + 1),
    ]);
  return lines(roots(overviews, filter), 0);
}

it('shows a single mail by its subject, its rules by severity', () => {
  expect(check([overview('file:///b%20c.eml', 1)])).toEqual([
    '1/1 x86/mm: carry attribute changes to the KeyIDs (b c.eml · 4)',
    '  partial-sync (1)',
    '    KeyIDs 1-3 l',
    '  skipped-flush (1)',
    '    the cache fl',
    '  unchecked-result (1)',
    '    the result o',
    '  unhooked-site (1)',
    '    the noflush ',
  ]);
});

it('shows a series by its patches, and only what passes the filter', () => {
  const filter: Filter = { severities: ['error'], text: 'CACHE Flush' };
  expect(check([overview('file:///z.mbox', 2), overview('file:///a.mbox', 2)], filter)).toEqual(
    ['a.mbox', 'z.mbox'].flatMap((name) => [
      `${name} (2)`,
      ...['1/2', '2/2'].flatMap((position) => [
        `  ${position} x86/mm: carry attribute changes to the KeyIDs (1)`,
        '    skipped-flush (1)',
        '      the cache fl',
      ]),
    ]),
  );
});

it('shows nothing where nothing is left', () => {
  expect(check([overview('file:///a.eml', 1)], { severities: SEVERITIES, text: 'no such word' })).toEqual([]);
  expect(check([{ uri: 'file:///x', version: 1, state: 'none', suppressed: 0, patches: [] }])).toEqual([]);
});
