/** The command's entry: the only place that touches the process. What it does is in run.ts. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Failure, reasonOf } from '../host/failure.ts';
import { loadReviewer } from '../show/load-reviewer.ts';
import { parseCommand } from './args.ts';
import type { ReplayPage } from './formats/html.ts';
import { HELP } from './help.ts';
import { inputsOf } from './inputs.ts';
import { runReview } from './run.ts';
import { simulateCommand } from './simulate.ts';
import { TOOL } from './version.ts';

// `mktme-review ... | head`: whoever reads has had enough, which is no failure. What is left to write is dropped.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  complain(`standard output: ${reasonOf(error)}; nothing more was written`);
  process.exitCode = 2;
});
process.stderr.on('error', () => {});

const out = (text: string): void => {
  process.stdout.write(text);
};

const complain = (line: string): void => {
  process.stderr.write(`${TOOL.name}: ${line.replaceAll(/[\r\n]+/g, ' ')}\n`);
};

/** The exit status is set and never forced, so that pipes are written out whole before the process ends. */
async function main(argv: readonly string[]): Promise<0 | 1 | 2> {
  const command = parseCommand(argv);
  switch (command.command) {
    case 'help':
      out(HELP);
      return 0;
    case 'version':
      out(`${TOOL.name} ${TOOL.version}\n`);
      return 0;
    case 'simulate':
      return simulate(command.inputs);
    case 'review': {
      if (command.inputs.length === 0 && process.stdin.isTTY)
        throw new Failure('nothing to review; name a patch, a mail, an mbox or a directory, or see --help');
      return runReview(command, await loadReviewer(), {
        env: process.env,
        isTerminal: process.stdout.isTTY === true,
        columns: process.stdout.columns ?? 100,
        replayPage,
        out,
        complain,
      });
    }
  }
}

/** One scenario file, or standard input. Waits for whoever reads: the output may be larger than memory is meant to hold. */
async function simulate(inputs: readonly string[]): Promise<0 | 2> {
  const [name = '-', ...more] = inputs;
  if (more.length > 0) throw new Failure('simulate takes one file; put several scenarios into one JSON array');
  const [input] = inputsOf(name, null);
  const pieces = simulateCommand(new TextDecoder().decode(input?.read()));
  let next = pieces.next();
  for (; next.done !== true; next = pieces.next()) {
    if (!process.stdout.write(next.value) && !(await drained())) return 0;
  }
  const { exitCode, error } = next.value;
  if (error !== undefined) complain(`${input?.name ?? name}: ${error}`);
  return exitCode;
}

/** Waits until standard output takes more. False: it never will. */
const drained = async (): Promise<boolean> => {
  try {
    await once(process.stdout, 'drain');
    return true;
  } catch {
    return false;
  }
};

/** The page as the build put it beside this program. */
function replayPage(): ReplayPage | null {
  const beside = (name: string): string | null => {
    try {
      return readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8');
    } catch {
      return null;
    }
  };
  const script = beside('./replay.js');
  return script === null ? null : { script, style: beside('./replay.css') };
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode ??= status;
  },
  (error: unknown) => {
    complain(error instanceof Failure ? error.message : `a fault of this program, please report it: ${String(error)}`);
    process.exitCode = 2;
  },
);
