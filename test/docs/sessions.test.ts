/** Terminal sessions in the documents really ran: each line they show is one that the program prints, in that order. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../server/src/cli/args.ts';
import { runReview } from '../../server/src/cli/run.ts';
import { simulateCommand } from '../../server/src/cli/simulate.ts';
import { loadReviewer } from '../../server/src/show/load-reviewer.ts';

interface Session {
  readonly command: string;
  readonly shown: readonly string[];
}

/** Fenced blocks marked `console`; a line `[...]` stands for lines left out. */
const sessionsOf = (file: string): readonly Session[] =>
  [...readFileSync(file, 'utf8').matchAll(/^```console\n\$ (.*)\n([\s\S]*?)^```/gm)].map(
    ([, command = '', shown = '']) => ({ command, shown: shown.trimEnd().split('\n') }),
  );

async function printed(command: string): Promise<readonly string[]> {
  const [program, ...argv] = command.split(' ');
  expect(program).toBe('mktme-review');
  const parsed = parseCommand(argv);
  let text = '';
  if (parsed.command === 'simulate') {
    for (const name of parsed.inputs) {
      simulateCommand(readFileSync(name, 'utf8'), (part) => {
        text += part;
      });
    }
  } else if (parsed.command === 'review') {
    runReview(parsed, await loadReviewer(), {
      env: { NO_COLOR: '1' },
      isTerminal: false,
      columns: 100,
      replayPage: () => null,
      out: (part) => {
        text += part;
      },
      complain: (line) => expect.fail(line),
    });
  }
  return text.trimEnd().split('\n');
}

/** The first shown line that does not follow where it should; null: all do. */
function firstWrong(shown: readonly string[], lines: readonly string[]): string | null {
  let at = 0;
  let skips = false;
  for (const line of shown) {
    if (line === '[...]') {
      skips = true;
      continue;
    }
    const found = skips ? lines.indexOf(line, at) : lines[at] === line ? at : -1;
    if (found < 0) return line;
    at = found + 1;
    skips = false;
  }
  return skips || at === lines.length ? null : `and then: ${lines[at]}`;
}

const sessions = sessionsOf('README.md');

describe('README.md', () => {
  it('shows a review and a simulation', () => {
    expect(sessions).toHaveLength(2);
  });

  it.each(sessions.map(({ command, shown }) => [command, shown] as const))('%s', async (command, shown) => {
    expect(firstWrong(shown, await printed(command))).toBeNull();
  });

  it('shows the scenario file as it is', () => {
    expect(readFileSync('README.md', 'utf8')).toContain(
      `\`\`\`json\n${readFileSync('examples/split.json', 'utf8')}\`\`\`\n`,
    );
  });
});

describe('a session', () => {
  const lines = ['a', 'b', 'c', 'd'];
  it.each([
    [['a', '[...]', 'd'], null],
    [['[...]', 'c', '[...]'], null],
    [['a', 'c'], 'c'],
    [['[...]', 'x', '[...]'], 'x'],
    [['a', 'b'], 'and then: c'],
  ])('%j', (shown, wrong) => {
    expect(firstWrong(shown, lines)).toBe(wrong);
  });
});
