import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Range } from 'vscode-languageserver-protocol';
import { DiagnosticSeverity } from 'vscode-languageserver-protocol';
import { folderWith } from '../cli/folder.ts';
import { fakeRead } from '../fixtures/patch-files.ts';
import { fakeReview, MAIL, placeOf, SCENARIO } from '../fixtures/reports.ts';
import { type SessionOptions, startSession, until } from './session.ts';

const URI = 'file:///patches/example.eml';
const CALL = placeOf('sync_direct_mapping(first, last)');
const onCall = { line: CALL.line - 1, character: CALL.column + 3 };
const textDocument = { uri: URI };

async function opened(options: SessionOptions = {}, text = MAIL) {
  const session = await startSession(options);
  await session.open(URI, text);
  const ask = <R>(method: string, params: object = {}): Promise<R> =>
    session.client.sendRequest(method, { textDocument, ...params });
  return { ...session, ask };
}

/** What a range covers, as text. */
function under({ start, end }: Range, text = MAIL): string {
  const line = text.split('\n')[start.line] ?? '';
  return line.slice(start.character, end.line === start.line ? end.character : undefined);
}

interface Report {
  kind: string;
  resultId: string;
  items: {
    range: Range;
    code: string;
    severity: number;
    codeDescription?: { href: string };
    relatedInformation?: { location: { uri: string; range: Range } }[];
    data?: unknown;
  }[];
}

describe('diagnostics', () => {
  it('are pulled: on the culprit, with rule page and related place', async () => {
    const { ask } = await opened();
    const report = await ask<Report>('textDocument/diagnostic');
    const [, first, , flush, unread] = report.items;
    expect(report.items.map(({ code }) => code)).toEqual([
      'unhooked-site',
      'partial-sync',
      'unchecked-result',
      'skipped-flush',
      'not-read',
    ]);
    expect(first && under(first.range)).toBe('sync_direct_mapping(first, last)');
    expect(flush && under(flush.range)).toBe('return;');
    expect(first?.severity).toBe(DiagnosticSeverity.Error);
    expect(unread?.severity).toBe(DiagnosticSeverity.Information);
    expect(first?.codeDescription?.href).toMatch(/docs\/rules\/partial-sync\.md$/);
    const related = first?.relatedInformation?.[0]?.location;
    expect([related?.uri, related && under(related.range)]).toEqual([URI, '*cpa->vaddr']);
  });

  it('are not sent twice while nothing changed', async () => {
    const { ask, change } = await opened();
    const { resultId } = await ask<Report>('textDocument/diagnostic');
    expect(await ask<Report>('textDocument/diagnostic', { previousResultId: resultId })).toMatchObject({
      kind: 'unchanged',
    });
    await change(URI, 2, MAIL.replace('sync_direct_mapping(first, last)', 'wbinvd()'));
    const after = await ask<Report>('textDocument/diagnostic', { previousResultId: resultId });
    expect([after.kind, after.items.map(({ code }) => code)]).toEqual(['full', ['not-read']]);
  });

  it('are pushed to clients that cannot pull, and taken back on close', async () => {
    const { pushed, close, offered } = await opened({ pulls: false });
    expect(offered.diagnosticProvider).toBeUndefined();
    await until(() => pushed.get(URI)?.diagnostics.length === 5);
    await close(URI);
    await until(() => pushed.get(URI)?.diagnostics.length === 0);
  });

  it('review a burst of edits once', async () => {
    let reviews = 0;
    const review: typeof fakeReview = (...args) => {
      reviews += 1;
      return fakeReview(...args);
    };
    const { ask, change } = await opened({ reviewer: { review, read: fakeRead } });
    await ask('textDocument/diagnostic');
    const before = reviews;
    const answers: Promise<Report>[] = [];
    for (let version = 2; version < 40; version += 1) {
      await change(URI, version, `${MAIL}${'x'.repeat(version)}\n`);
      answers.push(ask<Report>('textDocument/diagnostic'));
    }
    await Promise.all(answers);
    expect(reviews - before).toBeLessThanOrEqual(3);
  });

  it('survive a review that throws, and say so in the log', async () => {
    const review = () => {
      throw new Error('broken on purpose');
    };
    const { ask, log, told } = await opened({ reviewer: { review, read: fakeRead } });
    expect((await ask<Report>('textDocument/diagnostic')).items).toEqual([]);
    expect(await ask('textDocument/hover', { position: onCall })).toBeNull();
    await until(() => log.some((line) => line.includes('broken on purpose')));
    expect(told.at(-1)).toMatchObject({ method: 'mktme/reviewed', params: { state: 'failed' } });
  });
});

