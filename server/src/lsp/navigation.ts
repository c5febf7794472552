/** Definition and references of a kernel function across the patches of a document and of its folder. */
import type { Location, Position } from 'vscode-languageserver-protocol';
import type { HunkLine, PatchFile } from '../patch/model.ts';

interface Word {
  readonly name: string;
  readonly line: HunkLine;
}

/** One text to look into. */
export interface Searched {
  readonly uri: string;
  readonly file: PatchFile;
}

/** The name under the cursor, inside a hunk; null elsewhere. */
export const nameAt = (file: PatchFile, position: Position): string | null => wordAt(file, position)?.name ?? null;

/** Where a function is defined, else where it is declared; removed lines never. The texts in the order they are given. */
export function definitionsOf(name: string, texts: readonly Searched[]): Location[] {
  const found = texts.map(({ uri, file }) => ({ uri, lines: hunkLines(file) }));
  const defined = found.flatMap(({ uri, lines }) =>
    lines
      .filter((line, index) => line.kind !== 'removed' && isDefinition(lines, index, name))
      .flatMap((line) => locations(uri, line, name).slice(0, 1)),
  );
  if (defined.length > 0) return defined;
  return found.flatMap(({ uri, lines }) =>
    lines
      .filter((line) => line.kind !== 'removed' && isDeclaration(line.text, name))
      .flatMap((line) => locations(uri, line, name).slice(0, 1)),
  );
}

/** Every mention of the name inside hunks, removed lines included: what a series takes away is part of its story. */
export const referencesOf = (name: string, texts: readonly Searched[]): Location[] =>
  texts.flatMap(({ uri, file }) => hunkLines(file).flatMap((line) => locations(uri, line, name)));

const hunkLines = ({ messages }: PatchFile): readonly HunkLine[] =>
  messages.flatMap((message) => message.files.flatMap((file) => file.hunks.flatMap((hunk) => hunk.lines)));

function wordAt(file: PatchFile, { line, character }: Position): Word | null {
  const found = hunkLines(file).find((one) => one.line === line);
  if (found === undefined || found.decoded) return null;
  const at = character - found.column;
  for (const match of found.text.matchAll(/[A-Za-z_]\w*/g))
    if (at >= match.index && at <= match.index + match[0].length) return { name: match[0], line: found };
  return null;
}

const mentions = (text: string, name: string): readonly number[] =>
  [...text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].map((match) => match.index);

/** A line that begins with a type and the name, or the name alone where the type stands above, and does not end the statement. */
function isDefinition(lines: readonly HunkLine[], index: number, name: string): boolean {
  const text = lines[index]?.text ?? '';
  if (!new RegExp(`^(\\w[\\w\\s*]*[\\s*])?${name}\\s*\\(`).test(text)) return false;
  for (let at = index; at < Math.min(lines.length, index + 8); at += 1) {
    const end = /[;{]/.exec(at === index ? text : (lines[at]?.text ?? ''))?.[0];
    if (end !== undefined) return end === '{';
  }
  return false;
}

const isDeclaration = (text: string, name: string): boolean =>
  new RegExp(`^(#define\\s+|\\w[\\w\\s*]*[\\s*])${name}\\s*\\(`).test(text);

const locations = (uri: string, { text, line, column, decoded }: HunkLine, name: string): Location[] =>
  mentions(text, name).map((at) => {
    const start = decoded ? 0 : column + at;
    return { uri, range: { start: { line, character: start }, end: { line, character: start + name.length } } };
  });
