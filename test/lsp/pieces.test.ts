// The small pure pieces that front ends share.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { code, plain } from '../../server/src/lsp/markdown.ts';
import { DEFAULTS, readSettings } from '../../server/src/lsp/settings.ts';
import { rules } from '../../server/src/review/rules/index.ts';
import { brief } from '../../server/src/show/brief.ts';
import { expandTabs, printable, wrap } from '../../server/src/show/lines.ts';
import { addressesOf, addressField, bareAddress, textField } from '../../server/src/show/mail-header.ts';
import { keyIds } from '../../server/src/show/quantity.ts';
import { RULE_SLUGS, ruleSeverity } from '../../server/src/show/rules.ts';
import { SCENARIO_KINDS, scenarioFault } from '../../server/src/show/scenario-names.ts';
import { parseSync } from '../../server/src/show/sync-convention.ts';

describe('quantities', () => {
  it('names KeyIDs', () => {
    expect([keyIds([]), keyIds([2]), keyIds([3, 1, 2]), keyIds([1, 3, 4])]).toEqual([
      '',
      'KeyID 2',
      'KeyIDs 1-3',
      'KeyIDs 1, 3-4',
    ]);
  });
});

describe('text', () => {
  it('finds a column again behind tabs and wide code points', () => {
    expect(expandTabs('+\ta\tb', 2)).toEqual({ text: `+${' '.repeat(7)}a${' '.repeat(7)}b`, column: 8 });
    expect(expandTabs('\u{1f600}x', 2).column).toBe(1);
    expect(expandTabs('ab', 99).column).toBe(2);
  });
  it('replaces what drives a terminal, and nothing else', () => {
    expect(printable('a\tb\u001b[2Jc\u202ed\u0085e é 漢')).toBe('a\tb\ufffd[2Jc\ufffdd\ufffde é 漢');
  });
  it('wraps at spaces', () => {
    expect(wrap('aa bb  cc dddddddd e', 5)).toEqual(['aa bb', 'cc', 'dddddddd', 'e']);
  });
  it('keeps a patch from writing Markdown', () => {
    expect(plain('[x](command:y) <b> `c` |')).toBe('\\[x\\]\\(command:y\\) \\<b\\> \\`c\\` \\|');
    expect(code('a `b` c')).toBe('`` a `b` c ``');
  });
});

describe('brief messages', () => {
  it.each([
    [
      'set_memory_array_uc({ 0x1000, 0x2000, 0x3000 }, 3) is 1 GiB',
      'set_memory_array_uc({ 0x1000, ... 2 more }, 3) is 1 GiB',
    ],
    ['f({ page(0x1), page(0x2, 3) }, 2)', 'f({ page(0x1), ... 1 more }, 2)'],
    ['no sync: a(), b(), c(), d(), e_f() (a(1) leaves 4 KiB)', 'no sync: a(), b(), c() and 2 more (a(1) leaves 4 KiB)'],
    ['no sync: a(), b(), c(), d()', 'no sync: a(), b(), c(), d()'],
    ['a range [0x1000, 0x2000)', 'a range [0x1000, 0x2000)'],
  ])('%s', (message, expected) => expect(brief(message)).toBe(expected));
});

describe('mail fields', () => {
  it('splits addresses at the commas that separate them', () => {
    const field = '"Doe, Jane" <jane@example.org>, x86@example.org,\n  Jörg <j@example.org>';
    expect(addressesOf(field)).toEqual(['"Doe, Jane" <jane@example.org>', 'x86@example.org', 'Jörg <j@example.org>']);
    expect(addressesOf(field).map(bareAddress)).toEqual(['jane@example.org', 'x86@example.org', 'j@example.org']);
  });
  it('encodes what is not ASCII and folds', () => {
    expect(addressField('Cc', ['Jörg <j@example.org>'])).toBe('Cc: =?UTF-8?B?SsO2cmc=?= <j@example.org>');
    const many = addressField(
      'Cc',
      Array.from({ length: 9 }, (_, at) => `person${at}@example.org`),
    );
    expect(Math.max(...many.split('\n').map((line) => line.length))).toBeLessThanOrEqual(78);
    expect(
      many
        .split('\n')
        .slice(1)
        .every((line) => line.startsWith(' ')),
    ).toBe(true);
  });
  it('lets no value begin a field of its own', () => {
    expect(textField('Subject', 'a\nBcc: evil@example.org')).toBe('Subject: a Bcc: evil@example.org');
  });
});

