/** The documents tell of things that exist: files, options, rules, settings, scripts. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { FORMATS, parseCommand } from '../../server/src/cli/args.ts';
import { HELP } from '../../server/src/cli/help.ts';
import { RULE_SLUGS, ruleSeverity, ruleSummary } from '../../server/src/show/rules.ts';

const documents = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const read = (file: string): string => readFileSync(file, 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  contributes: { configuration: { properties: Record<string, unknown> } };
};

const RULES_NOTE = `error: a KeyID's mapping is or can become wrong. warning: cost or fragility. note, which some of the warnings become: worth a look.

The slugs are the diagnostic codes, and stay. \`--rule\` and \`--no-rule\` choose among the rules, the setting \`mktme.rules\` switches them off or
gives them another severity. This table and the pages are written by tests.`;

/** Targets of links and pictures outside of code, without anchors. */
const linksOf = (text: string): readonly string[] =>
  [...text.replace(/```[\s\S]*?```|`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));

describe('links', () => {
  it('are looked for in every document', () => {
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'ARCHITECTURE.md', join('docs', 'cli.md')]));
    expect(linksOf('[a](b.md#c) `[no](x.md)` ![p](d.png) [w](https://example.org)')).toEqual(['b.md', 'd.png']);
  });

  it.each(documents)('%s: every relative one leads to a file', (file) => {
    const broken = linksOf(read(file)).filter((target) => !existsSync(join(dirname(file), target)));
    expect(broken).toEqual([]);
  });
});

/** Long and short options as a text writes them, `--help` and `-h`, each once. */
const optionsIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/(?<![\w-])(--[a-z][a-z-]*|-[a-zA-Z])(?![\w-])/g)].map(([, name = '']) => name)),
];

/** What the parser says of an option with one of the values that options take; an unknown option is refused whatever it is given. */
function isKnown(option: string): boolean {
  const complaints = [[option], [option, 'x']].map((argv) => {
    try {
      parseCommand(argv);
      return '';
    } catch (error) {
      return String(error);
    }
  });
  return !complaints.every((complaint) => complaint.includes('Unknown option'));
}

describe('docs/cli.md', () => {
  const options = read('docs/cli.md').split('## Options')[1]?.split('\n## ')[0] ?? '';

  it('tells of every option that the help tells of, and of no other', () => {
    const ofHelp = [...optionsIn(HELP.split('Exit status')[0] ?? '')].sort();
    expect(ofHelp.length).toBeGreaterThan(12);
    expect([...optionsIn(options)].sort()).toEqual(ofHelp);
  });

  it('names only options that the parser knows, as all documents about the command do', () => {
    expect(isKnown('--no-such-option')).toBe(false);
    expect(optionsIn(options).filter((option) => !isKnown(option))).toEqual([]);
    const used = ['README.md', join('docs', 'cli.md'), join('docs', 'replay.md')].flatMap((file) =>
      [...read(file).matchAll(/mktme-review [^`\n#|]*/g)].flatMap(([command]) => optionsIn(command)),
    );
    expect(used.filter((option) => !isKnown(option))).toEqual([]);
  });

  it.each(FORMATS)('tells of the format %s', (format) => {
    expect(read('docs/cli.md')).toMatch(new RegExp(`^\\| \`${format}\` \\|`, 'm'));
  });
});

test('docs/rules/README.md is made from the rules', async () => {
  const rows = RULE_SLUGS.map((slug) => `| [${slug}](${slug}.md) | ${ruleSeverity(slug)} | ${ruleSummary(slug)} |`);
  const page = [
    '# Rules',
    '',
    '| Rule | Severity | It holds when |',
    '|---|---|---|',
    ...rows,
    '',
    RULES_NOTE,
    '',
  ].join('\n');
  await expect(page).toMatchFileSnapshot('../../docs/rules/README.md');
});

describe('README.md', () => {
  const readme = read('README.md');

  test('lists every rule, errors first', () => {
    const listed = [...readme.matchAll(/^\| \[([a-z-]+)\]\(docs\/rules\/\1\.md\)/gm)].map(([, slug]) => slug);
    expect(listed).toEqual(RULE_SLUGS);
    expect(RULE_SLUGS.filter((slug) => ruleSeverity(slug) === 'error')).toHaveLength(10);
    expect(RULE_SLUGS.slice(0, 10).every((slug) => ruleSeverity(slug) === 'error')).toBe(true);
  });

  test('lists every setting', () => {
    const listed = [...readme.matchAll(/^\| `(mktme\.[\w.]+)` \|/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual(Object.keys(manifest.contributes.configuration.properties).sort());
  });

  test('names only scripts that exist', () => {
    const named = [...readme.matchAll(/`?npm run ([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
    expect(named.length).toBeGreaterThan(5);
  });
});

describe('ARCHITECTURE.md', () => {
  const named = [...read('ARCHITECTURE.md').matchAll(/`([\w./-]+(?:\.(?:tsx?|mjs)|\/))`/g)].map(
    ([, name = '']) => name,
  );
  const files = ['engine', 'server', 'client', 'test'].flatMap((part) =>
    readdirSync(part, { recursive: true, encoding: 'utf8' }).map((name) => `/${part}/${name.split(sep).join('/')}`),
  );

  test('names only files and folders that exist', () => {
    expect(named.length).toBeGreaterThan(50);
    const missing = named.filter((name) => !files.some((file) => `${file}/`.includes(`/${name.replace(/\/$/, '')}/`)));
    expect(missing).toEqual([]);
  });
});