describe('hover', () => {
  it('shows operands, sizes and every run on a sync call, failing ones first', async () => {
    const { ask } = await opened();
    const { contents, range } = await ask<{ contents: { value: string }; range: Range }>('textDocument/hover', {
      position: onCall,
    });
    expect(under(range)).toBe('sync_direct_mapping(first, last)');
    expect(contents.value).toContain('`first = *cpa->vaddr` → `0xffff888000200000`');
    // No cell of sizes breaks in two.
    const rows = contents.value.split('\n').filter((line) => line.startsWith('| set'));
    expect(contents.value).toContain('| scenario | changed | synced | KeyIDs 1-3 |');
    expect(rows).toEqual([
      '| set\\_memory\\_ro\\(\\) of 4 KiB inside a 2 MiB page | 4\u00a0KiB | 4\u00a0KiB | ✗\u00a0hole\u00a0of\u00a02044\u00a0KiB |',
      '| set\\_memory\\_ro\\(\\) of a whole 2 MiB page | 2\u00a0MiB | 2\u00a0MiB | ✓\u00a0equal |',
    ]);
    const link = /\(command:mktme\.replay\?([^)]*)\)/.exec(contents.value)?.[1] ?? '';
    expect(JSON.parse(decodeURIComponent(link))).toEqual([{ uri: URI, patch: 0, scenario: SCENARIO }]);
  });
  it('explains a finding, and is silent elsewhere', async () => {
    const { ask } = await opened();
    const place = placeOf('return;');
    const hover = await ask<{ contents: { value: string } }>('textDocument/hover', {
      position: { line: place.line - 1, character: place.column },
    });
    expect(hover.contents.value).toContain('docs/rules/skipped-flush.md');
    expect(hover.contents.value).toContain('Assumed: mktme\\_enabled\\(\\) is true');
    expect(await ask('textDocument/hover', { position: { line: 2, character: 1 } })).toBeNull();
  });
});

describe('lens, hint and outline', () => {
  it('puts a lens on the hunk that was run', async () => {
    const { ask } = await opened();
    const [lens, ...more] =
      await ask<{ range: Range; command: { title: string; arguments: unknown[] } }[]>('textDocument/codeLens');
    expect(more).toEqual([]);
    expect(lens?.command.title).toBe('▶ MKTME: 3 scenarios, 2 fail — Replay');
    expect(lens?.command.arguments).toEqual([{ uri: URI, patch: 0, scenario: SCENARIO }]);
    expect(lens?.range.start.line).toBe(placeOf('@@ -347').line - 1);
  });
  it('says behind the call how much is synced', async () => {
    const { ask } = await opened();
    const range = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };
    const hints = await ask<{ label: string; position: object }[]>('textDocument/inlayHint', { range });
    expect(hints).toMatchObject([
      { label: '4 KiB to 2 MiB × 3 KeyIDs', position: { line: CALL.line - 1, character: CALL.endColumn } },
    ]);
  });
  it('outlines mail, file, hunk, function and site, each inside its parent', async () => {
    const { ask } = await opened();
    const symbols = await ask<Symbol[]>('textDocument/documentSymbol');
    expect(outline(symbols)).toEqual([
      '[PATCH v2 3/7] x86/mm: carry attribute changes to the KeyIDs',
      '  arch/x86/mm/pageattr.c',
      '    @@ 347',
      '      cpa_flush()',
      '        sync_direct_mapping(first, last)',
    ]);
    for (const symbol of symbols) expectInside(symbol);
  });
  it('marks the call with a token', async () => {
    const { ask } = await opened();
    const { data } = await ask<{ data: number[] }>('textDocument/semanticTokens/full');
    expect(data).toEqual([CALL.line - 1, CALL.column - 1, 'sync_direct_mapping'.length, 0, 1]);
  });
  it('links message ids to the archive', async () => {
    const { ask } = await opened();
    const links = await ask<{ range: Range; target: string }[]>('textDocument/documentLink');
    expect(links.map(({ range }) => under(range))).toEqual([
      '20190604100000.1234-4-joerg@example.org',
      '20190604100000.1234-1-joerg@example.org',
      '20190604100000.1234-1-joerg@example.org',
    ]);
    expect(links[0]?.target).toBe('https://lore.kernel.org/r/20190604100000.1234-4-joerg@example.org');
  });
  it('folds header, file and hunk', async () => {
    const { ask } = await opened();
    const folds = await ask<{ startLine: number; endLine: number }[]>('textDocument/foldingRange');
    const hunkEnd = placeOf('return;', '', 1).line - 1;
    expect(folds.map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
      [0, 7],
      [placeOf('diff --git').line - 1, hunkEnd],
      [placeOf('@@ -347').line - 1, hunkEnd],
    ]);
  });
  it('finds every mention of a function', async () => {
    const { ask } = await opened();
    const found = await ask<{ range: Range }[]>('textDocument/references', {
      position: onCall,
      context: { includeDeclaration: true },
    });
    expect(found.map(({ range }) => under(range))).toEqual(['sync_direct_mapping']);
  });
});

