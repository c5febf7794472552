/**
 * `npm run bench cli`: the whole command. With CHECKPATCH=path/to/checkpatch.pl in the environment each figure is held
 * against that of checkpatch.pl on the same mail, measured in turns with it.
 */
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { built, corpus, median, ownPatch, report } from './measure.ts';

const ROUNDS = 7;
const checkpatch = process.env.CHECKPATCH;

function seconds(command: string, args: readonly string[]): number {
  const start = performance.now();
  // The status is not looked at: 1 says that there are findings.
  const { error } = spawnSync(command, args, { stdio: 'ignore' });
  if (error) throw error;
  return (performance.now() - start) / 1000;
}

function inTurns(path: string): void {
  const name = basename(path);
  const own: number[] = [];
  const other: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    own.push(seconds(process.execPath, [built('mktme-review.js'), path]));
    if (checkpatch) other.push(seconds('perl', [checkpatch, '--no-tree', path]));
  }
  if (checkpatch) report(`checkpatch.pl ${name}, median of ${ROUNDS}`, median(other), 's');
  report(`mktme-review ${name}, median of ${ROUNDS}`, median(own), 's', checkpatch ? median(other) : undefined);
}

const starting = Array.from({ length: ROUNDS }, () =>
  seconds(process.execPath, [built('mktme-review.js'), '--version']),
);
report('mktme-review --version', median(starting), 's');
inTurns(ownPatch());
for (const name of ['2019-06-17-pageattr-hook.txt', '2019-05-08-rfc-18-of-62.eml']) {
  const path = corpus(name);
  if (path) inTurns(path);
}
