/** What a verdict rests on: what was evaluated, what was modelled, what stayed unknown, and what was not run. */
import type { Confidence } from './report.ts';
import type { Context } from './rule.ts';
import { placeOf } from './text.ts';
import type { Trials } from './trials.ts';

export function confidenceOf(context: Context, ran: Trials): Confidence {
  const { post, trials } = context;
  const evaluated = [...post.functions.values()].map((fn) =>
    fn.modelled ? `${fn.name}() (what the hunks show of it)` : `${fn.name}()`,
  );
  const entered = new Set<string>();
  for (const { run } of trials) if (run.side !== 'model') for (const step of run.trace) entered.add(step.function);
  const modelled = [...entered].filter((name) => name && !post.functions.has(name)).sort();
  const opaque = new Map<string, { what: string; line: number }>();
  for (const { run } of trials) {
    for (const { name, spot } of run.unknownCalls)
      if (spot)
        opaque.set(name, {
          what: `${name}() is not known: its result is taken as anything`,
          line: placeOf(spot.text, spot.span, '').line,
        });
    for (const { why, spot } of run.assumed)
      if (spot)
        opaque.set(`if ${why}`, {
          what: `a branch was tried both ways (${why})`,
          line: placeOf(spot.text, spot.span, '').line,
        });
    for (const { why, spot } of run.loops)
      if (spot)
        opaque.set(`loop ${why}`, {
          what: `the loop was gone round once: how often it does is not known (${why})`,
          line: placeOf(spot.text, spot.span, '').line,
        });
    for (const call of run.syncs)
      if (call.spot && call.opaque !== null)
        opaque.set(`range ${call.opaque}`, {
          what: `the range is not known (${call.opaque}) and is taken to cover the change`,
          line: placeOf(call.spot.text, call.spot.span, '').line,
        });
  }
  for (const item of post.unplaced)
    opaque.set(`place ${item.order}`, {
      what: 'no place was found for this statement in the flow around the hunk: it was not run',
      line: placeOf(item.text, item.stmt, '').line,
    });
  for (const item of post.adrift)
    opaque.set(`adrift ${item.order}`, {
      what: 'the hunk shows no known step of the function: only what holds wherever the statement may stand is said',
      line: placeOf(item.text, item.stmt, '').line,
    });
  for (const { source, text } of post.unmodelled)
    if (source.nameSpan)
      opaque.set(`part ${source.name}`, {
        what: `${source.name}() is shown in part and not modelled: it was not run`,
        line: placeOf(text, source.nameSpan, '').line,
      });
  return {
    evaluated,
    modelled,
    opaque: [...opaque.values()].sort((a, b) => a.line - b.line),
    notRun: [
      ...ran.untouched.map((scenario) => ({
        scenario: scenario.id,
        why: 'it does not reach what the patch shows; the kernel as modelled stands for it',
      })),
      ...ran.cut.map((scenario) => ({
        scenario: scenario.id,
        why: 'it has more ways through unknown branches than are tried, or the code does not come to its end',
      })),
    ],
  };
}
