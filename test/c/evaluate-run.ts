/** Runs a snippet of kernel C, for the tests of the evaluator: one place that knows how to set it up. */
import { numberOf, UNSIGNED_LONG, type Value } from '../../engine/src/kernel/ctype.ts';
import { createMemory, type Memory } from '../../engine/src/kernel/memory.ts';
import type { Local, Node as ModelNode } from '../../engine/src/kernel/model.ts';
import type { Layout } from '../../engine/src/layout.ts';
import type { Machine, Mapping } from '../../engine/src/machine.ts';
import type { Expr, SourceFile, Stmt } from '../../server/src/c/ast.ts';
import type { TableFrames } from '../../server/src/c/evaluate/builtins/table-frames.ts';
import { BugOn, EvaluationFault, LimitReached } from '../../server/src/c/evaluate/errors.ts';
import { createEvaluator } from '../../server/src/c/evaluate/evaluator.ts';
import type {
  BuiltinTable,
  EvaluableFunction,
  Hooks,
  Limits,
  MacroParser,
  PrimitiveTable,
} from '../../server/src/c/evaluate/types.ts';
import { loadParser } from '../../server/src/c/parse/parser.ts';
import { parseSource } from '../../server/src/c/parse/source.ts';

const parser = await loadParser();

export const readSource = (text: string): SourceFile =>
  parseSource(parser, text, [{ start: 0, end: text.length, heading: null }]);

/** Reads macro bodies with the same parser, as the body of a function. */
const macroParser: MacroParser = {
  expression: (text) => {
    const stmt = statementsOf(`return ${text};`);
    return stmt.length === 1 && stmt[0]?.kind === 'return' ? clean(stmt[0].value) : null;
  },
  statement: (text) => {
    const list = statementsOf(`${text};`);
    return list.length > 0 ? { kind: 'block', body: list, start: 0, end: 0 } : null;
  },
};
const statementsOf = (text: string): readonly Stmt[] =>
  readSource(`void macro_body(void)\n{\n${text}\n}\n`).functions[0]?.pieces[0]?.body ?? [];
const clean = (expr: Expr | null): Expr | null => (expr?.kind === 'opaque' ? null : expr);

const GIB = 1n << 30n;
export const FOUR_LEVELS: Layout = {
  pagingLevels: 4,
  ramBytes: 16n * GIB,
  keyIds: 3,
  keyIdShift: 46,
  pageOffset: 0xffff888000000000n,
  directMappingSize: 1n << 40n,
};
export const FIVE_LEVELS: Layout = { ...FOUR_LEVELS, pagingLevels: 5, pageOffset: 0xff11000000000000n };

/** As much of a machine as snippets of C touch: its layout, and one vmalloc page mapped to page frame 0x1234. */
export function stubMachine(layout: Layout = FOUR_LEVELS, enabled = true): Machine {
  const lookup = (address: bigint): Mapping | null =>
    address >> 12n === 0xffffc90000000000n >> 12n
      ? { start: 0xffffc90000000000n, page: '4K', pfn: 0x1234n, flags: ['rw'] }
      : null;
  const partial: Partial<Machine> = { layout, enabled, lookup };
  return new Proxy(partial as Machine, {
    get(target, name) {
      if (Reflect.has(target, name)) return Reflect.get(target, name);
      throw new Error(`the stub has no '${String(name)}'`);
    },
  });
}

export interface Setup {
  readonly entry?: string;
  readonly args?: readonly (bigint | Value)[];
  readonly machine?: Machine;
  readonly memory?: Memory;
  readonly hooks?: Partial<Hooks>;
  readonly limits?: Partial<Limits>;
  readonly primitives?: PrimitiveTable;
  readonly builtins?: BuiltinTable;
  readonly tables?: TableFrames;
  readonly clflush?: boolean;
  /** What stands around the body that a hunk shows of the entry function. */
  readonly around?: {
    readonly locals?: readonly Local[];
    readonly before?: readonly ModelNode[];
    readonly after?: readonly ModelNode[];
    readonly aliases?: ReadonlyMap<string, string>;
  };
}

