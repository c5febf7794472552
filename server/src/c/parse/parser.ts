/**
 * The C grammar behind one small interface: the native tree-sitter binding, or its WebAssembly build where the native
 * one cannot be loaded (musl, an odd platform). Both give the same tree of what has no error in it.
 */
import { createRequire } from 'node:module';

/** A node of the syntax tree, copied out of the parser. Anonymous tokens are left out unless they fill a field. */
export interface SyntaxNode {
  /** The grammar's name of the node; 'ERROR' also for what is nested too deeply to be read. */
  readonly type: string;
  /** Name of the parent's field that this node fills, or null. */
  readonly field: string | null;
  /** UTF-16 offsets into the parsed text, half-open. */
  readonly start: number;
  readonly end: number;
  /** True if the parser made the node up to go on. */
  readonly missing: boolean;
  readonly children: readonly SyntaxNode[];
}

export interface CParser {
  readonly backend: 'native' | 'wasm';
  /** The tree of a whole text. Never throws: what cannot be parsed (in time) is one ERROR node. */
  parse(text: string): SyntaxNode;
}

/** What both bindings offer of a tree cursor. */
interface Cursor {
  readonly nodeTypeId: number;
  readonly nodeType: string;
  readonly nodeIsNamed: boolean;
  readonly nodeIsMissing: boolean;
  readonly currentFieldName: string | null | undefined;
  readonly currentFieldId: number;
  readonly startIndex: number;
  readonly endIndex: number;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
  delete?(): void;
}
interface Tree {
  walk(): Cursor;
  delete?(): void;
}
interface NativeParser {
  setLanguage(language: unknown): unknown;
  setTimeoutMicros(micros: number): void;
  reset(): void;
  parse(text: string, old: undefined, options: { bufferSize: number }): Tree | null;
}
interface WasmParser {
  setLanguage(language: unknown): unknown;
  reset(): void;
  /** A progress callback that returns true ends the parse. */
  parse(text: string, old: null, options: { progressCallback: () => boolean }): Tree | null;
}
interface WasmModule {
  Parser: { new (): WasmParser; init(): Promise<void> };
  Language: { load(path: string): Promise<unknown> };
}

/** Longest parse of one text; real files take a hundredth of it. */
const TIMEOUT_MICROS = 1_000_000;
/** Deepest nesting that is copied; all who walk the tree recurse, so this keeps every stack safe. */
const DEEPEST = 400;

const loaded = new Map<'native' | 'wasm', Promise<CParser>>();

/** The parser of this platform, loaded once; `backend` picks one of the two (for tests). Rejects if neither loads. */
export async function loadParser(backend?: 'native' | 'wasm'): Promise<CParser> {
  if (backend !== undefined) return cached(backend);
  try {
    return await cached('native');
  } catch {
    return cached('wasm');
  }
}

function cached(backend: 'native' | 'wasm'): Promise<CParser> {
  let parser = loaded.get(backend);
  if (!parser) {
    parser = backend === 'native' ? loadNative() : loadWasm();
    loaded.set(backend, parser);
  }
  return parser;
}

// Through require, so that a bundler leaves both out of the bundle, with the files they load beside them.
const requireFrom = (): NodeJS.Require => createRequire(import.meta.url);

async function loadNative(): Promise<CParser> {
  const require = requireFrom();
  const Parser = require('tree-sitter') as new () => NativeParser;
  const parser = new Parser();
  parser.setLanguage(require('tree-sitter-c'));
  parser.setTimeoutMicros(TIMEOUT_MICROS);
  // The binding reads a string in pieces of bufferSize and fails on texts beyond its default of 32 KiB.
  return parserOf('native', parser, (text) => parser.parse(text, undefined, { bufferSize: 2 * text.length + 16 }));
}

async function loadWasm(): Promise<CParser> {
  const require = requireFrom();
  const { Parser, Language } = require('web-tree-sitter') as WasmModule;
  await Parser.init();
  const language = await Language.load(require.resolve('tree-sitter-c/tree-sitter-c.wasm'));
  const parser = new Parser();
  parser.setLanguage(language);
  // Its setTimeoutMicros takes no number; the progress callback does the same.
  return parserOf('wasm', parser, (text) => {
    const end = performance.now() + TIMEOUT_MICROS / 1000;
    return parser.parse(text, null, { progressCallback: () => performance.now() > end });
  });
}

function parserOf(
  backend: 'native' | 'wasm',
  parser: { reset(): void },
  parse: (text: string) => Tree | null,
): CParser {
  const names: Names = { types: [], fields: [] };
  return {
    backend,
    parse(text) {
      try {
        const tree = parse(text);
        if (tree) return copyTree(tree, names);
      } catch {
        // Falls through: to the caller a text that cannot be parsed is an ERROR, whatever the reason.
      }
      parser.reset();
      return { type: 'ERROR', field: null, start: 0, end: text.length, missing: false, children: [] };
    },
  };
}

/** Names by the grammar's numbers: reading a number from the binding is much cheaper than reading a string. */
interface Names {
  readonly types: ({ readonly name: string; readonly named: boolean } | undefined)[];
  readonly fields: (string | undefined)[];
}

function copyTree(tree: Tree, names: Names): SyntaxNode {
  const cursor = tree.walk();
  const root = copyNode(cursor, names, 0);
  cursor.delete?.();
  tree.delete?.();
  return root ?? { type: 'ERROR', field: null, start: 0, end: 0, missing: false, children: [] };
}

function copyNode(cursor: Cursor, names: Names, depth: number): SyntaxNode | null {
  const id = cursor.nodeTypeId;
  names.types[id] ??= { name: cursor.nodeType, named: cursor.nodeIsNamed };
  const type = names.types[id] ?? { name: cursor.nodeType, named: true };
  const start = cursor.startIndex;
  const end = cursor.endIndex;
  const fieldId = cursor.currentFieldId;
  const missing = start === end && cursor.nodeIsMissing;
  if (!type.named && !fieldId && !missing) return null;
  if (fieldId) names.fields[fieldId] ??= cursor.currentFieldName ?? undefined;
  const field = (fieldId ? names.fields[fieldId] : null) ?? null;
  const children: SyntaxNode[] = [];
  if (cursor.gotoFirstChild()) {
    if (depth >= DEEPEST) {
      cursor.gotoParent();
      return { type: 'ERROR', field, start, end, missing, children };
    }
    do {
      const child = copyNode(cursor, names, depth + 1);
      if (child) children.push(child);
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return { type: type.name, field, start, end, missing, children };
}
