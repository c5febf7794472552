import { pictureLines } from '../../../engine/src/picture/terminal.ts';
import { Failure } from '../host/failure.ts';
import { kernelAt } from '../host/kernel.ts';
import type { PatchFile } from '../patch/model.ts';
import type { ReviewOptions } from '../review/report.ts';
import type { Reviewer } from '../show/reviewer.ts';
import type { ReviewCommand } from './args.ts';
import { check } from './formats/check.ts';
import { html, type ReplayPage } from './formats/html.ts';
import { json } from './formats/json.ts';
import { replyMails } from './formats/reply-mails.ts';
import { sarif } from './formats/sarif.ts';
import { styleOf } from './formats/style.ts';
import { terse } from './formats/terse.ts';
import { text } from './formats/text.ts';
import { type Input, inputsOf } from './inputs.ts';
import { type Reviewed, totalsOf } from './reviewed.ts';

/** The world around a run, so that tests can stand in for it. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of standard output. */
  readonly isTerminal: boolean;
  readonly columns: number;
  /** The replay page as it was built, for the HTML report; null: it is not there. */
  readonly replayPage: () => ReplayPage | null;
  readonly out: (text: string) => void;
  /** One line of standard error, without its newline. */
  readonly complain: (line: string) => void;
}

/** Reviews what the command names, prints it, and returns the exit status: 0, 1 (findings at or above --fail-on) or 2. */
export function runReview(command: ReviewCommand, reviewer: Reviewer, world: World): 0 | 1 | 2 {
  const options = optionsOf(command);
  let failed = false;
  const fail = (error: unknown): void => {
    if (!(error instanceof Failure)) throw error;
    failed = true;
    world.complain(error.message);
  };
  const inputs = (command.inputs.length > 0 ? command.inputs : ['-']).flatMap((argument): readonly Input[] => {
    try {
      return inputsOf(argument, command.kernel);
    } catch (error) {
      fail(error);
      return [];
    }
  });
  const read = inputs.flatMap((input): readonly Read[] => {
    try {
      return [{ name: input.name, bytes: input.read() }];
    } catch (error) {
      fail(error);
      return [];
    }
  });
  const all = reviewedOf(read, reviewer, options);
  const readable = all.filter((one) => !one.report.unreadable);
  for (const { name, report } of all) {
    if (!report.unreadable) continue;
    const { line, message } = report.problems[0] ??
      report.patches.flatMap((patch) => patch.problems)[0] ?? {
        line: 0,
        message: 'nothing in it could be read as a patch',
      };
    world.complain(`${name}${line > 0 ? `:${line}` : ''}: ${message}`);
  }
  if (readable.length > 0 || !['text', 'terse', 'reply'].includes(command.format))
    world.out(print(readable, command, world));
  if (failed || (all.length > 0 && readable.length === 0)) return 2;
  return statusOf(readable, command.failOn);
}

function optionsOf(command: ReviewCommand): Omit<ReviewOptions, 'file'> {
  return {
    rules: command.rules,
    ...(command.syncs.length > 0 ? { syncs: command.syncs } : {}),
    ...(command.skipScenarios.length > 0 ? { skipScenarios: command.skipScenarios } : {}),
    ...(command.keyIds === null ? {} : { keyIds: command.keyIds }),
    ...(command.pagingLevels === null ? {} : { pagingLevels: command.pagingLevels }),
    ...(command.kernel === null ? {} : kernelAt(command.kernel)),
  };
}

interface Read {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Several inputs may be one series; a single one may hold one. */
function reviewedOf(
  all: readonly Read[],
  reviewer: Reviewer,
  options: Omit<ReviewOptions, 'file'>,
): readonly Reviewed[] {
  const reports =
    all.length > 1 && reviewer.together
      ? reviewer.together(
          all.map(({ name, bytes }) => ({ file: name, input: bytes })),
          options,
        )
      : all.map(({ name, bytes }) => reviewer.review(bytes, { ...options, file: name }));
  return all.flatMap(({ name, bytes }, index): readonly Reviewed[] => {
    const report = reports[index];
    let patchFile: PatchFile | null = null;
    const read = () => {
      patchFile ??= reviewer.read(bytes);
      return patchFile;
    };
    return report ? [{ name, report, patchFile: read }] : [];
  });
}

function print(all: readonly Reviewed[], command: ReviewCommand, world: World): string {
  switch (command.format) {
    case 'text': {
      const style = styleOf(command.color, world);
      const width = Math.max(40, Math.min(world.columns, 120)) - 10;
      return text(all, { style, quiet: command.quiet, picture: (replay) => pictureLines(replay, width) });
    }
    case 'terse':
      return terse(all);
    case 'json':
      return json(all);
    case 'sarif':
      return sarif(all);
    case 'check':
      return check(all);
    case 'reply':
      return replyMails(all);
    case 'html':
      return html(all, world.replayPage());
  }
}

function statusOf(all: readonly Reviewed[], failOn: ReviewCommand['failOn']): 0 | 1 {
  const { errors, warnings } = totalsOf(all);
  if (failOn === 'never') return 0;
  return errors > 0 || (failOn === 'warning' && warnings > 0) ? 1 : 0;
}
