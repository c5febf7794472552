/** `npm run bench lsp`: what a person waits for in the editor, with the real server behind its real pipe. */
import { basename } from 'node:path';
import { type Client, startClient } from './client.ts';
import { built, clock, corpus, median, ownPatch, read, report } from './measure.ts';

const ROUNDS = 15;
const EDITS = 1000;
const MOST_MEMORY = 250;

const uriOf = (path: string): string => `file:///bench/${basename(path)}`;

/** Opened anew each time; the process and its code are warm. */
async function opening(client: Client, path: string): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS * 2; round++) {
    const uri = `${uriOf(path)}?${round}`;
    const text = read(path);
    times.push(
      await clock(async () => {
        await client.open(uri, text);
        await client.diagnostics(uri);
      }),
    );
    await client.close(uri);
  }
  report(`${basename(path)}: first open to diagnostics`, times[0] ?? 0, 'ms');
  report(`${basename(path)}: open to diagnostics, warm`, median(times.slice(ROUNDS)), 'ms', 150);
}

interface Place {
  readonly line: number;
  readonly character: number;
}

/** Ends of added lines of C in the hunks, evenly spread over the file: where somebody may type a blank. */
function places(text: string, count: number): readonly Place[] {
  const all = text
    .split('\n')
    .flatMap((line, index) => (/^\+\t.*;$/.test(line) ? [{ line: index, character: line.length }] : []));
  if (count >= all.length) return all;
  return Array.from(
    { length: count },
    (_, i) => all[Math.floor((i * all.length) / count)] ?? { line: 0, character: 0 },
  );
}

async function keystroke(client: Client, uri: string, at: Place, key = ' '): Promise<number> {
  return clock(async () => {
    await client.type(uri, at, key);
    await client.diagnostics(uri);
  });
}

/** The first, the middle and the last place of each patch: what a keystroke costs may depend on what stands above and below. */
function placesByPatch(text: string): readonly Place[] {
  const byPatch = new Map<number, Place[]>();
  const begins = text
    .split('\n')
    .flatMap((line, index) => (/^From [0-9a-f]{40} |^diff --git/.test(line) ? [index] : []));
  for (const at of places(text, Number.MAX_SAFE_INTEGER)) {
    const patch = begins.findLast((line) => line < at.line) ?? 0;
    byPatch.set(patch, [...(byPatch.get(patch) ?? []), at]);
  }
  return [...byPatch.values()].flatMap((all) =>
    [...new Set([all[0], all[all.length >> 1], all.at(-1)])].flatMap((at) => at ?? []),
  );
}

/** Places in the added functions whose names begin with that of the sync: its own walkers. */
function placesInSync(text: string): readonly Place[] {
  let name = '';
  const lines = text.split('\n');
  const inside = new Set(
    lines.flatMap((line, index) => {
      name = /^\+(?:static )?\w+ (\w+)\(/.exec(line)?.[1] ?? (/^\+\}/.test(line) ? '' : name);
      return name.startsWith('sync_direct_mapping') ? [index] : [];
    }),
  );
  return places(text, Number.MAX_SAFE_INTEGER).filter(({ line }) => inside.has(line));
}

const MOST_PLACES = 24;
const spread = <T>(all: readonly T[]): readonly T[] =>
  all.filter((_, index) => index % Math.ceil(all.length / MOST_PLACES) === 0);

/** Each place several times, for its median and its slowest; what is told is the worst place. */
async function worstPlace(
  client: Client,
  uri: string,
  what: string,
  all: readonly Place[],
  key: string,
): Promise<void> {
  const medians: number[] = [];
  const slowest: number[] = [];
  for (const at of all) {
    const times: number[] = [];
    for (let round = 0; round < 3; round++) times.push(await keystroke(client, uri, at, key));
    medians.push(median(times));
    slowest.push(Math.max(...times));
  }
  if (all.length === 0) return;
  const worst = medians.indexOf(Math.max(...medians));
  report(`${what}: median of ${all.length} places`, median(medians), 'ms', 50);
  report(`${what}: the worst of them, line ${(all[worst]?.line ?? 0) + 1}`, medians[worst] ?? 0, 'ms', 50);
  report(`${what}: its slowest keystroke, and that of all`, Math.max(...slowest), 'ms');
}

async function typing(client: Client, path: string): Promise<void> {
  const uri = uriOf(path);
  const text = read(path);
  await client.open(uri, text);
  await client.diagnostics(uri);
  for (const at of places(text, ROUNDS)) await keystroke(client, uri, at);
  const times: number[] = [];
  for (const at of places(text, ROUNDS * 2)) times.push(await keystroke(client, uri, at));
  report(`${basename(path)}: a keystroke in a hunk to new diagnostics`, median(times), 'ms', 50);
  const name = basename(path);
  const own = placesInSync(text);
  await worstPlace(client, uri, `${name}: a blank in each patch`, spread(placesByPatch(text)), ' ');
  await worstPlace(client, uri, `${name}: a blank in the sync itself`, spread(own), ' ');
  // Each is other code: the patch's own sync has to run anew.
  await worstPlace(client, uri, `${name}: a statement in the sync itself`, spread(own), ' barrier();');

  const lines = text.split('\n');
  const line = lines.findIndex((one) => /^\+.*\bsync_direct_mapping\(/.test(one));
  const at = { line, character: (lines[line] ?? '').indexOf('sync_direct_mapping') + 2 };
  await client.hover(uri, at);
  const hovers: number[] = [];
  for (let round = 0; round < ROUNDS; round++) hovers.push(await clock(() => client.hover(uri, at)));
  report(`${basename(path)}: hover on a sync call`, median(hovers), 'ms', 10);

  const edited = places(text, 3)[1] ?? { line: 0, character: 0 };
  const all = await clock(async () => {
    for (let edit = 0; edit < EDITS; edit++) await keystroke(client, uri, edited);
  });
  report(`${basename(path)}: ${EDITS} edits, each with its diagnostics`, all / EDITS, 'ms each');
  const memory = client.memory();
  if (memory === null) console.log('not measured: memory of the server (no /proc here)');
  else report(`${basename(path)}: memory of the server after ${EDITS} edits`, memory, 'MiB', MOST_MEMORY);
  await client.close(uri);
}

const client = await startClient(built('server.cjs'));
try {
  await opening(client, ownPatch());
  const mail = corpus('2019-06-17-pageattr-hook.txt');
  if (mail) await opening(client, mail);
  const series = corpus('2019-05-08-rfc-series.mbox');
  await typing(client, series ?? ownPatch());
} finally {
  client.stop();
}
