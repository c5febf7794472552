/** The head of a function: what stands before its `{` or `;`, or in an `@@` heading, cut or whole. */
import type { CType } from '../../../../engine/src/kernel/ctype.ts';
import { isTypeWord } from '../types.ts';
import { readBaseType, readDeclarator } from './declaration.ts';
import type { Token } from './lexer.ts';
import { isInline, isKeyword, isStorage, isTypeof } from './words.ts';

export interface Head {
  readonly name: Token;
  /** Tokens between the parentheses. */
  readonly parameters: readonly Token[];
  /** False if the closing parenthesis is not among the tokens. */
  readonly closed: boolean;
  /** null: the return type does not show. */
  readonly returns: CType | null;
  readonly static: boolean;
  readonly inline: boolean;
  /** Words of a type stand before the name. */
  readonly typed: boolean;
}

interface Group {
  readonly name: number;
  readonly end: number;
  readonly closed: boolean;
}

/** Groups `name ( ... )` outside all brackets, up to the first `=`. */
function groupsOf(tokens: readonly Token[]): Group[] {
  const groups: Group[] = [];
  let depth = 0;
  let name = -1;
  for (let at = 0; at < tokens.length; at++) {
    const text = tokens[at]?.text ?? '';
    if (depth === 0 && text === '=') break;
    if (text === '(') {
      const before = tokens[at - 1];
      if (depth === 0 && before?.kind === 'word' && isName(before.text)) name = at - 1;
      depth++;
    } else if (text === ')' && depth > 0) {
      depth--;
      if (depth === 0 && name >= 0) {
        groups.push({ name, end: at, closed: true });
        name = -1;
      }
    }
  }
  if (depth > 0 && name >= 0) groups.push({ name, end: tokens.length, closed: false });
  return groups;
}

const isName = (word: string): boolean => !isKeyword(word) && !isTypeWord(word) && !isTypeof(word) && !isStorage(word);

/** Reads a head out of tokens without comments and attributes; null where they are none. */
export function readHead(tokens: readonly Token[]): Head | null {
  if (tokens.some((token) => token.text === 'typedef')) return null;
  const groups = groupsOf(tokens);
  // An unknown attribute with arguments looks like a second group; functions are seldom all capitals.
  const group =
    groups.length > 1
      ? (groups.find((one) => !/^(?:__\w+|[A-Z0-9_]+)$/.test(tokens[one.name]?.text ?? '')) ?? groups[0])
      : groups[0];
  const name = group && tokens[group.name];
  if (!group || !name) return null;
  const before = tokens.slice(0, group.name);
  if (before.some((token) => token.kind !== 'word' && token.text !== '*' && token.text !== '(' && token.text !== ')'))
    return null;
  const base = readBaseType(before);
  const typed = base !== null || before.some((token) => token.text === '*');
  return {
    name,
    parameters: tokens.slice(group.name + 2, group.end),
    closed: group.closed,
    returns: base ? readDeclarator(before, base.next, base.type).type : null,
    static: before.some((token) => token.text === 'static'),
    inline: before.some((token) => isInline(token.text)),
    typed,
  };
}