/** How a run ended, in one line that tests compare. */
export interface Ended {
  /** `7`, `opaque: why`, `void`, `fault null-dereference at \`*p\``, `bug: ...`, `limit: statements` */
  readonly outcome: string;
  readonly value: Value | null;
  readonly log: readonly string[];
}

const modelStmt = (node: ModelNode): Stmt => ({
  kind: 'model',
  node,
  body: 'body' in node ? node.body.map(modelStmt) : [],
  start: 0,
  end: 0,
});

function functionsOf(source: SourceFile, setup: Setup): ReadonlyMap<string, EvaluableFunction> {
  const around = setup.around ?? {};
  return new Map(
    source.functions.map((fn) => {
      const shown = fn.pieces.flatMap((piece) => piece.body);
      const isEntry = fn.name === (setup.entry ?? 'f');
      const body = isEntry
        ? [...(around.before ?? []).map(modelStmt), ...shown, ...(around.after ?? []).map(modelStmt)]
        : shown;
      const evaluable: EvaluableFunction = {
        name: fn.name,
        parameters: fn.parameters ?? [],
        returns: fn.returns ?? UNSIGNED_LONG,
        locals: isEntry ? (around.locals ?? []) : [],
        body,
        aliases: isEntry ? (around.aliases ?? new Map()) : new Map(),
        source: null,
      };
      return [fn.name, evaluable];
    }),
  );
}

/** Runs a whole source text: functions, macros, structs. Calls `f` unless told otherwise. */
export function run(text: string, setup: Setup = {}): Ended {
  const source = readSource(text);
  const functions = functionsOf(source, setup);
  const log: string[] = [];
  const evaluator = createEvaluator({
    code: {
      function: (name) => functions.get(name) ?? null,
      macro: (name) => source.macros.findLast((macro) => macro.name === name) ?? null,
      variable: () => null,
      struct: (tag) => source.structs.find((struct) => struct.tag === tag) ?? null,
    },
    machine: setup.machine ?? stubMachine(),
    memory: setup.memory ?? createMemory(),
    facts: { clflush: setup.clflush ?? true, failPage: null },
    hooks: {
      branch: () => {
        throw new Error('a branch on an opaque value was not expected');
      },
      undefinedBehaviour: (what) => log.push(what),
      note: (what) => log.push(what),
      unknownCall: (name) => log.push(`unknown ${name}()`),
      ...setup.hooks,
    },
    primitives: setup.primitives ?? {},
    parse: macroParser,
    limits: { statements: 1_000_000, depth: 100, ...setup.limits },
    ...(setup.tables ? { tables: setup.tables } : {}),
    ...(setup.builtins ? { extraBuiltins: setup.builtins } : {}),
  });
  const at = (span: { start: number; end: number } | null): string =>
    span && span.end > span.start ? ` at \`${text.slice(span.start, span.end)}\`` : '';
  try {
    const value = evaluator.call(setup.entry ?? 'f', setup.args ?? []);
    return { outcome: described(value), value, log };
  } catch (error) {
    const value = null;
    if (error instanceof EvaluationFault) return { outcome: `fault ${error.fault.kind}${at(error.span)}`, value, log };
    if (error instanceof BugOn) return { outcome: `bug${at(error.span)}`, value, log };
    if (error instanceof LimitReached) return { outcome: `limit: ${error.limit}`, value, log };
    throw error;
  }
}

function described(value: Value): string {
  if (value.opaque !== undefined) return `opaque: ${value.opaque}`;
  if (value.type.kind === 'void') return 'void';
  return numberOf(value).toString();
}

/** The value of a body of `long f(...)`. */
export const runBody = (body: string, setup: Setup = {}, returns = 'long', parameters = 'void'): Ended =>
  run(`${returns} f(${parameters})\n{\n${body}\n}\n`, setup);
