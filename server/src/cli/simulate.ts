import { simulate } from '../../../engine/src/simulate.ts';
import { inputsOf } from './inputs.ts';

/** Where the command writes: standard output, and one line for standard error. */
export interface SimulateOutput {
  out(text: string): void;
  complain(line: string): void;
}

/**
 * `mktme-review simulate SCENARIO.json|-`: prints each input's result. Returns the exit status; 2 if an input made no
 * sense. Throws Failure for an input that cannot be read.
 */
export const runSimulate = (inputs: readonly string[], io: SimulateOutput): 0 | 2 => {
  let status: 0 | 2 = 0;
  for (const argument of inputs.length === 0 ? ['-'] : inputs) {
    for (const input of inputsOf(argument, null)) {
      const { output, error } = simulateCommand(new TextDecoder().decode(input.read()));
      io.out(output);
      if (error !== undefined) {
        io.complain(`${input.name}: ${error}`);
        status = 2;
      }
    }
  }
  return status;
};

/**
 * The text of a scenario file, or of an array of scenarios, to the JSON that is printed. Exit code 2 and one line in
 * `error` where the input makes no sense; nothing is printed of it then, and in an array `{"error": ...}` in its place.
 */
export const simulateCommand = (text: string): { output: string; exitCode: number; error?: string } => {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return refuse(`scenario: not JSON: ${error instanceof Error ? error.message.split('\n')[0] : 'unreadable'}`);
  }
  if (!Array.isArray(document)) {
    const run = simulate(document);
    return 'error' in run ? refuse(run.error) : print(run.result);
  }
  const runs = document.map((scenario: unknown) => simulate(scenario));
  const printed = print(runs.map((run) => ('error' in run ? run : run.result)));
  const index = runs.findIndex((run) => 'error' in run);
  const bad = runs[index];
  return bad !== undefined && 'error' in bad ? { ...printed, exitCode: 2, error: `[${index}].${bad.error}` } : printed;
};

const refuse = (error: string): { output: string; exitCode: number; error: string } => ({
  output: '',
  exitCode: 2,
  error,
});

const print = (value: unknown): { output: string; exitCode: number } => ({
  output: `${JSON.stringify(value, null, 2)}\n`,
  exitCode: 0,
});
