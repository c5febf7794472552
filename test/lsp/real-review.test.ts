// The server with the real reviewer behind it, on patches written by us.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import type { Hover, Location } from 'vscode-languageserver-protocol';
import { loadReviewer } from '../../server/src/show/load-reviewer.ts';
import { folderWith } from '../cli/folder.ts';
import { startSession } from './session.ts';

const reviewer = await loadReviewer();
const example = readFileSync(new URL('../../examples/hook-cpa-flush.patch', import.meta.url), 'utf8');

/** Two mails in an mbox: the first brings the function, the second calls it. */
const SERIES = `From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001
From: Ada Example <ada@example.org>
Date: Thu, 20 Jun 2019 09:00:00 +0200
Subject: [PATCH 1/2] x86/mm: Bring a helper
Message-Id: <1@example.org>

---
 arch/x86/mm/helper.c | 5 +++++
 1 file changed, 5 insertions(+)

diff --git a/arch/x86/mm/helper.c b/arch/x86/mm/helper.c
new file mode 100644
--- /dev/null
+++ b/arch/x86/mm/helper.c
@@ -0,0 +1,5 @@
+
+static unsigned long
+carry_over(unsigned long start)
+{
+}
-- 
2.22.0

From 2222222222222222222222222222222222222222 Mon Sep 17 00:00:00 2001
From: Ada Example <ada@example.org>
Date: Thu, 20 Jun 2019 09:01:00 +0200
Subject: [PATCH 2/2] x86/mm: Use the helper
Message-Id: <2@example.org>

---
 arch/x86/mm/user.c | 1 +
 1 file changed, 1 insertion(+)

diff --git a/arch/x86/mm/user.c b/arch/x86/mm/user.c
--- a/arch/x86/mm/user.c
+++ b/arch/x86/mm/user.c
@@ -1,3 +1,4 @@
 {
 \tint a;
+\tcarry_over(0);
 }
-- 
2.22.0

`;

async function opened(text: string) {
  const session = await startSession({ reviewer });
  const uri = 'file:///patches/real.patch';
  await session.open(uri, text);
  const at = (needle: string, nth = 0) => {
    const lines = text.split('\n');
    const line = lines.flatMap((one, index) => (one.includes(needle) ? [index] : []))[nth] ?? -1;
    return { line, character: (lines[line] ?? '').indexOf(needle) + 1 };
  };
  const ask = <R>(method: string, params: object = {}): Promise<R> =>
    session.client.sendRequest(method, { textDocument: { uri }, ...params });
  return { ask, at };
}

it('puts the rules of the review on the lines of the example', async () => {
  const { ask, at } = await opened(example);
  const { items } = await ask<{ items: { code: string; range: { start: { line: number } } }[] }>(
    'textDocument/diagnostic',
  );
  const rules = new Map(items.map(({ code, range }) => [code, range.start.line]));
  expect(rules.get('partial-sync')).toBe(at('sync_direct_mapping(from').line);
  expect(rules.get('skipped-flush')).toBe(at('return;').line);
  expect(rules.get('invalid-operand')).toBe(at('*cpa->vaddr').line);
  const hover = await ask<Hover>('textDocument/hover', { position: at('sync_direct_mapping(from') });
  expect(JSON.stringify(hover.contents).replaceAll('\u00a0', ' ')).toMatch(/4 KiB \| 4 KiB \| ✗ hole of 2044 KiB/);
});

it('finds definition and calls of a function across a series', async () => {
  const { ask, at } = await opened(SERIES);
  const lines = (found: Location[]) => found.map(({ range }) => range.start.line);
  const [call, definition] = [at('carry_over(0)'), at('carry_over(unsigned')];
  expect(lines(await ask<Location[]>('textDocument/definition', { position: call }))).toEqual([definition.line]);
  const references = await ask<Location[]>('textDocument/references', {
    position: call,
    context: { includeDeclaration: true },
  });
  expect(lines(references)).toEqual([definition.line, call.line]);
  expect(await ask<Location[]>('textDocument/definition', { position: { line: 1, character: 2 } })).toEqual([]);
});

it('finds them in the patch files beside it, too', async () => {
  const [helper = '', user = ''] = SERIES.split(/(?=^From 2)/m);
  const folder = folderWith({ '0001-helper.patch': helper, '0002-user.patch': user, 'notes.txt': helper });
  const session = await startSession({ reviewer });
  const uri = pathToFileURL(folder.path('0002-user.patch')).href;
  await session.open(uri, user);
  const line = user.split('\n').findIndex((one) => one.includes('carry_over(0)'));
  const position = { line, character: (user.split('\n')[line] ?? '').indexOf('carry_over') + 1 };
  const found = await session.client.sendRequest<Location[]>('textDocument/definition', {
    textDocument: { uri },
    position,
  });
  expect(found.map((one) => one.uri)).toEqual([pathToFileURL(folder.path('0001-helper.patch')).href]);
});

it('outlines both mails of a series', async () => {
  const { ask } = await opened(SERIES);
  const symbols = await ask<{ name: string; children: { name: string }[] }[]>('textDocument/documentSymbol');
  expect(symbols.map(({ name, children }) => [name, children.map((child) => child.name)])).toEqual([
    ['[PATCH 1/2] x86/mm: Bring a helper', ['arch/x86/mm/helper.c']],
    ['[PATCH 2/2] x86/mm: Use the helper', ['arch/x86/mm/user.c']],
  ]);
});
