/** The patch files beside a document: a series as git format-patch writes it is one file a patch. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { PatchFile } from '../patch/model.ts';
import { isPatchName } from './workspace.ts';

/** A series longer than this is seldom, and a folder with more is an archive. */
const MOST = 100;
const LARGEST = 4 << 20;

interface Known {
  readonly stamp: string;
  readonly text: string;
  file: PatchFile | null;
}

/** Reads the neighbours of documents; a file is read again only when its time stamp changes, and taken apart when it matters. */
export function createSiblings(read: (text: string) => PatchFile) {
  const seen = new Map<string, Known>();
  async function look(path: string): Promise<Known | null> {
    const info = await stat(path).catch(() => null);
    if (info === null || !info.isFile() || info.size > LARGEST) return null;
    const stamp = `${info.mtimeMs}:${info.size}`;
    const known = seen.get(path);
    if (known?.stamp === stamp) return known;
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) return null;
    const fresh = { stamp, text, file: null };
    seen.set(path, fresh);
    return fresh;
  }
  return {
    /** Those that mention the name, sorted by file name; none for documents that are no files. */
    async mentioning(
      uri: string,
      name: string,
    ): Promise<readonly { readonly uri: string; readonly file: PatchFile }[]> {
      if (!uri.startsWith('file:')) return [];
      const folder = dirname(fileURLToPath(uri));
      const names = (await readdir(folder).catch((): string[] => [])).filter(isPatchName).sort().slice(0, MOST);
      const found: { uri: string; file: PatchFile }[] = [];
      for (const path of names.map((one) => join(folder, one))) {
        const other = pathToFileURL(path).href;
        const known = other === uri ? null : await look(path);
        if (known === null || !known.text.includes(name)) continue;
        known.file ??= read(known.text);
        found.push({ uri: other, file: known.file });
      }
      return found;
    },
  };
}
