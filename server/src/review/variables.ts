/** Variables at file level that the patches bring, and whose value when a run begins is known. */
import { kernelFunction } from '../../../engine/src/kernel/catalogue.ts';
import type { Version } from '../../../engine/src/kernel/model.ts';
import type { Family } from '../../../engine/src/kernel/scenario.ts';
import { scenarios } from '../../../engine/src/kernel/scenarios/index.ts';
import type { Variable } from '../c/ast.ts';
import { callsIn } from './hooks.ts';
import { type CodeText, codeOf, isChanged } from './text.ts';

interface VariablesInput {
  readonly texts: readonly CodeText[];
  readonly version: Version;
  readonly isSync: ReadonlySet<string>;
}

export interface KnownVariable extends Variable {
  readonly text: CodeText;
}

/**
 * One that was there before may have been set by code that nobody shows. A static one that the patch adds is set by what
 * the patch shows: if that is the flow under review alone (a journal that each request leaves empty), it begins with its
 * first value, and with an unknown one if boot code, a worker or a file in sysfs has to do with it as well.
 */
export function knownVariables(input: VariablesInput): readonly KnownVariable[] {
  const added = input.texts.flatMap((text) =>
    text.source.variables.filter((variable) => isChanged(text, variable)).map((variable) => ({ ...variable, text })),
  );
  return added.some(({ lasting }) => !lasting) ? added.filter(usedInFlowOnly(input)) : added;
}

/** What runs once, and before everything else. */
const ONCE: ReadonlySet<Family> = new Set(['boot', 'enable']);

const inRequests = new Set(
  scenarios.filter(({ family }) => !ONCE.has(family)).flatMap(({ entry, reaches }) => [entry, ...reaches]),
);

function usedInFlowOnly({ texts, version, isSync }: VariablesInput): (variable: KnownVariable) => boolean {
  const functions = texts.flatMap((text) =>
    text.source.functions.map((source) => ({
      name: source.name,
      calls: new Set(callsIn({ source, text }).map(({ callee }) => callee)),
      code: source.pieces.map((piece) => codeOf(text, piece)).join('\n'),
    })),
  );
  const macros = texts.flatMap((text) => text.source.macros);
  const inFlow = new Map<string, boolean>();
  const isInFlow = (name: string): boolean => {
    const known = inFlow.get(name);
    if (known !== undefined) return known;
    if (isSync.has(name) || kernelFunction(name, version)) return isSync.has(name) || inRequests.has(name);
    const callers = functions.filter(({ calls }) => calls.has(name));
    // Of a function that calls itself the other callers decide.
    inFlow.set(name, true);
    const result = callers.some((caller) => caller.name !== name) && callers.every((caller) => isInFlow(caller.name));
    inFlow.set(name, result);
    return result;
  };
  return ({ name, lasting, made }) => {
    if (lasting) return true;
    // What a macro that nobody knows makes is not known.
    if (made.kind !== 'declare') return false;
    const names = [name, ...macros.filter(({ body }) => mentions(body, name)).map((macro) => macro.name)];
    return functions.filter(({ code }) => names.some((each) => mentions(code, each))).every((fn) => isInFlow(fn.name));
  };
}

const mentions = (code: string, name: string) => new RegExp(`\\b${name}\\b`).test(code);
