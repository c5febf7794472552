import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Command, FORMATS, parseCommand } from '../../server/src/cli/args.ts';
import { runReview } from '../../server/src/cli/run.ts';
import { fakeRead } from '../fixtures/patch-files.ts';
import { fakeReview, MAIL, placeOf, RUN } from '../fixtures/reports.ts';
import { folderWith } from './folder.ts';

const reviewer = { review: fakeReview, read: fakeRead };

/** Runs the command on a folder of files and gives what it printed, the folder's path taken out. */
function check(argv: string[], files: Record<string, string> = { 'example.eml': MAIL }) {
  const folder = folderWith(files);
  const command: Command = parseCommand(argv.map((arg) => (arg in files || arg === '.' ? folder.path(arg) : arg)));
  if (command.command !== 'review') throw new Error('not a review');
  let out = '';
  const complaints: string[] = [];
  const status = runReview(command, reviewer, {
    env: {},
    isTerminal: false,
    columns: 100,
    replayPage: () => ({ script: 'const end = "</script>";', style: null }),
    out: (text) => {
      out += text;
    },
    complain: (line) => complaints.push(folder.strip(line)),
  });
  return { status, out: folder.strip(out), complaints };
}

describe('text', () => {
  const { out, status } = check(['example.eml']);
  it('puts the caret under the culprit, tabs and marker counted as a terminal shows them', () => {
    const lines = out.split('\n');
    const caret = lines.findIndex((line) => /\^{5,}/.test(line));
    const above = lines[caret - 1] ?? '';
    expect(above.indexOf('sync_direct_mapping')).toBe((lines[caret] ?? '').indexOf('^'));
    expect((lines[caret] ?? '').match(/\^+/)?.[0]).toHaveLength('sync_direct_mapping(first, last)'.length);
  });
  it('draws the run and sums up', () => {
    expect(out).toContain('run: set_memory_ro(0xffff888000200000, 1), and 1 more scenario');
    expect(out).toMatch(/KeyID 1 .*\|.*hole.*\|/);
    expect(out).toContain('assumed: mktme_enabled() is true');
    expect(out).toMatch(/2 errors, 1 warning, 1 note in 1 patch\n$/);
    expect(status).toBe(1);
  });
  it('is quiet when asked, and in colour only when asked', () => {
    expect(out).not.toContain('\u001b[');
    expect(check(['--color', 'always', 'example.eml']).out).toContain('\u001b[31m');
    const quiet = check(['-q', 'example.eml']).out;
    expect(quiet).not.toMatch(/KeyID 1 .*\||in 1 patch/);
    expect(quiet).toContain('error[partial-sync]');
  });
  it('never lets a patch drive the terminal', () => {
    const hostile = MAIL.replace('BUG_ON', '\u001b[2J\u202eBUG_ON').replace(
      '\t\treturn;',
      '\u001b]0;x\u0007\t\treturn;',
    );
    expect(check(['example.eml'], { 'example.eml': hostile }).out).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
  });
});

describe('exit status', () => {
  const quiet = { 'good.patch': MAIL.replaceAll('sync_direct_mapping(first, last)', 'wbinvd()') };
  it.each([
    ['findings', ['example.eml'], 1],
    ['--fail-on never', ['--fail-on', 'never', 'example.eml'], 0],
    ['warnings only, default', ['--rule', 'unchecked-result', 'example.eml'], 0],
    ['warnings only, --fail-on warning', ['--fail-on', 'warning', '--rule', 'unchecked-result', 'example.eml'], 1],
    ['rules off', ['--no-rule', 'partial-sync,skipped-flush', 'example.eml'], 0],
  ])('%s', (_, argv, status) => {
    expect(check(argv).status).toBe(status);
  });
  it('is 0 with nothing found, and says so', () => {
    const run = check(['.'], quiet);
    expect([run.status, run.out]).toEqual([
      0,
      'not read: good.patch:36: text behind the signature is not read\n\nnothing found in 1 patch: no sync is named in it, so nothing was run (--sync tells of another name)\n',
    ]);
  });
  it('says nothing of an absent sync where something was run', () => {
    const run = check(['.'], { 'good.patch': quiet['good.patch'].replaceAll('wbinvd()', RUN) });
    expect(run.out).toMatch(/\nnothing found in 1 patch\n$/);
  });
  it('is 2 only when nothing could be read', () => {
    const files = { ...quiet, 'junk.patch': 'junk' };
    expect(check(['junk.patch'], files)).toEqual({ status: 2, out: '', complaints: ['junk.patch:1: no patch found'] });
    expect(check(['.'], files)).toMatchObject({ status: 0, complaints: ['junk.patch:1: no patch found'] });
  });
  it('is 2 when an input is not there, and the others are still reviewed', () => {
    const run = check(['missing.eml', 'example.eml']);
    expect(run.status).toBe(2);
    expect(run.complaints).toEqual([
      'missing.eml: no such file or directory; name a patch, a mail, an mbox, a directory or - for standard input',
    ]);
    expect(run.out).toContain('partial-sync');
  });
});

