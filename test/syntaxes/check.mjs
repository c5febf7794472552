// Holds the grammars against the token snapshots in cases/*.snap. `--update` writes them anew. The C and diff grammars that VS Code
// brings are stood in for by the small ones in stubs/; the suite in test/vscode looks at the real ones.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const update = process.argv.includes('--update');

const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const stubs = [
  { language: 'c', scopeName: 'source.c', path: 'test/syntaxes/stubs/c.tmLanguage.json' },
  { language: 'diff', scopeName: 'source.diff', path: 'test/syntaxes/stubs/diff.tmLanguage.json' },
];
const config = join(root, 'out', 'syntaxes.json');
mkdirSync(dirname(config), { recursive: true });
const grammars = [...stubs, ...contributes.grammars].map((grammar) => ({ ...grammar, path: join('..', grammar.path) }));
const languages = [...contributes.languages, { id: 'diff', extensions: ['.patch'] }];
writeFileSync(config, JSON.stringify({ contributes: { grammars, languages } }));

const program = join(root, 'node_modules/vscode-tmgrammar-test/dist/snapshot.js');
let passed = 0;
let failed = 0;
for (const name of readdirSync(join(here, 'cases')).sort()) {
  if (name.endsWith('.snap')) continue;
  const file = join('test/syntaxes/cases', name);
  // Without this the program would write what it saw and call it right.
  const known = update || existsSync(join(root, `${file}.snap`));
  const args = [program, '--config', config, ...(update ? ['--updateSnapshot'] : []), file];
  const run = known ? spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' }) : undefined;
  if (run?.status === 0 && !run.stdout.includes('ERROR')) passed += 1;
  else {
    failed += 1;
    console.log(run ? `${run.stdout}${run.stderr}` : `${file}.snap is missing; --update writes it`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
