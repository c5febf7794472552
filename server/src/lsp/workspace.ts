/** Diagnostics for the patches of a folder that are not open. Files are looked at again only when their time stamp changes. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Diagnostic } from 'vscode-languageserver-protocol';

const PATCHES = /\.(patch|diff|eml|mbox|mbx)$/i;
export const isPatchName = (name: string): boolean => PATCHES.test(name);

const SKIPPED = new Set(['node_modules', '.git', '.hg', 'dist', 'out', 'build']);
/** A kernel tree opened as a folder is not searched to its end. */
const MOST_FOLDERS = 400;
const MOST_FILES = 200;
const DEEPEST = 4;

export interface WorkspaceFile {
  readonly uri: string;
  readonly resultId: string;
  /** null: as it was when the client was last told. */
  readonly items: readonly Diagnostic[] | null;
}

/** The patch files under a folder, breadth first, sorted within each folder. Folders that cannot be read are passed over. */
export async function patchFilesUnder(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  let level = [folder];
  let visited = 0;
  for (let depth = 0; depth <= DEEPEST && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const dir of level) {
      visited += 1;
      if (visited > MOST_FOLDERS || found.length >= MOST_FILES) return found.slice(0, MOST_FILES);
      const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      for (const entry of entries) {
        if (entry.isDirectory() && !SKIPPED.has(entry.name) && !entry.name.startsWith('.'))
          next.push(join(dir, entry.name));
        else if (entry.isFile() && isPatchName(entry.name)) found.push(join(dir, entry.name));
      }
    }
    level = next;
  }
  return found.slice(0, MOST_FILES);
}

interface Seen {
  readonly resultId: string;
  readonly items: readonly Diagnostic[];
}

/** Keeps what was found in each file. `generation` changes with the settings. */
export function createWorkspaceDiagnostics(
  /** null: given up. */
  review: (uri: string, content: Uint8Array, isCancelled: () => boolean) => Promise<readonly Diagnostic[] | null>,
  largest: () => number,
) {
  const seen = new Map<string, Seen>();
  async function look(
    path: string,
    generation: number,
    known: string | undefined,
    isCancelled: () => boolean,
  ): Promise<WorkspaceFile | null> {
    const info = await stat(path).catch(() => null);
    if (info === null || info.size > largest()) return null;
    const uri = pathToFileURL(path).href;
    const resultId = `${generation}:${info.mtimeMs}:${info.size}`;
    if (known === resultId) return { uri, resultId, items: null };
    let last = seen.get(uri);
    if (last?.resultId !== resultId) {
      const content = await readFile(path).catch(() => null);
      if (content === null) return null;
      const items = await review(uri, content, isCancelled);
      if (items === null) return null;
      last = { resultId, items };
      seen.set(uri, last);
    }
    return { uri, ...last };
  }
  return {
    /** All patch files of the folders except those that are open. `previous`: result ids by URI, as the client has them. */
    async all(
      folders: readonly string[],
      generation: number,
      previous: ReadonlyMap<string, string>,
      options: { readonly isOpen: (uri: string) => boolean; readonly cancelled: () => boolean },
    ): Promise<readonly WorkspaceFile[]> {
      const results: WorkspaceFile[] = [];
      for (const folder of folders) {
        for (const path of await patchFilesUnder(fileURLToPath(folder))) {
          if (options.cancelled()) return results;
          if (options.isOpen(pathToFileURL(path).href)) continue;
          const result = await look(path, generation, previous.get(pathToFileURL(path).href), options.cancelled);
          if (result !== null) results.push(result);
        }
      }
      return results;
    },
  };
}
