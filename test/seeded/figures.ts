/** The two figures: how many seeded faults are found with the right rule at the right line, and what is said of good hooks. */
import type { CParser } from '../../server/src/c/parse/parser.ts';
import type { DiffOptions } from './diff.ts';
import type { Fault, GoodHook } from './hook.ts';
import { faultyChange, findingsIn, goodChange, isFound, noise, patchOf } from './seeded.ts';

export interface Figures {
  readonly seeded: number;
  readonly found: number;
  /** 'hook / fault: expected; said instead' */
  readonly missed: readonly string[];
  /** Faults that so little context does not tell from a right hook; they count nowhere else. */
  readonly blind: number;
  readonly good: number;
  /** Errors and warnings that a good hook does not deserve: 'hook / spelling: finding'. */
  readonly noise: readonly string[];
}

export function figuresOf(hooks: readonly GoodHook[], parser: CParser, context: DiffOptions['context'] = 3): Figures {
  const shows = ({ needs }: Fault) => needs === undefined || context === 'function' || context >= needs;
  const missed = hooks.flatMap((hook) =>
    hook.faults.filter(shows).flatMap((fault) => {
      const patch = patchOf(faultyChange(hook, fault), { context });
      const said = findingsIn(patch, parser);
      if (isFound(fault, said, patch)) return [];
      const instead = said.filter(({ finding }) => finding.severity !== 'note').map(({ at }) => at);
      return [`${hook.name} / ${fault.name}: ${fault.expect.join(' or ')}; said: ${instead.join(', ') || 'nothing'}`];
    }),
  );
  const spellings = hooks.flatMap((hook) => [
    { hook, name: 'as it is', edits: hook.edits },
    ...(hook.alike ?? []).map(({ name, edits }) => ({ hook, name, edits })),
  ]);
  const undeserved = spellings.flatMap(({ hook, name, edits }) =>
    noise(hook, findingsIn(patchOf(goodChange(hook, edits), { context }), parser)).map(
      ({ at, finding }) => `${hook.name} / ${name}: ${at}: ${finding.message}`,
    ),
  );
  const seeded = hooks.reduce((sum, hook) => sum + hook.faults.filter(shows).length, 0);
  const blind = hooks.reduce((sum, hook) => sum + hook.faults.length, 0) - seeded;
  return { seeded, found: seeded - missed.length, missed, blind, good: spellings.length, noise: undeserved };
}

export const figuresText = ({ seeded, found, good, noise: said, missed, blind }: Figures): string =>
  [
    `seeded faults found with the right rule at the right line: ${found} of ${seeded} (${((100 * found) / seeded).toFixed(1)} %)${blind > 0 ? `; ${blind} more read like a right hook there` : ''}`,
    `errors and warnings on ${good} good hooks that they do not deserve: ${said.length}`,
    ...missed.map((line) => `  missed: ${line}`),
    ...said.map((line) => `  undeserved: ${line}`),
  ].join('\n');
