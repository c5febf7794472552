/** The same C in another style: what a person may write otherwise without meaning anything else. */
import { functionSpan, type Tree } from './edit.ts';

export interface Restyled {
  readonly before: Tree;
  readonly after: Tree;
  /** A line of the restyled patch as the plain one has it. */
  readonly back: (line: string) => string;
}

type Restyle = (fn: string) => string;

const TYPE =
  /^\t+(?:static |const )*(?:unsigned (?:long|int)|struct \w+|enum \w+|int|long|bool|u64|phys_addr_t|pgprot_t|p(?:te|md|ud|4d|gd)_t)[ \t]+([^;(]*?(?:=[^;]*)?);$/gms;

/** Names of parameters and locals of one function. */
function localNames(fn: string): readonly string[] {
  const head = fn.slice(fn.indexOf('(') + 1, fn.indexOf(')\n{'));
  const parameters = head.split(',').flatMap((parameter) => /(\w+)\s*$/.exec(parameter)?.[1] ?? []);
  const locals = [...fn.slice(fn.indexOf('\n{')).matchAll(TYPE)].flatMap((match) => declarators(match[1] ?? ''));
  return [...parameters.filter((name) => name !== 'void'), ...locals];
}

/** `a, *b = f(x, y)` -> a, b */
function declarators(list: string): readonly string[] {
  const names: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= list.length; at++) {
    const character = list[at];
    if (character === '(' || character === '{') depth++;
    if (character === ')' || character === '}') depth--;
    if (at < list.length && (character !== ',' || depth > 0)) continue;
    const name = /^\s*\**\s*(\w+)/.exec(list.slice(start, at))?.[1];
    if (name) names.push(name);
    start = at + 1;
  }
  return names;
}

function inFunctions(tree: Tree, names: readonly { path: string; fn: string }[], restyle: Restyle): Tree {
  const result = new Map(tree);
  for (const { path, fn } of names) {
    const text = result.get(path) ?? '';
    if (!new RegExp(`\\b${fn}\\([^;{]*\\)\\n\\{`).test(text)) continue;
    const { start, end } = functionSpan(text, fn);
    result.set(path, text.slice(0, start) + restyle(text.slice(start, end)) + text.slice(end));
  }
  return result;
}

export interface Touched {
  readonly before: Tree;
  readonly after: Tree;
  readonly functions: readonly { readonly path: string; readonly fn: string }[];
}

const functionsOf = ({ functions }: Touched, tree: Tree) =>
  functions.flatMap(({ path, fn }) => {
    const text = tree.get(path) ?? '';
    if (!new RegExp(`\\b${fn}\\([^;{]*\\)\\n\\{`).test(text)) return [];
    const { start, end } = functionSpan(text, fn);
    return [text.slice(start, end)];
  });

/** Other names for locals and parameters; `all`: for the kernel's as well as for those the patch adds. */
export function renamed(touched: Touched, all: boolean): Restyled {
  const old = new Set(functionsOf(touched, touched.before).flatMap(localNames));
  const now = new Set(functionsOf(touched, touched.after).flatMap(localNames));
  const names = [...new Set([...old, ...now])].filter((name) => all || !old.has(name)).sort();
  const to = new Map(names.map((name, index) => [name, `q${index}`]));
  const from = new Map(names.map((name, index) => [`q${index}`, name]));
  const restyle: Restyle = (fn) =>
    fn.replace(/(->|\.)?\b([A-Za-z_]\w*)\b/g, (whole, member, name) => (member ? whole : (to.get(name) ?? whole)));
  return {
    before: inFunctions(touched.before, touched.functions, restyle),
    after: inFunctions(touched.after, touched.functions, restyle),
    back: (line) => line.replace(/\bq\d+\b/g, (name) => from.get(name) ?? name),
  };
}

function both(touched: Touched, restyle: Restyle, back: Restyled['back']): Restyled {
  return {
    before: inFunctions(touched.before, touched.functions, restyle),
    after: inFunctions(touched.after, touched.functions, restyle),
    back,
  };
}

/** Runs of declarations without initialisers, the last one first. */
export const reordered = (touched: Touched): Restyled =>
  both(
    touched,
    (fn) =>
      fn.replace(
        /(?:^\t(?:unsigned (?:long|int)|int|pgprot_t|pte_t|struct \w+) [^=;(]*;\n){2,}/gm,
        (run) => `${run.trimEnd().split('\n').reverse().join('\n')}\n`,
      ),
    (line) => line,
  );

/** Braces around single statements. */
export const braced = (touched: Touched): Restyled =>
  both(
    touched,
    (fn) => fn.replace(/^(\t+)(if \([^\n]*\))\n(\t+[^\n{}]*;)\n(?!\t*else)/gm, '$1$2 {\n$3\n$1}\n'),
    (line) => line.replace(/^(if .*\)) \{$/, '$1'),
  );

/** Comments in front of and behind statements. */
export const commented = (touched: Touched): Restyled =>
  both(
    touched,
    (fn) =>
      fn
        .replace(/^(\t+)(if|for|while|return|goto)\b/gm, '$1/* if (this) were code; */\n$1$2')
        .replace(/^(\t+[^\n/*]*;)$/gm, '$1 /* so */'),
    (line) => line.replace(/ \/\* so \*\/$/, ''),
  );
