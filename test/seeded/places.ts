/** A sync of the whole mapping at every place of a function: what is said of it depends on the place alone. */
import { functionSpan, type Tree } from './edit.ts';

const CALL = 'WARN_ON(sync_direct_mapping(PAGE_OFFSET, PAGE_OFFSET + (max_pfn << PAGE_SHIFT)));';

export interface Hooked {
  /** Line of the file, 1-based, that the call stands behind. */
  readonly behind: number;
  readonly after: Tree;
}

/** The file with the call behind each of a function's statements in turn, between braces where it is one of several. */
export function hookedEverywhere(before: Tree, path: string, fn: string): readonly Hooked[] {
  const text = before.get(path) ?? '';
  const lines = text.split('\n');
  const { start, end } = functionSpan(text, fn);
  const first = text.slice(0, start).split('\n').length;
  const last = text.slice(0, end).split('\n').length - 1;
  return places(lines.slice(first, last)).map(({ at, depth }) => {
    const behind = first + at;
    const hooked = [...lines.slice(0, behind), '\t'.repeat(depth) + CALL, ...lines.slice(behind)];
    return { behind, after: new Map([...before, [path, hooked.join('\n')]]) };
  });
}

interface Place {
  /** How many lines of the function stand before. */
  readonly at: number;
  /** Tabs in front of a statement there. */
  readonly depth: number;
}

const tabs = (line: string) => /^\t*/.exec(line)?.[0].length ?? 0;
const isBlank = (line: string) => /^\s*(?:\/\*.*\*\/)?$/.test(line);

/** Behind each line that ends a statement, and before one that begins one. `lines`: without the head, to the last brace. */
function places(lines: readonly string[]): readonly Place[] {
  const found: Place[] = [];
  let open = 0;
  let inside = false;
  lines.forEach((line, index) => {
    if (line === '{') inside = true;
    open += [...line].filter((char) => char === '(').length - [...line].filter((char) => char === ')').length;
    if (!inside || open !== 0 || !/[;}]$/.test(line) || index === lines.length - 1) return;
    const next = lines.slice(index + 1).find((other) => !isBlank(other)) ?? '';
    if (/^\s*(?:\}\s*)?(?:else|while|case|default)\b/.test(next) || isDeclaration(next)) return;
    const depth = /^\w+:/.test(next) ? 1 : tabs(next) + (next.trim() === '}' ? 1 : 0);
    found.push({ at: index + 1, depth });
  });
  return found;
}

const isDeclaration = (line: string) =>
  /^\t+(?!return|goto)(?:struct |unsigned )?\w+ \**\w+(?:, \**\w+| = [^;]+)*;$/.test(line);
