/** `npm run bench review`: one review inside a warm process. */
import { basename } from 'node:path';
import { loadReviewer } from '../../server/src/show/load-reviewer.ts';
import { corpus, median, ownPatch, processor, read, report } from './measure.ts';

const ROUNDS = 20;

const reviewer = await loadReviewer();

function warm(path: string, target?: number): void {
  const input = read(path);
  const once = () => processor(() => reviewer.review(input, { file: path }));
  const first = once();
  const times = Array.from({ length: ROUNDS * 2 }, once).slice(ROUNDS);
  report(`${basename(path)}: the first review of this process`, first, 'ms');
  report(`${basename(path)}: warm, median of ${ROUNDS}`, median(times), 'ms', target);
}

const targets: Readonly<Record<string, number>> = {
  '2019-06-17-pageattr-hook.txt': 100,
  '2019-05-08-rfc-18-of-62.eml': 150,
};
warm(ownPatch(), 100);
for (const [name, target] of Object.entries(targets)) {
  const path = corpus(name);
  if (path) warm(path, target);
}
const series = corpus('2019-05-08-rfc-series.mbox');
if (series) {
  const input = read(series);
  report(
    '2019-05-08-rfc-series.mbox: warm, 62 patches read and reviewed',
    median(Array.from({ length: 5 }, () => processor(() => reviewer.review(input, { file: series })))),
    'ms',
  );
  report(
    '2019-05-08-rfc-series.mbox: read alone',
    median(Array.from({ length: 9 }, () => processor(() => reviewer.read(input)))),
    'ms',
  );
}