describe('code actions', () => {
  const range = { start: onCall, end: onCall };
  interface Action {
    title: string;
    isPreferred?: boolean;
    edit?: { changes: Record<string, { range: Range; newText: string }[]> };
    command?: { command: string; arguments: unknown[] };
  }
  it('mend a finding by an edit of the patch, and offer replay and suppression', async () => {
    const { ask } = await opened();
    const { items } = await ask<Report>('textDocument/diagnostic');
    const flush = items.filter(({ code }) => code === 'skipped-flush');
    const actions = await ask<Action[]>('textDocument/codeAction', { range, context: { diagnostics: flush } });
    expect(actions.map(({ title, isPreferred }) => [title, isPreferred])).toEqual([
      ['Return only where no flush is due', true],
      ['Replay the run that shows skipped-flush', undefined],
      ['Suppress skipped-flush on this line', undefined],
      ['Switch skipped-flush off in this workspace', undefined],
    ]);
    const [edit] = actions[0]?.edit?.changes[URI] ?? [];
    expect(edit && under(edit.range)).toBe('return;');
    expect(actions[3]?.command).toMatchObject({ command: 'mktme.disableRule', arguments: ['skipped-flush'] });
  });
  it('never edit a text that is newer than the diagnostic', async () => {
    const { ask, change } = await opened();
    const { items } = await ask<Report>('textDocument/diagnostic');
    await change(URI, 2, `\n${MAIL}`);
    const actions = await ask<Action[]>('textDocument/codeAction', { range, context: { diagnostics: items } });
    expect(actions.filter(({ edit }) => edit !== undefined)).toEqual([]);
  });
  it('give other clients no commands of ours', async () => {
    const { ask } = await opened({ ours: false });
    const { items } = await ask<Report>('textDocument/diagnostic');
    const actions = await ask<Action[]>('textDocument/codeAction', { range, context: { diagnostics: items } });
    expect(actions.map(({ title }) => title)).toEqual(['Return only where no flush is due']);
  });
});

