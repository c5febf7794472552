import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Failure, reasonOf } from '../host/failure.ts';
import { isRevision, patchesOf } from '../host/git.ts';

export interface Input {
  /** As findings name it. */
  readonly name: string;
  /** True where the user named this very input; false where a directory brought it. */
  readonly named: boolean;
  /** Throws Failure. */
  read(): Uint8Array;
}

/** The inputs behind one argument: a file, the patch files of a directory (sorted), `-`, a git range or commit. Throws Failure. */
export function inputsOf(argument: string, kernel: string | null): readonly Input[] {
  if (argument === '-') return [{ name: '<stdin>', named: true, read: () => readAll(0, 'standard input') }];
  const stat = statSync(argument, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return directory(argument);
  if (stat) return [{ name: argument, named: true, read: () => readAll(argument, argument) }];
  if (isRevision(argument) && kernel !== null)
    return [{ name: argument, named: true, read: () => patchesOf(kernel, argument) }];
  const hint = argument.includes('..')
    ? 'a git range needs --kernel DIR'
    : 'name a patch, a mail, an mbox, a directory or - for standard input';
  throw new Failure(`${argument}: no such file or directory; ${hint}`);
}

function readAll(source: string | 0, name: string): Uint8Array {
  try {
    return readFileSync(source);
  } catch (error) {
    throw new Failure(`${name}: ${reasonOf(error)}; nothing was read`);
  }
}

const PATCH_EXTENSIONS = new Set(['.patch', '.diff', '.eml', '.mbox', '.mbx', '.mail', '.msg']);
const PATCH_LINE = /^(diff --git |--- \S|Index: |From [^\s]+ |(From|Subject|Message-I[Dd]|Received|Return-Path): )/m;

function directory(dir: string): readonly Input[] {
  let names: string[];
  try {
    names = readdirSync(dir, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith('.') && !entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    throw new Failure(`${dir}: ${reasonOf(error)}; nothing was read`);
  }
  const files = names
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => join(dir, name))
    .filter((path) => PATCH_EXTENSIONS.has(extname(path).toLowerCase()) || beginsLikePatch(path));
  if (files.length === 0) throw new Failure(`${dir}: no patches in this directory; name a folder of patches or mails`);
  return files.map((path) => ({ name: path, named: false, read: () => readAll(path, path) }));
}

/** Whether the first 4 KiB of a regular file hold a line that patches and mails begin with. */
function beginsLikePatch(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(4096);
      return PATCH_LINE.test(head.toString('latin1', 0, readSync(file, head)));
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