describe('terse and check', () => {
  it('prints one line a finding', () => {
    const { out } = check(['--format', 'terse', 'example.eml']);
    expect(out.split('\n')[0]).toBe(
      'example.eml:28: ERROR:partial-sync: KeyIDs 1-3 lose 2044 KiB: the sync covers 4 KiB of a 2 MiB page that the change has split',
    );
    expect(out.trimEnd().split('\n')).toHaveLength(4);
  });
  it('answers b4', () => {
    const [result] = JSON.parse(check(['-f', 'check', 'example.eml']).out);
    expect(Object.keys(result)).toEqual(['tool', 'status', 'summary', 'details']);
    expect(result).toMatchObject({ tool: 'mktme-review', status: 'fail' });
    expect(result.summary).toMatch(/^2 errors, 1 warning, 1 note: \[PATCH v2 3\/7\]/);
  });
});

describe('reply', () => {
  const { out } = check(['--format', 'reply', 'example.eml']);
  const [header = '', ...body] = out.split('\n\n');
  it('threads itself under the mail and answers everybody', () => {
    expect(header.split('\n')).toEqual([
      'To: =?UTF-8?B?SsO2cmcgRXhhbXBsZQ==?= <joerg@example.org>',
      'Cc: linux-mm@example.org, "Doe, Jane" <jane@example.org>, x86@example.org',
      'Subject: Re: [PATCH v2 3/7] x86/mm: carry attribute changes to the KeyIDs',
      'In-Reply-To: <20190604100000.1234-4-joerg@example.org>',
      'References: <20190604100000.1234-1-joerg@example.org>',
      ' <20190604100000.1234-4-joerg@example.org>',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
    ]);
  });
  it('quotes the hunk once, in order, each comment beneath its line', () => {
    const text = body.join('\n\n');
    const quoted = text.split('\n').filter((line) => line.startsWith('>'));
    const lines = MAIL.split('\n');
    const hunk = lines.slice(placeOf('@@ -347').line - 1, placeOf('return;').line);
    expect(quoted).toEqual(['> +++ b/arch/x86/mm/pageattr.c', ...hunk.map((line) => `> ${line}`.trimEnd())]);
    expect(text.indexOf('+\t\tsync_direct_mapping')).toBeLessThan(text.indexOf('KeyIDs 1-3 lose'));
    expect(text.indexOf('KeyIDs 1-3 lose')).toBeLessThan(text.indexOf('> +\t\treturn;'));
  });
  it('names the call that shows a finding, once', () => {
    const CALL_SHOWN = 'set_memory_ro(0xffff888000200000, 1)';
    const unwrapped = out.replace(/\n(?!\n)/g, ' ');
    expect(unwrapped).toContain(`Seen with ${CALL_SHOWN}, and with 1 other call.`);
    expect(unwrapped).toContain(`no longer happens.\n Seen with ${CALL_SHOWN}.`);
  });
  it('keeps to 72 columns where it speaks, and gives no review tag', () => {
    const own = body
      .join('\n\n')
      .split('\n')
      .filter((line) => !line.startsWith('>'));
    expect(Math.max(...own.map((line) => line.length))).toBeLessThanOrEqual(72);
    expect(out).not.toMatch(/^[A-Z][\w-]+-by:/m);
  });
  it('says nothing where nothing was found, and makes an mbox of several', () => {
    expect(
      check(['--format', 'reply', 'a'], { a: MAIL.replaceAll('sync_direct_mapping(first, last)', 'f()') }).out,
    ).toBe('');
    const several = check(['--format', 'reply', 'a', 'b'], { a: MAIL, b: MAIL }).out;
    expect(several.match(/^From mktme-review /gm)).toHaveLength(2);
  });
});

describe('json', () => {
  const schema = JSON.parse(readFileSync(new URL('../../server/src/cli/report.schema.json', import.meta.url), 'utf8'));
  const report = JSON.parse(check(['--format', 'json', 'example.eml']).out);
  it('keeps to the schema that is shipped', () => {
    expect(violations(report, schema, schema, '$')).toEqual([]);
  });
  it('has a schema that notices', () => {
    const { patches: _, ...without } = report;
    expect(violations(without, schema, schema, '$')).toEqual(['$: patches is missing']);
    const wrong = structuredClone(report);
    wrong.patches[0].findings[0].severity = 'fatal';
    wrong.patches[0].findings[0].evidence.entriesVisited = '3';
    expect(violations(wrong, schema, schema, '$')).toEqual([
      '$.patches[0].findings[0].severity: not one of error,warning,note',
      '$.patches[0].findings[0].evidence.entriesVisited: not integer',
    ]);
  });
  it('is a document even when nothing could be read', () => {
    const run = check(['--format', 'json', 'junk'], { junk: 'junk' });
    expect(run.status).toBe(2);
    expect(JSON.parse(run.out)).toMatchObject({ patches: [], summary: { patches: 0, errors: 0 } });
  });
});

