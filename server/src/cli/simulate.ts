import { simulate } from '../../../engine/src/simulate.ts';
import { prettyJson } from './pretty-json.ts';

/** How `mktme-review simulate` ended: 2 and one line where the input made no sense. */
export interface SimulateStatus {
  readonly exitCode: 0 | 2;
  readonly error?: string;
}

/**
 * The text of a scenario file, or of an array of scenarios, to the JSON that is printed, piece by piece: thousands of
 * results together are longer than a string can be. What makes no sense prints nothing, or in an array `{"error": ...}` in
 * its place; the first such line is in `error`.
 */
export function* simulateCommand(text: string): Generator<string, SimulateStatus> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\p{Cc}+/gu, ' ') : 'unreadable';
    return { exitCode: 2, error: `scenario: not JSON: ${reason}` };
  }
  const several = Array.isArray(document);
  const scenarios: unknown[] = Array.isArray(document) ? document : [document];
  let error: string | undefined;
  function* results(): Generator<unknown> {
    for (const [index, scenario] of scenarios.entries()) {
      const run = simulate(scenario);
      if ('error' in run) error ??= several ? `[${index}].${run.error}` : run.error;
      yield 'error' in run ? run : run.result;
    }
  }
  if (several) yield* inBatches(prettyJson(results()));
  else for (const result of results()) if (error === undefined) yield* inBatches(prettyJson(result));
  return error === undefined ? { exitCode: 0 } : { exitCode: 2, error };
}

/** Pieces of text, and a last line end, for few writes. */
function* inBatches(pieces: Iterable<string>): Generator<string> {
  let waiting = '';
  for (const piece of pieces) {
    waiting += piece;
    if (waiting.length < 1 << 16) continue;
    yield waiting;
    waiting = '';
  }
  yield `${waiting}\n`;
}
