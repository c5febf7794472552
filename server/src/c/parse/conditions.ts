/** Preprocessor conditionals inside function bodies: which branch a 64-bit build with MKTME compiles. */
import type { Token } from './lexer.ts';

/** Options that such a build leaves off; every other CONFIG_ option is taken as on. */
const OFF = /^CONFIG_(?:X86_32|X86_PAE|HIGHMEM.*|XEN.*|.*DEBUG.*|KASAN.*|KMEMCHECK|PARAVIRT.*|NUMA_EMU|UML)$/;
const NUMBERS: Record<string, number> = { CONFIG_PGTABLE_LEVELS: 5, BITS_PER_LONG: 64 };

/** What `#if`, `#ifdef` or `#elif` lines say for that build; an expression that cannot be read holds. */
export function conditionHolds(directive: string): boolean {
  const match = /^#\s*(ifdef|ifndef|elif|if)\b([\s\S]*)$/.exec(directive);
  if (!match) return true;
  const text = (match[2] ?? '').replace(/\/\*[\s\S]*?(?:\*\/|$)/g, ' ').replace(/\/\/.*|\\\n/g, ' ');
  if (match[1] === 'ifdef') return defined(text.trim());
  if (match[1] === 'ifndef') return !defined(text.trim());
  const words = text.match(/\w+|&&|\|\||[<>=!]=|\S/g) ?? [];
  if (words.length > 200) return true;
  const reader = { words, at: 0 };
  const value = either(reader);
  return reader.at < words.length || value === null ? true : value !== 0;
}

const defined = (name: string): boolean => /^CONFIG_/.test(name) && !OFF.test(name);

interface Reader {
  readonly words: readonly string[];
  at: number;
}

function either(reader: Reader): number | null {
  let value = both(reader);
  while (reader.words[reader.at] === '||') {
    reader.at++;
    const right = both(reader);
    value = value || right ? 1 : value === null || right === null ? null : 0;
  }
  return value;
}

function both(reader: Reader): number | null {
  let value = compare(reader);
  while (reader.words[reader.at] === '&&') {
    reader.at++;
    const right = compare(reader);
    value = value === 0 || right === 0 ? 0 : value === null || right === null ? null : 1;
  }
  return value;
}

const COMPARE: Record<string, (a: number, b: number) => boolean> = {
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

function compare(reader: Reader): number | null {
  const left = primary(reader);
  const operator = COMPARE[reader.words[reader.at] ?? ''];
  if (!operator) return left;
  reader.at++;
  const right = primary(reader);
  return left === null || right === null ? null : Number(operator(left, right));
}

function primary(reader: Reader): number | null {
  const word = reader.words[reader.at++];
  if (word === '!') {
    const value = primary(reader);
    return value === null ? null : Number(value === 0);
  }
  if (word === '(') {
    const value = either(reader);
    if (reader.words[reader.at] === ')') reader.at++;
    return value;
  }
  if (word === undefined) return null;
  if (/^\d/.test(word)) return Number(word.replace(/[uUlL]+$/, '')) || 0;
  if (word === 'defined' || word === 'IS_ENABLED' || word === 'IS_BUILTIN') {
    if (reader.words[reader.at] !== '(') return Number(defined(reader.words[reader.at++] ?? ''));
    const name = reader.words[reader.at + 1] ?? '';
    reader.at += 3;
    return Number(defined(name));
  }
  return NUMBERS[word] ?? null;
}

/** True if of two places, between which these tokens stand, one is compiled wherever the other is: no conditional parts them. */
export function inSameBranch(between: readonly Token[]): boolean {
  let depth = 0;
  for (const { kind, text } of between) {
    const word = kind === 'directive' ? /^#\s*(if|elif|else|endif)/.exec(text)?.[1] : undefined;
    if (word === 'if') depth++;
    else if (word === 'endif' && depth > 0) depth--;
    else if (word !== undefined && depth === 0) return false;
  }
  return depth === 0;
}

interface Open {
  /** Index of the `#if` line, or -1 where it stands before the hunk. */
  readonly branches: { readonly from: number; readonly directive: string | null }[];
}

/**
 * The tokens that are compiled. A conditional inside a function keeps one branch; one at file level keeps all (a
 * declaration and its stub are both of interest), except what `#if 0` leaves out. A branch that the hunk cuts off is
 * judged by what it shows.
 */
export function dropBranches(tokens: readonly Token[]): Token[] {
  const dropped = new Uint8Array(tokens.length);
  const stack: Open[] = [];
  tokens.forEach((token, index) => {
    if (token.kind !== 'directive') return;
    const word = /^#\s*(\w+)/.exec(token.text)?.[1];
    if (word === 'if' || word === 'ifdef' || word === 'ifndef') {
      stack.push({ branches: [{ from: index + 1, directive: token.text }] });
    } else if (word === 'elif' || word === 'else') {
      if (stack.length === 0) stack.push({ branches: [{ from: 0, directive: null }] });
      stack.at(-1)?.branches.push({ from: index + 1, directive: word === 'else' ? null : token.text });
    } else if (word === 'endif') {
      const open = stack.pop();
      if (open) drop(tokens, open, index, dropped);
    }
  });
  for (let open = stack.pop(); open; open = stack.pop()) drop(tokens, open, tokens.length, dropped);
  return tokens.filter((_, index) => dropped[index] === 0);
}

function drop(tokens: readonly Token[], open: Open, end: number, dropped: Uint8Array): void {
  const { branches } = open;
  const zero = branches[0]?.directive?.match(/^#\s*if\s+0\b/);
  const last = branches.at(-1);
  if (!zero && last && fileLevel(tokens, branches[0]?.directive ? (branches[0]?.from ?? 0) : last.from, end)) return;
  let kept = branches.findIndex(({ directive }) => directive === null || conditionHolds(directive));
  if (branches[0]?.directive === null) kept = 0;
  branches.forEach(({ from }, index) => {
    if (index === kept) return;
    const to = branches[index + 1]?.from ?? end;
    for (let at = from; at < to; at++) if (tokens[at]?.kind !== 'directive') dropped[at] = 1;
  });
}

/** True if [from, to) holds something in the first column that is not a label. */
function fileLevel(tokens: readonly Token[], from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const token = tokens[at];
    if (token?.column0 && token.kind !== 'comment' && token.kind !== 'directive' && tokens[at + 1]?.text !== ':')
      return true;
  }
  return false;
}
