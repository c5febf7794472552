import { readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';
import type { ReviewOptions } from '../review/report.ts';
import { Failure, reasonOf } from './failure.ts';
import { blobOf } from './git.ts';

/**
 * The kernel tree at `dir` as review() reads it. Nothing outside the tree is ever read, whatever paths the patch names and
 * wherever links in the tree lead. Throws Failure when there is no such directory.
 */
export function kernelAt(dir: string): Required<Pick<ReviewOptions, 'readKernelFile' | 'readBlob'>> {
  const root = rootOf(dir);
  const blobs = new Map<string, string | null>();
  return {
    readKernelFile(path) {
      if (isAbsolute(path) || path.split(/[\\/]/).includes('..')) return null;
      try {
        const real = realpathSync(join(root, path));
        return real.startsWith(root + sep) ? readFileSync(real, 'utf8') : null;
      } catch {
        return null;
      }
    },
    readBlob(name) {
      const known = blobs.get(name);
      if (known !== undefined) return known;
      const content = blobOf(root, name);
      blobs.set(name, content);
      return content;
    },
  };
}

function rootOf(dir: string): string {
  try {
    if (statSync(dir).isDirectory()) return realpathSync(dir);
  } catch (error) {
    throw new Failure(`--kernel ${dir}: ${reasonOf(error)}; name the top folder of a kernel tree`);
  }
  throw new Failure(`--kernel ${dir}: not a directory; name the top folder of a kernel tree`);
}
