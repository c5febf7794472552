/** How the rules about the sync's own implementation say what its runs show. */
import type { RuleSlug, Severity } from '../report.ts';
import type { Context, Draft } from '../rule.ts';

export const draftsFrom = (context: Context, rule: RuleSlug, severity: Severity): readonly Draft[] =>
  context.implementations.flatMap(({ facts, run, evidence }) =>
    facts
      .filter((fact) => fact.rule === rule)
      .map(({ spot, message, reason }) => ({ rule, severity, at: { spot }, message, reason, run, evidence })),
  );
