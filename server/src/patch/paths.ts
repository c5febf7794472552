/** Paths in diff headers: C-quoting, timestamps, `a/` and `b/` and what else stands in their place. */

/** PATH_MAX with every byte as an octal escape, twice: no real header line is longer, and regular expressions stay cheap. */
const MAX_HEADER = 2 * 4 * 4096;

/** Undoes git's C-quoting (`"a/with\303\244.c"`); anything else is returned as it is. */
export function unquotePath(path: string): string {
  if (path.length < 2 || !path.startsWith('"') || !path.endsWith('"')) return path;
  const bytes: number[] = [];
  const inside = Buffer.from(path.slice(1, -1), 'utf8').toString('latin1');
  for (let i = 0; i < inside.length; i++) {
    if (inside[i] !== '\\') {
      bytes.push(inside.charCodeAt(i));
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(inside.slice(i + 1, i + 4));
    if (octal) {
      bytes.push(Number.parseInt(octal[0], 8));
      i += 3;
    } else {
      i++;
      bytes.push(ESCAPES[inside[i] ?? ''] ?? inside.charCodeAt(i));
    }
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** The path of a `---` or `+++` line (the text behind the marker): quoting undone, timestamp dropped. */
export function headerPath(line: string): string {
  const text = line.slice(0, MAX_HEADER);
  const quoted = /^"(?:[^"\\]|\\.)*"/.exec(text);
  if (quoted) return unquotePath(quoted[0]);
  const tab = text.indexOf('\t');
  const path = tab < 0 ? text : text.slice(0, tab);
  const time = path.search(/\s\d{4}-\d\d-\d\d \d\d:\d\d/);
  return (time < 0 ? path : path.slice(0, time)).trimEnd();
}

const DEV_NULL = '/dev/null';

/**
 * Both paths below the tree's root. A first component that only one side has (`a/` and `b/`, `i/` and `w/`,
 * `linux.orig/` and `linux/`) is a prefix; equal paths have none (--no-prefix).
 */
export function stripPrefixes(oldPath: string, newPath: string): { oldPath: string | null; newPath: string | null } {
  if (oldPath === DEV_NULL) return { oldPath: null, newPath: newPath === DEV_NULL ? null : single(newPath) };
  if (newPath === DEV_NULL) return { oldPath: single(oldPath), newPath: null };
  const [oldFirst, oldRest] = splitFirst(oldPath);
  const [newFirst, newRest] = splitFirst(newPath);
  if (oldPath === newPath) return { oldPath, newPath };
  if (oldRest !== '' && oldRest === newRest) return { oldPath: oldRest, newPath: newRest };
  // A backup copy beside the file.
  const bare = oldPath.replace(/(?:\.orig|\.old|~)$/, '');
  if (bare !== oldPath && (bare === newPath || splitFirst(bare)[1] === newRest)) return stripPrefixes(bare, newPath);
  // A rename under prefixes.
  if (oldFirst !== newFirst && PREFIX.test(`${oldFirst}/`) && PREFIX.test(`${newFirst}/`))
    return { oldPath: oldRest, newPath: newRest };
  return { oldPath, newPath };
}

const PREFIX = /^[abciow12]\//;

function single(path: string): string {
  return PREFIX.test(path) ? path.slice(2) : path;
}

function splitFirst(path: string): readonly [string, string] {
  const slash = path.indexOf('/');
  return slash < 0 ? ['', ''] : [path.slice(0, slash), path.slice(slash + 1)];
}

/** The two paths of `diff --git X Y` (the text behind `diff --git `); null where they cannot be told apart. */
export function gitPaths(text: string): readonly [string, string] | null {
  if (text.length > MAX_HEADER) return null;
  const quoted = /^("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+)$/.exec(text);
  if (quoted) return [unquotePath(quoted[1] ?? ''), unquotePath(quoted[2] ?? '')];
  // Spaces in the path: both halves are equally long and equal behind their prefixes.
  if (text.length % 2 === 0) return null;
  const middle = (text.length - 1) / 2;
  const [left, right] = [text.slice(0, middle), text.slice(middle + 1)];
  const same = left === right || (splitFirst(left)[1] !== '' && splitFirst(left)[1] === splitFirst(right)[1]);
  return text[middle] === ' ' && same ? [left, right] : null;
}
