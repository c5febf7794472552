/**
 * Git as a reader of somebody else's repository: never through a shell, nothing from the repository's own configuration that
 * could run a program, no fetching of missing objects, no locks. Revisions are checked before git sees them.
 */
import { execFileSync } from 'node:child_process';
import { Failure } from './failure.ts';

const LIMIT = 1 << 30;

// Settings of the repository that would start programs or change the shape of a diff.
const CONFIG = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.pager=cat',
  'diff.noprefix=false',
  'diff.mnemonicPrefix=false',
  'log.showSignature=false',
  'color.ui=never',
].flatMap((setting) => ['-c', setting]);

const DIFF = [
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--full-index',
  '-O/dev/null',
];

function git(kernel: string, args: readonly string[]): Buffer {
  return execFileSync('git', ['-C', kernel, '--no-pager', ...CONFIG, ...args], {
    env: {
      ...process.env,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_NO_LAZY_FETCH: '1',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C',
    },
    maxBuffer: LIMIT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** True for `A..B`, `A...B` and what looks like one revision; never for anything that git could take for an option. */
export const isRevision = (text: string): boolean => /^[A-Za-z0-9_@][\w./^~@{}+-]*$/.test(text) && text.length < 500;

/** The patches of `A..B` as an mbox, or one commit, as bytes. Throws Failure. */
export function patchesOf(kernel: string, revision: string): Buffer {
  if (!isRevision(revision)) throw new Failure(`${revision}: not a git revision or range; write A..B or a commit`);
  const args = revision.includes('..')
    ? ['format-patch', '--stdout', '--no-attach', '--no-signature', ...DIFF, '--end-of-options', revision, '--']
    : ['show', '--pretty=email', '--patch', '--stat', ...DIFF, '--end-of-options', revision, '--'];
  try {
    return git(kernel, args);
  } catch (error) {
    throw new Failure(`${revision}: ${gitReason(error)}; see that ${kernel} is a git clone that has it`);
  }
}

function gitReason(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'git is not installed';
  const stderr = String((error as { stderr?: Buffer }).stderr ?? '');
  return (
    stderr
      .split('\n')
      .find((line) => line !== '')
      ?.replace(/^(fatal|error): /, '') ?? 'git failed'
  );
}

/** The content of a blob by its (abbreviated) name, or null where the clone does not have it. */
export function blobOf(kernel: string, name: string): string | null {
  if (!/^[0-9a-f]{7,64}$/.test(name) || /^0+$/.test(name)) return null;
  try {
    return git(kernel, ['cat-file', 'blob', name]).toString('utf8');
  } catch {
    return null;
  }
}
