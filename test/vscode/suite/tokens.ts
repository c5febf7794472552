// What the editor makes of a text: VS Code's own tokenizer with the grammars of the extensions that run, C and diff among them.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as vscode from 'vscode';

type Grammar = {
  tokenizeLine(
    line: string,
    state: unknown,
  ): { tokens: { startIndex: number; endIndex: number; scopes: string[] }[]; ruleStack: unknown };
};

type Textmate = {
  INITIAL: unknown;
  parseRawGrammar(content: string, path: string): unknown;
  Registry: new (options: {
    onigLib: Promise<unknown>;
    loadGrammar(scope: string): Promise<unknown>;
    getInjections(scope: string): string[];
  }) => { loadGrammar(scope: string): Promise<Grammar | null> };
};

type Oniguruma = {
  loadWASM(data: Uint8Array): Promise<void>;
  OnigScanner: new (sources: string[]) => unknown;
  OnigString: new (text: string) => unknown;
};

type Contribution = { readonly scopeName: string; readonly path: string; readonly injectTo?: readonly string[] };

function contributions(): Contribution[] {
  return vscode.extensions.all.flatMap(({ packageJSON, extensionPath }) => {
    const grammars: Contribution[] = packageJSON.contributes?.grammars ?? [];
    return grammars.map((grammar) => ({ ...grammar, path: join(extensionPath, grammar.path) }));
  });
}

async function load(scope: string): Promise<{ grammar: Grammar; initial: unknown }> {
  const require = createRequire(join(vscode.env.appRoot, 'package.json'));
  const textmate: Textmate = require('vscode-textmate');
  const oniguruma: Oniguruma = require('vscode-oniguruma');
  const wasm = require.resolve('vscode-oniguruma').replace(/main\.js$/, 'onig.wasm');
  const grammars = contributions();
  const registry = new textmate.Registry({
    onigLib: oniguruma.loadWASM(readFileSync(wasm)).then(() => ({
      createOnigScanner: (sources: string[]) => new oniguruma.OnigScanner(sources),
      createOnigString: (text: string) => new oniguruma.OnigString(text),
    })),
    loadGrammar: async (name) => {
      const found = grammars.find(({ scopeName }) => scopeName === name);
      return found && textmate.parseRawGrammar(readFileSync(found.path, 'utf8'), found.path);
    },
    getInjections: (name) =>
      grammars.filter(({ injectTo }) => injectTo?.includes(name)).map(({ scopeName }) => scopeName),
  });
  const grammar = await registry.loadGrammar(scope);
  if (!grammar) throw new Error(`no grammar is called ${scope}`);
  return { grammar, initial: textmate.INITIAL };
}

/** Tells the scopes, outermost first, of the token in which `part` begins, in the first line of `text` that contains `line`. */
export async function scopesIn(scope: string, text: string): Promise<(line: string, part: string) => string> {
  const { grammar, initial } = await load(scope);
  let state = initial;
  const lines = text.split('\n').map((content) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(content, state);
    state = ruleStack;
    return { content, tokens };
  });
  return (line, part) => {
    const found = lines.find(({ content }) => content.includes(line));
    const at = found ? found.content.indexOf(part) : -1;
    if (!found || at < 0) throw new Error(`no line has ${line} with ${part} in it`);
    return found.tokens.find(({ endIndex }) => endIndex > at)?.scopes.join(' ') ?? '';
  };
}
