/** The two figures: how many seeded faults are found with the right rule at the right line, and what is said of good hooks. */
import type { CParser } from '../../server/src/c/parse/parser.ts';
import type { GoodHook } from './hook.ts';
import { faultyChange, findingsIn, goodChange, isFound, noise, patchOf } from './seeded.ts';

export interface Figures {
  readonly seeded: number;
  readonly found: number;
  /** 'hook / fault: expected; said instead' */
  readonly missed: readonly string[];
  readonly good: number;
  /** Errors and warnings that a good hook does not deserve: 'hook / spelling: finding'. */
  readonly noise: readonly string[];
}

export function figuresOf(hooks: readonly GoodHook[], parser: CParser): Figures {
  const missed = hooks.flatMap((hook) =>
    hook.faults.flatMap((fault) => {
      const said = findingsIn(patchOf(faultyChange(hook, fault)), parser);
      if (isFound(fault, said)) return [];
      const instead = said.filter(({ finding }) => finding.severity !== 'note').map(({ at }) => at);
      return [`${hook.name} / ${fault.name}: ${fault.expect.join(' or ')}; said: ${instead.join(', ') || 'nothing'}`];
    }),
  );
  const spellings = hooks.flatMap((hook) => [
    { hook, name: 'as it is', edits: hook.edits },
    ...(hook.alike ?? []).map(({ name, edits }) => ({ hook, name, edits })),
  ]);
  const undeserved = spellings.flatMap(({ hook, name, edits }) =>
    noise(hook, findingsIn(patchOf(goodChange(hook, edits)), parser)).map(
      ({ at, finding }) => `${hook.name} / ${name}: ${at}: ${finding.message}`,
    ),
  );
  const seeded = hooks.reduce((sum, hook) => sum + hook.faults.length, 0);
  return { seeded, found: seeded - missed.length, missed, good: spellings.length, noise: undeserved };
}

export const figuresText = ({ seeded, found, good, noise: said, missed }: Figures): string =>
  [
    `seeded faults found with the right rule at the right line: ${found} of ${seeded} (${((100 * found) / seeded).toFixed(1)} %)`,
    `errors and warnings on ${good} good hooks that they do not deserve: ${said.length}`,
    ...missed.map((line) => `  missed: ${line}`),
    ...said.map((line) => `  undeserved: ${line}`),
  ].join('\n');