describe('replay, reply and overview', () => {
  it('gives the run asked for, and null for one that is gone', async () => {
    const { client } = await opened();
    const replay = await client.sendRequest('mktme/replay', {
      uri: URI,
      patch: 0,
      scenario: SCENARIO,
      variant: 'unpatched',
    });
    expect(replay).toMatchObject({ schema: 1, variant: 'unpatched', scenario: { id: SCENARIO } });
    for (const params of [
      { uri: URI, patch: 1, scenario: SCENARIO, variant: 'patched' },
      { uri: URI, patch: 0, scenario: 'no-such', variant: 'patched' },
      { uri: 'file:///closed', patch: 0, scenario: SCENARIO, variant: 'patched' },
    ])
      expect(await client.sendRequest('mktme/replay', params)).toBeNull();
  });
  it('knows which run belongs to the line', async () => {
    const { client } = await opened();
    const list = await client.sendRequest('mktme/scenarios', { uri: URI, line: CALL.line - 1 });
    expect(list).toMatchObject({ patch: 0, first: SCENARIO, scenarios: { length: 3 } });
  });
  it('writes a reply about the ticked findings only', async () => {
    const { client } = await opened();
    const mail = await client.sendRequest<string>('mktme/reply', { uri: URI, patch: 0, findings: [1] });
    expect(mail).toContain('The cache flush of 4 KiB');
    expect(mail).not.toContain('the change has split');
  });
  it('tells our client of every review, and no other client', async () => {
    const { told, ask, close } = await opened();
    await ask('textDocument/diagnostic');
    await close(URI);
    await until(() => told.length >= 3);
    expect(told.map(({ method }) => method)).toEqual(['mktme/reviewing', 'mktme/reviewed', 'mktme/closed']);
    expect(told[1]?.params).toMatchObject({ state: 'reviewed', patches: [{ findings: { length: 4 } }] });
    const other = await opened({ ours: false });
    await other.ask('textDocument/diagnostic');
    expect(other.told).toEqual([]);
  });
});

describe('settings', () => {
  it('reach the review when they change, and what is wrong in them is said', async () => {
    let settings: unknown = { rules: { 'partial-sync': 'off', 'no-such': 'off' }, keyIds: 99 };
    const { ask, client, log, refreshed } = await opened({ settings: () => settings });
    expect((await ask<Report>('textDocument/diagnostic')).items[1]?.code).toBe('unchecked-result');
    expect(log.some((line) => line.includes('there is no rule no-such'))).toBe(true);
    expect(log.some((line) => line.includes('mktme.keyIds: 99 is not understood; use a number from 1 to 63'))).toBe(
      true,
    );
    settings = { rules: { 'partial-sync': 'note' } };
    const before = refreshed.length;
    await client.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await until(() => refreshed.length > before);
    const { items } = await ask<Report>('textDocument/diagnostic');
    const partial = items.find(({ code }) => code === 'partial-sync');
    expect(partial?.severity).toBe(DiagnosticSeverity.Information);
  });
});

it('reviews the patches of a folder that are not open', async () => {
  const folder = folderWith({ 'a.patch': MAIL, 'sub/b.eml': MAIL, 'c.txt': MAIL, 'node_modules/d.patch': MAIL });
  const session = await startSession({ folders: [pathToFileURL(folder.root).href] });
  const pull = (previousResultIds: unknown[]) =>
    session.client.sendRequest<{ items: { uri: string; kind: string; resultId: string; items?: unknown[] }[] }>(
      'workspace/diagnostic',
      { previousResultIds },
    );
  const first = await pull([]);
  expect(first.items.map(({ uri, items }) => [folder.strip(new URL(uri).pathname), items?.length])).toEqual([
    ['a.patch', 5],
    ['sub/b.eml', 5],
  ]);
  const again = await pull(first.items.map(({ uri, resultId }) => ({ uri, value: resultId })));
  expect(again.items.map(({ kind }) => kind)).toEqual(['unchanged', 'unchanged']);
});

interface Symbol {
  name: string;
  range: Range;
  selectionRange: Range;
  children?: Symbol[];
}

const outline = (symbols: readonly Symbol[], depth = 0): string[] =>
  symbols.flatMap(({ name, children }) => ['  '.repeat(depth) + name, ...outline(children ?? [], depth + 1)]);

function expectInside({ range, selectionRange, children }: Symbol): void {
  for (const inner of [selectionRange, ...(children ?? []).map((child) => child.range)]) {
    expect(inner.start.line).toBeGreaterThanOrEqual(range.start.line);
    expect(inner.end.line).toBeLessThanOrEqual(range.end.line);
  }
  for (const child of children ?? []) expectInside(child);
}
