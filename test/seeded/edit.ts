/** Edits of the fixture kernels: each replaces a text that stands exactly once in one function of one file. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Version = 'v4.18' | 'v5.1' | 'v6.1';

/** File contents by path in the kernel tree. */
export type Tree = ReadonlyMap<string, string>;

export interface Edit {
  readonly path: string;
  /** Null: anywhere in the file. */
  readonly fn: string | null;
  readonly find: string;
  readonly put: string;
}

// Tests and benchmarks run in the repository's root; a bundle has no other way to find it.
const FIXTURES = 'test/seeded/kernel';
const trees = new Map<Version, Tree>();

/** The fixture kernel of a version. */
export function baseTree(version: Version): Tree {
  const known = trees.get(version);
  if (known) return known;
  const root = join(FIXTURES, version);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const tree = new Map(
    files.map((file): [string, string] => {
      const path = join(file.parentPath, file.name);
      return [path.slice(root.length + 1), readFileSync(path, 'utf8')];
    }),
  );
  trees.set(version, tree);
  return tree;
}

/** The lines of a function, from its head to the brace that closes it. A definition begins in column 0 and ends with `}` there. */
export function functionSpan(text: string, name: string): { readonly start: number; readonly end: number } {
  const heads = text.matchAll(new RegExp(`^(?![\\t #}*])[^;\\n]*\\b${name}\\([^;{]*\\)\\n\\{`, 'gm'));
  const [head, ...more] = [...heads];
  if (!head || more.length > 0) throw new Error(`${more.length > 0 ? 'several' : 'no'} definitions of ${name}()`);
  const close = text.indexOf('\n}', head.index);
  return { start: head.index, end: text.indexOf('\n', close + 1) + 1 };
}

export function applyEdits(tree: Tree, edits: readonly Edit[]): Tree {
  const result = new Map(tree);
  for (const { path, fn, find, put } of edits) {
    const text = result.get(path) ?? '';
    const { start, end } = fn === null ? { start: 0, end: text.length } : functionSpan(text, fn);
    const part = text.slice(start, end);
    const at = find === '' ? 0 : part.indexOf(find);
    if (at < 0) throw new Error(`${path}: ${fn ?? 'the file'} has no ${JSON.stringify(find)}`);
    if (find !== '' && part.indexOf(find, at + 1) >= 0)
      throw new Error(`${path}: ${fn ?? 'the file'} has ${JSON.stringify(find)} more than once`);
    result.set(path, text.slice(0, start + at) + put + text.slice(start + at + find.length));
  }
  return result;
}

/** Writers of edits for one file. */
export const editsOf = (path: string) => ({
  /** `text` behind `anchor` in the function. */
  after: (fn: string | null, anchor: string, text: string): Edit => ({ path, fn, find: anchor, put: anchor + text }),
  before: (fn: string | null, anchor: string, text: string): Edit => ({ path, fn, find: anchor, put: text + anchor }),
  instead: (fn: string | null, find: string, put: string): Edit => ({ path, fn, find, put }),
  /** A new function, or a macro, in front of a function. */
  above: (fn: string, text: string): Edit[] => [{ path, fn, find: '', put: `${text}\n` }],
});
