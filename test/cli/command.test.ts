import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRevision } from '../../server/src/host/git.ts';
import { kernelAt } from '../../server/src/host/kernel.ts';
import { bundledCommand } from './bundle.ts';
import { folderWith } from './folder.ts';

const { run, start } = await bundledCommand();
const example = 'examples/hook-cpa-flush.patch';
const patch = readFileSync(example);

describe('the command as a process', () => {
  it('reviews files and standard input alike', () => {
    const [file, stdin] = [run(['-f', 'json', example]), run(['-f', 'json', '-'], patch)];
    expect([file.status, stdin.status]).toEqual([1, 1]);
    const rules = (out: string) => JSON.parse(out).patches[0].findings.map(({ rule }: { rule: string }) => rule);
    expect(rules(file.stdout)).toContain('partial-sync');
    expect(rules(stdin.stdout)).toEqual(rules(file.stdout));
  });

  it.each([
    ['nothing in it', '', /^mktme-review: <stdin>:1: The input is empty\./],
    ['binary', new Uint8Array([0, 1, 2, 3, 0, 255]), /^mktme-review: <stdin>:1: The input is binary/],
    ['prose', 'Dear all,\nno patch today.\n', /^mktme-review: <stdin>:1: No diff and no mail/],
  ])('says in one line why it cannot read input with %s', (_, input, line) => {
    const { status, stdout, stderr } = run(['-'], input);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it.each([
    [['--format', 'xml'], '--format xml: not known; use one of text, terse, json, sarif, reply, html, check'],
    [['--sync', '1x'], '--sync 1x: not the name of a C function; use name[:start-end[:inclusive]]'],
    [
      ['--sync', 'f:start-stop'],
      '--sync f:start-stop: start-stop is no range convention; use start-end, start-size, start-pages, pfn-pages, none',
    ],
    [['--keyids', '64'], '--keyids 64: use a number from 1 to 63'],
    [['--what'], "Unknown option '--what'; see mktme-review --help"],
    [
      ['--kernel', 'no-such-dir', example],
      '--kernel no-such-dir: no such file or directory; name the top folder of a kernel tree',
    ],
    [['A..B'], 'A..B: no such file or directory; a git range needs --kernel DIR'],
    [
      ['simulate', 'no-such.json'],
      'no-such.json: no such file or directory; name a patch, a mail, an mbox, a directory or - for standard input',
    ],
  ])('answers %j with one line and 2', (args, line) => {
    expect(run(args)).toEqual({ status: 2, stdout: '', stderr: `mktme-review: ${line}\n` });
  });

  it('has a help that fits the screen, and the version of the package', () => {
    const { stdout, status } = run(['--help']);
    expect(status).toBe(0);
    expect(stdout.split('\n').length).toBeLessThan(45);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(run(['--version']).stdout).toBe(`mktme-review ${version}\n`);
  });

  it('writes large output whole', () => {
    const { stdout } = run(['-f', 'sarif', ...Array.from({ length: 12 }, () => example)]);
    expect(stdout.length).toBeGreaterThan(100_000);
    expect(() => JSON.parse(stdout)).not.toThrow();
  });

  it('stops quietly when its reader goes away', async () => {
    const child = start(['-f', 'json', ...Array.from({ length: 12 }, () => example)]);
    let stderr = '';
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect([status, stderr]).toEqual([1, '']);
  });

  it('simulates as fast as its reader reads, and stops quietly when the reader goes away', async () => {
    const page = (at: number) => `0x${(0xffff888000000000n + BigInt(at) * 4096n).toString(16)}`;
    const machine = {
      pagingLevels: 4,
      ramBytes: '0x40000000',
      keyIds: 63,
      keyIdShift: 46,
      directMappingSize: '0x10000000000',
    };
    const pages = Array.from({ length: 400 }, (_, i) => 2 * i);
    const maps = pages.map((at) => ({ op: 'map', start: page(at), end: page(at + 1), page: '4K', flags: ['rw'] }));
    const scenario = { machine, steps: [...maps, { op: 'enable' }] };
    const folder = folderWith({ 'many.json': JSON.stringify([scenario, scenario]) });
    const { status, stdout } = run(['simulate', folder.path('many.json')]);
    expect(status).toBe(0);
    const runs = JSON.parse(stdout).map(({ keyIds }: { keyIds: { runs: unknown[] }[] }) =>
      keyIds.map((k) => k.runs.length),
    );
    expect(runs).toEqual([Array(64).fill(400), Array(64).fill(400)]);
    const child = start(['simulate', folder.path('many.json')]);
    let stderr = '';
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    expect([await new Promise((resolve) => child.once('close', resolve)), stderr]).toEqual([0, '']);
  });

  it('honours NO_COLOR and --color', () => {
    expect(run(['--color', 'always', example]).stdout).toContain('\u001b[');
    expect(run([example], '', { FORCE_COLOR: '1' }).stdout).not.toContain('\u001b[');
  });
});

describe('a kernel tree', () => {
  it('is never left, whatever a patch names', () => {
    const outside = folderWith({ secret: 'secret' });
    const tree = folderWith({ 'mm/a.c': 'int a;\n' });
    symlinkSync(outside.path('secret'), tree.path('link.c'));
    symlinkSync(outside.root, tree.path('dir'));
    const { readKernelFile, readBlob } = kernelAt(tree.root);
    expect(readKernelFile('mm/a.c')).toBe('int a;\n');
    for (const path of ['link.c', 'dir/secret', '../secret', outside.path('secret'), 'mm/../../secret', 'mm', 'no.c'])
      expect(readKernelFile(path), path).toBeNull();
    for (const name of ['--help', 'HEAD', '0000000', 'deadbeef0']) expect(readBlob(name), name).toBeNull();
  });

  it('reviews a range and a commit of a clone, and runs nothing that the clone configures', () => {
    const tree = folderWith({ 'arch/x86/mm/pageattr.c': 'int a;\n', '.gitattributes': '*.c diff=evil filter=evil\n' });
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', tree.root, '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], {
        encoding: 'utf8',
      });
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'first');
    const commit = (message: string) => git('commit', '-q', '-a', '--allow-empty', '-m', message);
    execFileSync('cp', [tree.path('arch/x86/mm/pageattr.c'), tree.path('arch/x86/mm/b.c')]);
    git('add', '.');
    commit('x86/mm: second');
    const evil = `touch ${join(tree.root, 'evil')}; cat`;
    for (const key of [
      'diff.evil.command',
      'diff.evil.textconv',
      'diff.external',
      'core.fsmonitor',
      'core.pager',
      'gpg.program',
    ])
      git('config', key, evil);
    git('config', 'diff.noprefix', 'true');
    git('config', 'log.showSignature', 'true');
    for (const revision of ['HEAD~1..HEAD', 'HEAD']) {
      const { status, stdout, stderr } = run(['-f', 'json', '--kernel', tree.root, revision]);
      expect([status, stderr], revision).toEqual([0, '']);
      const [only, ...more] = JSON.parse(stdout).patches;
      expect([more.length, only.subject.replace('[PATCH] ', '')]).toEqual([0, 'x86/mm: second']);
    }
    expect(existsSync(tree.path('evil'))).toBe(false);
    const { readBlob } = kernelAt(tree.root);
    expect(readBlob(git('rev-parse', 'HEAD:arch/x86/mm/b.c').slice(0, 12))).toBe('int a;\n');
    expect(run(['--kernel', tree.root, 'no-such-branch']).stderr).toMatch(
      /^mktme-review: no-such-branch: .*no-such-branch.*; see that/,
    );
  });

  it('takes no option for a revision', () => {
    for (const text of ['--output=x', '-p', 'a b', 'a;b', '', '$(x)']) expect(isRevision(text), text).toBe(false);
    for (const text of ['v5.1..HEAD', 'HEAD~3', 'deadbeef', 'a/b^', '@{u}..'])
      expect(isRevision(text), text).toBe(true);
  });
});
