// Suppressions hold where the same thing stands, and nowhere else.
import { describe, expect, it } from 'vitest';
import { readSuppression, suppressionOf, withoutSuppressed } from '../../server/src/lsp/suppress.ts';
import { fakeReview, MAIL } from '../fixtures/reports.ts';
import { startSession, until } from './session.ts';

const URI = 'file:///patches/example.eml';
const report = fakeReview(MAIL, { file: URI });
const found = report.patches[0]?.findings ?? [];
const lines = MAIL.split('\n');

/** Rules that are left once the findings of `rule` are suppressed in `MAIL`, of a text that is `edited`. */
function check(rule: string, edit: (text: string) => string = (text) => text): string[] {
  const finding = found.find((one) => one.rule === rule);
  if (finding === undefined) throw new Error(`the fixture has no ${rule}`);
  const read = readSuppression(JSON.parse(JSON.stringify(suppressionOf(finding, lines))));
  if (typeof read === 'string') throw new Error(read);
  const text = edit(MAIL);
  const left = withoutSuppressed(fakeReview(text, { file: URI }), [read.value], text.split('\n')).report;
  return left.patches.flatMap(({ findings }) => findings.map((one) => one.rule));
}

describe('a suppressed finding', () => {
  const others = found.map(({ rule }) => rule).filter((rule) => rule !== 'skipped-flush');
  it('is gone, and no other', () => expect(check('skipped-flush')).toEqual(others));
  it('stays gone when its line has other blanks', () =>
    expect(check('skipped-flush', (text) => text.replace('\treturn;', '    return ;'))).toEqual(others));
  it('counts', () => {
    const rule = found[0]?.rule ?? 'missing-sync';
    const { report: left, count } = withoutSuppressed(report, [{ rule }], lines);
    expect(count).toBeGreaterThan(0);
    const { errors, warnings, notes } = left.summary;
    expect(errors + warnings + notes).toBe(found.length - count);
  });
  it.each([[{ path: 'arch/x86/mm/init.c' }], [{ function: 'other' }], [{ line: 'return 0;' }]])(
    'needs all of its parts: %j',
    (part) => {
      expect(withoutSuppressed(report, [{ rule: 'skipped-flush', ...part }], lines).count).toBe(0);
    },
  );
});

it.each([
  [null, /not an object/],
  [{ rule: 'nonsense' }, /there is no rule/],
  [{ rule: 'skipped-flush', line: 3 }, /line is not a text/],
])('%j is no suppression', (entry, problem) => expect(readSuppression(entry)).toMatch(problem));

it('comes from a code action, and the settings take it', async () => {
  let suppressed: unknown[] = [];
  const session = await startSession({ settings: () => ({ suppressed }) });
  await session.open(URI, MAIL);
  const ask = <R>(method: string, params: object = {}): Promise<R> =>
    session.client.sendRequest(method, { textDocument: { uri: URI }, ...params });
  interface Items {
    readonly items: readonly { readonly code: string; readonly range: unknown }[];
  }
  const before = await ask<Items>('textDocument/diagnostic');
  const flush = before.items.find(({ code }) => code === 'skipped-flush');
  const actions = await ask<{ command?: { command: string; arguments: unknown[] } }[]>('textDocument/codeAction', {
    range: flush?.range,
    context: { diagnostics: [flush] },
  });
  suppressed = actions
    .filter(({ command }) => command?.command === 'mktme.suppress')
    .flatMap((a) => a.command?.arguments ?? []);
  expect(suppressed).toHaveLength(1);
  await session.client.sendNotification('workspace/didChangeConfiguration', { settings: null });
  await until(() => session.refreshed.includes('diagnostic'));
  const after = await ask<Items>('textDocument/diagnostic');
  expect(after.items.map(({ code }) => code)).toEqual(
    before.items.map(({ code }) => code).filter((code) => code !== 'skipped-flush'),
  );
  expect(session.told.at(-1)).toMatchObject({ method: 'mktme/reviewed', params: { suppressed: 1 } });
});
