// What the files of the project import, read from their text.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';

export type Import = {
  /** The importing file, from the project's root, with slashes. */
  readonly file: string;
  /** A file from the root where the import is relative, else the package or `node:` module. */
  readonly target: string;
  /** Nothing of it is left when the file runs. */
  readonly typeOnly: boolean;
};

const statement = /^\s*(?:import|export)\s+(?:(type)\s)?(?:([^'";]*?)\s+from\s+)?['"]([^'"]+)['"]/gm;
const call = /\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g;

/** `{ type A, type B }`: every name is a type, so the statement brings nothing to run. */
const onlyTypes = (names: string | undefined): boolean =>
  names !== undefined &&
  /^\{.*\}$/s.test(names) &&
  names
    .slice(1, -1)
    .split(',')
    .filter((name) => name.trim())
    .every((name) => /^\s*type\s/.test(name));

function resolved(file: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier;
}

/** The imports of one file, static and dynamic; comments are not read. */
export function importsOf(file: string, text: string): Import[] {
  const code = text.replace(/\/\*.*?\*\//gs, '').replace(/^\s*\/\/.*$/gm, '');
  const found: Import[] = [];
  for (const [, type, names, specifier = ''] of code.matchAll(statement))
    found.push({ file, target: resolved(file, specifier), typeOnly: type !== undefined || onlyTypes(names) });
  for (const [, specifier = ''] of code.matchAll(call))
    found.push({ file, target: resolved(file, specifier), typeOnly: false });
  return found;
}

/** Every import of the project's sources: the engine, the server and the client. */
export function importsOfProject(root: string): Import[] {
  const files = ['engine', 'server', 'client'].flatMap((part) =>
    readdirSync(join(root, part), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => join(part, name).split(sep).join('/')),
  );
  return files.flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')));
}