describe('sarif', () => {
  const { runs, version } = JSON.parse(check(['--format', 'sarif', 'example.eml']).out);
  it('names rule, level and region', () => {
    expect(version).toBe('2.1.0');
    expect(runs[0].results).toHaveLength(4);
    expect(runs[0].results[0]).toMatchObject({
      ruleId: 'partial-sync',
      level: 'error',
      locations: [{ physicalLocation: { region: { startLine: 28, startColumn: 4, endLine: 28, endColumn: 36 } } }],
    });
    for (const { ruleId, ruleIndex } of runs[0].results) expect(runs[0].tool.driver.rules[ruleIndex].id).toBe(ruleId);
  });
});

describe('html', () => {
  const hostile = MAIL.replace('BUG_ON(irqs_disabled()', '</script><script>alert(1)</script>');
  const { out } = check(['--format', 'html', 'example.eml'], { 'example.eml': hostile });
  it('lets nothing of the patch become markup', () => {
    expect(out).not.toContain('alert(1)</script>');
    expect(out.match(/<script/g)).toHaveLength(3);
  });
  it('carries the replays as data', () => {
    const data = /<script type="application\/json" id="mktme-replay">(.*?)<\/script>/s.exec(out)?.[1] ?? '';
    const { schema, shows } = JSON.parse(data);
    expect(schema).toBe(1);
    expect(shows.map(({ variant }: { variant: string }) => variant)).toEqual(['patched', 'unpatched']);
    expect(shows[0]).toMatchObject({ type: 'show', selected: 'set-memory-ro/4k-in-2m' });
  });
  it('allows its own scripts and nothing else', () => {
    expect(out).toMatch(/default-src 'none'; .*script-src 'sha256-[^']+' 'sha256-[^']+'/);
    expect(out).not.toMatch(/<(script|link|img)[^>]* (src|href)=/);
  });
});

it('lists every format in --help', () => {
  for (const format of FORMATS) expect(() => parseCommand(['--format', format])).not.toThrow();
});

/** Where `value` does not fit a JSON schema; the keywords that the report's schema uses. */
function violations(value: unknown, schema: Schema, root: Schema, at: string): string[] {
  if (schema.$ref !== undefined)
    return violations(value, root.$defs?.[schema.$ref.slice('#/$defs/'.length)] ?? {}, root, at);
  if (schema.anyOf !== undefined) {
    const tries = schema.anyOf.map((one) => violations(value, one, root, at));
    return tries.some((found) => found.length === 0) ? [] : (tries[0] ?? []);
  }
  const found: string[] = [];
  if (schema.const !== undefined && value !== schema.const) found.push(`${at}: not ${schema.const}`);
  if (schema.enum !== undefined && !schema.enum.includes(value)) found.push(`${at}: not one of ${schema.enum.join()}`);
  if (schema.type !== undefined && ![schema.type].flat().some((type) => isA(value, type)))
    return [...found, `${at}: not ${[schema.type].flat().join(' or ')}`];
  if (typeof value === 'string' && schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
    found.push(`${at}: not like ${schema.pattern}`);
  if (typeof value === 'number' && schema.minimum !== undefined && value < schema.minimum)
    found.push(`${at}: too small`);
  if (Array.isArray(value)) {
    const { items, prefixItems } = schema;
    value.forEach((item, index) => {
      const part = prefixItems?.[index] ?? items;
      if (part) found.push(...violations(item, part, root, `${at}[${index}]`));
    });
  } else if (typeof value === 'object' && value !== null) {
    for (const name of schema.required ?? []) if (!(name in value)) found.push(`${at}: ${name} is missing`);
    for (const [name, part] of Object.entries(value)) {
      const property = schema.properties?.[name];
      if (property) found.push(...violations(part, property, root, `${at}.${name}`));
      else if (schema.properties !== undefined) found.push(`${at}: ${name} is not in the schema`);
    }
  }
  return found;
}

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Record<string, Schema>;
  readonly type?: string | string[];
  readonly const?: unknown;
  readonly enum?: unknown[];
  readonly anyOf?: Schema[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly items?: Schema;
  readonly prefixItems?: Schema[];
  readonly properties?: Record<string, Schema>;
  readonly required?: string[];
}

function isA(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
