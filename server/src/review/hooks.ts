/** Which functions of a program reach a sync by the patch's own text, and where its calls stand. */
import type { Expr } from '../c/ast.ts';
import { namesUsed, visit } from '../c/walk.ts';
import type { Program } from './program.ts';
import type { Spot } from './run/run.ts';
import { codeOf } from './text.ts';
import type { ShownFunction } from './weave/items.ts';

export interface Call {
  readonly callee: string;
  readonly expr: Extract<Expr, { kind: 'call' }>;
  readonly spot: Spot;
}

/** All calls in what the patch shows of a function. */
export function callsIn(shown: ShownFunction): readonly Call[] {
  const calls: Call[] = [];
  for (const stmt of shown.source.pieces.flatMap((piece) => piece.body))
    visit(stmt, (node) => {
      if (node.kind === 'call' && node.callee.kind === 'name')
        calls.push({
          callee: node.callee.name,
          expr: node,
          spot: { text: shown.text, span: node, function: shown.source.name },
        });
    });
  return calls;
}

/** All names in what the patch shows of a function: those of its callees, and of what it hands to others. */
const namesIn = ({ source }: ShownFunction): readonly string[] =>
  source.pieces.flatMap((piece) => piece.body.flatMap((stmt) => [...namesUsed(stmt)]));

export const allShown = (program: Program): readonly ShownFunction[] =>
  program.texts.flatMap((text) => text.source.functions.map((source) => ({ source, text })));

/** Calls of a sync anywhere in what the program shows, outside the sync itself. */
export function syncCalls(program: Program): readonly Call[] {
  const names = new Set(program.syncs.map((sync) => sync.name));
  return allShown(program)
    .filter((shown) => !names.has(shown.source.name))
    .flatMap((shown) => callsIn(shown).filter((call) => names.has(call.callee)));
}

/** Names of the functions, macros and variables whose text reaches a sync, directly or through others of the patch. */
export function hookedFunctions(program: Program): ReadonlySet<string> {
  const syncs = new Set(program.syncs.map((sync) => sync.name));
  const reaching = new Set(syncs);
  const variables = program.texts.flatMap((text) =>
    text.source.variables.map((variable) => ({ name: variable.name, names: wordsIn(codeOf(text, variable)) })),
  );
  const named = [
    ...[...program.macros.values()].map(({ name, body }) => ({ name, names: wordsIn(body) })),
    ...variables,
    ...[...program.functions.values()].map(({ name, shown }) => ({ name, names: namesIn(shown) })),
  ];
  for (let grown = true; grown; ) {
    grown = false;
    for (const { name, names } of named) {
      if (reaching.has(name) || !names.some((each) => reaching.has(each))) continue;
      reaching.add(name);
      grown = true;
    }
  }
  for (const name of syncs) reaching.delete(name);
  return reaching;
}

const wordsIn = (code: string): readonly string[] => code.match(/[A-Za-z_]\w*/g) ?? [];
