import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

/** A temporary folder with these files, removed after the test file. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>) {
  const root = mkdtempSync(join(tmpdir(), 'mktme-cli-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return {
    root,
    path: (name: string) => (name === '.' ? root : join(root, name)),
    /** The text without this folder's path. */
    strip: (text: string) => text.replaceAll(`${root}/`, '').replaceAll(root, '.'),
  };
}
