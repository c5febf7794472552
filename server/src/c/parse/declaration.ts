/** Types, parameters and struct fields out of tokens: works on a heading that is cut anywhere. */
import { type CType, INT, pointerTo, structOf, UNSIGNED_LONG, VOID } from '../../../../engine/src/kernel/ctype.ts';
import type { Parameter } from '../ast.ts';
import { isTypeWord, typeByName, typeOfTypedef } from '../types.ts';
import { isAttribute, isAttributeCall, isStorage, isTypeof } from './words.ts';

/** What declaration code needs of a token. */
export interface Word {
  readonly kind: string;
  readonly text: string;
}

const WORD = /[A-Za-z_$][\w$]*|\.\.\.|\d\w*|\S/g;

/** Words of a type that stands in a text. */
export const wordsOf = (text: string): Word[] =>
  (text.match(WORD) ?? []).map((word) => ({ kind: /^[A-Za-z_$]/.test(word) ? 'word' : 'punct', text: word }));

const groupEnd = (words: readonly Word[], open: number): number => {
  let depth = 0;
  for (let at = open; at < words.length; at++) {
    const text = words[at]?.text;
    if (text === '(' || text === '[' || text === '{') depth++;
    else if ((text === ')' || text === ']' || text === '}') && --depth === 0) return at + 1;
  }
  return words.length;
};

/** Reads the base type at `at`; `next` is the index behind it. null where no type stands there. */
export function readBaseType(words: readonly Word[], from = 0): { type: CType; next: number } | null {
  let at = from;
  let base: string[] = [];
  let type: CType | null = null;
  for (; at < words.length; at++) {
    const word = words[at];
    if (word?.kind !== 'word') break;
    const text = word.text;
    if (isAttributeCall(text) && words[at + 1]?.text === '(') at = groupEnd(words, at + 1) - 1;
    else if (isStorage(text) || isAttribute(text)) continue;
    else if (type !== null) break;
    else if (isTypeof(text)) {
      type = UNSIGNED_LONG;
      if (words[at + 1]?.text === '(') at = groupEnd(words, at + 1) - 1;
    } else if (text === 'struct' || text === 'union' || text === 'enum') {
      const tag = words[at + 1];
      type = text === 'enum' ? INT : structOf(tag?.kind === 'word' ? tag.text : '');
      if (tag?.kind === 'word') at++;
      if (words[at + 1]?.text === '{') at = groupEnd(words, at + 1) - 1;
    } else if (isTypeWord(text)) base.push(text);
    else if (base.length > 0) break;
    else type = typeOfTypedef(text);
  }
  if (base.length > 0) {
    type = typeByName(base.join(' '));
    base = [];
  }
  return type === null ? null : { type, next: at };
}

/** Nothing is said of where an array ends whose length is no number here. */
const LONG_ENOUGH = 4096;

/** Constant of an array length: a number, or sums and products of numbers; 0 where none is given. */
function lengthOf(words: readonly Word[]): number {
  const [first, operator, second] = words;
  if (!first) return 0;
  const left = Number.parseInt(first.text, first.text.startsWith('0x') ? 16 : 10);
  if (Number.isNaN(left)) return LONG_ENOUGH;
  const right = Number.parseInt(second?.text ?? '', 10);
  if (operator === undefined) return left;
  if (words.length !== 3 || Number.isNaN(right)) return LONG_ENOUGH;
  return operator.text === '*' ? left * right : operator.text === '+' ? left + right : LONG_ENOUGH;
}

/** Name and type of one declarator behind a base type. Abstract declarators have the name ''. */
export function readDeclarator(words: readonly Word[], from: number, base: CType): Parameter & { next: number } {
  let type = base;
  let at = from;
  let name = '';
  for (; at < words.length; at++) {
    const text = words[at]?.text ?? '';
    if (text === '*') type = pointerTo(type);
    else if (!isStorage(text) && !isAttribute(text)) break;
  }
  if (words[at]?.text === '(' && words[at + 1]?.text === '*') {
    // A pointer to a function (or array): only its name matters.
    const inner = groupEnd(words, at);
    name = words.slice(at, inner).find((word) => word.kind === 'word' && !isStorage(word.text))?.text ?? '';
    at = words[inner]?.text === '(' ? groupEnd(words, inner) : inner;
    return { name, type: pointerTo(VOID), next: at };
  }
  if (words[at]?.kind === 'word') {
    name = words[at]?.text ?? '';
    at++;
  }
  const lengths: number[] = [];
  while (words[at]?.text === '[') {
    const end = groupEnd(words, at);
    lengths.push(lengthOf(words.slice(at + 1, end - 1)));
    at = end;
  }
  for (const length of lengths.reverse()) type = { kind: 'array', of: type, length };
  return { name, type, next: at };
}

/** The type that a type name (`struct page *`, `u64`) stands for; null where it is none. */
export function readTypeName(words: readonly Word[]): CType | null {
  const base = readBaseType(words);
  if (!base) return null;
  const declarator = readDeclarator(words, base.next, base.type);
  return declarator.name === '' && declarator.next === words.length ? declarator.type : null;
}

/** Splits at separators that stand outside all brackets. */
export function splitAt<T extends Word>(words: readonly T[], separator: string): T[][] {
  const parts: T[][] = [[]];
  let depth = 0;
  for (const word of words) {
    const text = word.text;
    if (text === '(' || text === '[' || text === '{') depth++;
    else if (text === ')' || text === ']' || text === '}') depth--;
    if (depth === 0 && text === separator) parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts;
}

/** The parameters between the parentheses of a definition or prototype; a `...` is left out, arrays are pointers. */
export function readParameters(words: readonly Word[]): Parameter[] {
  const parameters: Parameter[] = [];
  for (const part of splitAt(words, ',')) {
    const base = readBaseType(part);
    if (!base) continue;
    const { name, type } = readDeclarator(part, base.next, base.type);
    if (type.kind === 'void') continue;
    parameters.push({ name, type: type.kind === 'array' ? pointerTo(type.of) : type });
  }
  return parameters;
}

/** The fields between the braces of a struct; anonymous inner structs and unions give their fields, bit fields too. */
export function readFields(words: readonly Word[]): Parameter[] {
  const fields: Parameter[] = [];
  for (const part of splitAt(words, ';')) {
    const brace = part.findIndex((word) => word.text === '{');
    const base = readBaseType(part);
    if (!base) continue;
    if (base.next >= part.length && brace >= 0) {
      fields.push(...readFields(part.slice(brace + 1, groupEnd(part, brace) - 1)));
      continue;
    }
    let at = base.next;
    while (at < part.length) {
      const { name, type, next } = readDeclarator(part, at, base.type);
      if (name !== '') fields.push({ name, type });
      const comma = part.findIndex((word, index) => index >= next && word.text === ',');
      if (comma < 0) break;
      at = comma + 1;
    }
  }
  return fields;
}