describe('settings', () => {
  const schema = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).contributes
    .configuration.properties;
  it('know every rule, and package.json offers the same', () => {
    expect(Object.keys(schema['mktme.rules'].properties)).toEqual([...RULE_SLUGS]);
    for (const slug of RULE_SLUGS)
      expect(schema['mktme.rules'].properties[slug].markdownDescription).toContain(`Default: ${ruleSeverity(slug)}.`);
  });
  it('and front ends agree with the rules on how severe they are', () => {
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.filter(({ slug, severity }) => ruleSeverity(slug) !== severity).map(({ slug }) => slug)).toEqual([]);
  });
  it('have the defaults that package.json shows', () => {
    const shown: Record<string, unknown> = {};
    for (const [name, { default: value }] of Object.entries(schema as Record<string, { default: unknown }>)) {
      const [, section = '', key] = /^mktme\.(\w+)(?:\.(\w+))?$/.exec(name) ?? [];
      if (key === undefined) shown[section] = value;
      else shown[section] = { ...(shown[section] as object), [key]: value };
    }
    expect(readSettings(shown)).toEqual({ settings: DEFAULTS, problems: [] });
  });
  it('offer every kind of scenario', () => {
    expect(SCENARIO_KINDS.length).toBeGreaterThan(5);
    expect(schema['mktme.skipScenarios'].items.anyOf[0].enum).toEqual(SCENARIO_KINDS);
    expect(SCENARIO_KINDS.filter((kind) => scenarioFault(kind) !== null)).toEqual([]);
    expect(schema['mktme.suppressed'].items.properties.rule.enum).toEqual([...RULE_SLUGS]);
  });
  it.each([
    ['boot', []],
    ['set-memory-ro/4k-in-2m', []],
    ['set-memory-ro', []],
    ['set-memory-ro/nowhere', [expect.stringContaining('use set-memory-ro/')]],
    ['coffee', [expect.stringContaining('no scenario and no kind of scenario')]],
    [7, [expect.stringContaining('not a text')]],
  ])('skip scenario %s', (name, problems) => {
    const read = readSettings({ skipScenarios: [name] });
    expect(read.problems).toEqual(problems);
    expect(read.settings.skipScenarios).toEqual(problems.length === 0 ? [name] : []);
  });
  it('keep a default for what makes no sense, and say so', () => {
    const { settings, problems } = readSettings({
      rules: { 'partial-sync': 'loud', nonsense: 'off', 'skipped-flush': 'default' },
      keyIds: 0,
      pagingLevels: [4, 6],
      syncFunctions: ['ok', 'bad:x', 7],
      inlayHints: 'yes',
      limits: { documentMegabytes: 1e9 },
    });
    expect(settings).toEqual({ ...DEFAULTS, syncs: [{ name: 'ok', arguments: 'start-end', end: 'exclusive' }] });
    expect(problems).toHaveLength(8);
  });
  it('read nothing as the defaults', () => {
    for (const section of [undefined, null, 'x', [], {}])
      expect(readSettings(section)).toEqual({ settings: DEFAULTS, problems: [] });
  });
});

it.each([
  ['f', { name: 'f', arguments: 'start-end', end: 'exclusive' }],
  ['f:start-size', { name: 'f', arguments: 'start-size', end: 'exclusive' }],
  ['f:start-end:inclusive', { name: 'f', arguments: 'start-end', end: 'inclusive' }],
])('%s names a sync', (text, sync) => expect(parseSync(text)).toEqual(sync));
it.each(['', '1f', 'f:x', 'f:none:maybe', 'f:none:inclusive:more'])('%j does not', (text) => {
  expect(typeof parseSync(text)).toBe('string');
});
