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
const sessionsOf = (text: string): readonly Session[] =>
  [...text.matchAll(/^```console\n\$ (.*)\n([\s\S]*?)^```/gm)].map(([, command = '', shown = '']) => ({
    command,
    shown: shown.trimEnd().split('\n'),
  }));

async function printed(command: string): Promise<readonly string[]> {
  const [program, ...argv] = command.split(' ');
  expect(program).toBe('mktme-review');
  const parsed = parseCommand(argv);
  let text = '';
  if (parsed.command === 'simulate') {
    for (const name of parsed.inputs) text += [...simulateCommand(readFileSync(name, 'utf8'))].join('');
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

/** Blocks of an output, which blank lines part. */
const blocksOf = (lines: readonly string[]): readonly (readonly string[])[] =>
  lines
    .join('\n')
    .split('\n\n')
    .map((block) => block.split('\n'));

/** `error[partial-sync]`: what a block is about. */
const topicOf = ([head = '']: readonly string[]): string => /^\w+\[[a-z-]+\]/.exec(head)?.[0] ?? '';

/**
 * The shown part of an output, made anew: the blocks that are shown now, as long as they are shown (one that ends with `[...]` is cut
 * there), and `[...]` for those between.
 */
function excerpt(shown: readonly string[], lines: readonly string[]): readonly string[] {
  const wanted = blocksOf(shown).map((block) => (block[0] === '[...]' ? block.slice(1) : block));
  const out: string[] = [];
  for (const block of blocksOf(lines)) {
    const now = wanted.find((each) => topicOf(each) === topicOf(block) && each.length > 0);
    if (now === undefined) {
      if (out.at(-1) !== '[...]') out.push('[...]');
      continue;
    }
    const cut = now.at(-1) === '[...]';
    out.push(...(cut ? [...block.slice(0, now.length - 1), '[...]'] : block), '');
  }
  return out.join('\n').trimEnd().split('\n');
}

/** True if every line stands in the output, in this order; `[...]` for any others. */
function isPart(shown: readonly string[], lines: readonly string[]): boolean {
  let at = 0;
  return shown.every((line) => {
    if (line === '[...]') return true;
    at = lines.indexOf(line, at) + 1;
    return at > 0;
  });
}

const readme = readFileSync('README.md', 'utf8');

const sessions = sessionsOf(readme);

describe('README.md', () => {
  it('shows the review as it is printed; -u renews it', async () => {
    const [review] = sessions;
    if (review === undefined) return expect.fail('no session');
    const lines = await printed(review.command);
    const renewed = excerpt(review.shown, lines);
    expect(renewed.filter((line) => topicOf([line]) !== '')).toHaveLength(2);
    await expect(readme.replace(review.shown.join('\n'), () => renewed.join('\n'))).toMatchFileSnapshot(
      '../../README.md',
    );
  });

  it('shows the simulation as it is printed', async () => {
    const simulation = sessions[1];
    expect(simulation?.shown.length).toBeGreaterThan(10);
    expect(isPart(simulation?.shown ?? [], await printed(simulation?.command ?? ''))).toBe(true);
  });

  it('shows the scenario file as it is', () => {
    expect(readme).toContain(`\`\`\`json\n${readFileSync('examples/split.json', 'utf8')}\`\`\`\n`);
  });
});

describe('a session', () => {
  const lines = ['error[a]: 1', 'x', '', 'error[b]: 2', 'y', 'z', '', 'error[c]: 3', '', '2 errors'];
  it.each([
    [
      ['error[a]: 0', 'x', '', '[...]'],
      ['error[a]: 1', 'x', '', '[...]'],
    ],
    [
      ['[...]', 'error[b]: 0', 'y', '[...]', '', '2 errors'],
      ['[...]', 'error[b]: 2', 'y', '[...]', '', '[...]', '2 errors'],
    ],
  ])('%j is renewed', (shown, renewed) => {
    expect(excerpt(shown, lines)).toEqual(renewed);
  });

  it('is no part of an output that lacks one of its lines', () => {
    expect(isPart(['x', '[...]', 'z'], lines)).toBe(true);
    expect(isPart(['z', 'x'], lines)).toBe(false);
    expect(isPart(['[...]', 'other'], lines)).toBe(false);
  });
});
