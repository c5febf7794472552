// Packs the extension and holds what is in it against what it needs: nothing but the whitelisted, and enough to run by itself.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const platforms = ['darwin', 'linux', 'win32'].flatMap((os) => [`${os}-arm64`, `${os}-x64`]);

let passed = 0;
let failed = 0;
function check(what, holds, detail = '') {
  if (holds) passed += 1;
  else {
    failed += 1;
    console.log(`${what}${detail && `: ${detail}`}`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'mktme-package-'));
try {
  const file = join(folder, 'extension.vsix');
  const packing = spawnSync(process.execPath, ['scripts/package.mjs', file], { cwd: root, encoding: 'utf8' });
  check('packs', packing.status === 0, packing.stdout + packing.stderr);
  const files = packing.status === 0 ? unzipSync(readFileSync(file)) : {};
  const names = Object.keys(files).filter((name) => name.startsWith('extension/') && !name.endsWith('/'));

  const manifest = JSON.parse(Buffer.from(files['extension/package.json'] ?? '{}').toString() || '{}');
  // Every path of the package that the manifest names, wherever it stands in it.
  const named = [...JSON.stringify(manifest).matchAll(/"((?:\.\/)?(?:dist|images|syntaxes)\/[^"]+)"/g)].map(
    (match) => match[1],
  );
  for (const path of named) check(`has ${path}`, names.includes(join('extension', path ?? '?').replaceAll('\\', '/')));
  for (const platform of platforms)
    for (const name of ['tree-sitter', 'tree-sitter-c'])
      check(
        `has ${name} for ${platform}`,
        names.includes(`extension/node_modules/${name}/prebuilds/${platform}/${name}.node`),
      );

  const known =
    /^extension\/(package\.json|readme\.md|changelog\.md|architecture\.md|LICENSE\.txt|language-configuration\.json|(dist|docs|examples|images|node_modules|syntaxes)\/.*)$/i;
  const strangers = names.filter((name) => !known.test(name) || /\.(ts|map|c|h|gyp|tsbuildinfo)$/.test(name));
  check('has nothing else', strangers.length === 0, strangers.join(', '));

  // Away from the project and its node_modules, the command in the package reviews the example in the package.
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), files[name]);
  }
  const example = join(folder, 'extension/examples/hook-cpa-flush.patch');
  const args = [join(folder, 'extension/dist/mktme-review.js'), '--format', 'json', example];
  const review = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  check('reviews its example', review.status === 1, `ended with ${review.status}: ${review.stderr}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
