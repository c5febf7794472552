/** The code that a run executes, and what of it the run asked for. */
import { kernelFunction } from '../../../../engine/src/kernel/catalogue.ts';
import type { Code, EvaluableFunction } from '../../c/evaluate/types.ts';
import { modelledFunction } from '../functions.ts';
import type { Program } from '../program.ts';
import type { Run } from './run.ts';

export interface CodeInput {
  readonly program: Program;
  readonly side: Run['side'];
  /** Functions that go before those of the program. */
  readonly first?: ReadonlyMap<string, EvaluableFunction>;
}

export const codeOf = ({ program, side, first }: CodeInput): Code => ({
  function(name) {
    const own = first?.get(name) ?? program.functions.get(name)?.evaluable;
    return own && side !== 'model' ? own : modelled(name, program.version);
  },
  macro: (name) => (side === 'model' ? null : (program.macros.get(name) ?? null)),
  variable: (name) => (side === 'model' ? null : (program.variables.get(name) ?? null)),
  struct: (tag) => (side === 'model' ? null : (program.structs.get(tag) ?? null)),
});

/** What of the code a run asked for: it depends on nothing else of it. */
export interface Asked {
  readonly functions: ReadonlySet<string>;
  readonly macros: ReadonlySet<string>;
  readonly variables: ReadonlySet<string>;
  readonly structs: ReadonlySet<string>;
}

export function withAsked(code: Code): { readonly code: Code; readonly asked: Asked } {
  const asked = {
    functions: new Set<string>(),
    macros: new Set<string>(),
    variables: new Set<string>(),
    structs: new Set<string>(),
  };
  return {
    asked,
    code: {
      function(name) {
        asked.functions.add(name);
        return code.function(name);
      },
      macro(name) {
        asked.macros.add(name);
        return code.macro(name);
      },
      variable(name) {
        asked.variables.add(name);
        return code.variable(name);
      },
      struct(tag) {
        asked.structs.add(tag);
        return code.struct(tag);
      },
    },
  };
}

const models = new Map<Program['version'], Map<string, EvaluableFunction | null>>();

function modelled(name: string, version: Program['version']): EvaluableFunction | null {
  const byName = models.get(version) ?? new Map<string, EvaluableFunction | null>();
  models.set(version, byName);
  const known = byName.get(name);
  if (known !== undefined) return known;
  const model = kernelFunction(name, version);
  const fn = model ? modelledFunction(model) : null;
  byName.set(name, fn);
  return fn;
}
