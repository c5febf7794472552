/** The one entry: a patch file in, a report out. No I/O: files, git and time come in through the options. */
import type { CParser } from '../c/parse/parser.ts';
import type { PatchFile } from '../patch/model.ts';
import { readPatch } from '../patch/read.ts';
import { type Analysis, analyse, type KeptAnalysis } from './analyse.ts';
import { fixesFor } from './fixes/fix.ts';
import { keyIdHandovers, STRIDE } from './introduction.ts';
import { createReviewMemory, type ReviewMemory } from './memory.ts';
import { emptyReport, fullReport, summaryOf } from './patch-report.ts';
import { DEFAULT_SYNCS } from './program.ts';
import { replayOf } from './replay/replay.ts';
import type { PatchReport, Report, ReviewOptions } from './report.ts';
import { acrossSeries, seriesOf } from './series.ts';
import { readTexts, type Texts } from './text.ts';

export interface ReviewInput extends ReviewOptions {
  readonly parser: CParser;
  /** Kept by the caller from review to review of one document, for speed alone. */
  readonly memory?: ReviewMemory;
}

/** Reviews every message of the input. Total: what cannot be read or placed is a problem of the report. */
export const review = (input: Uint8Array | string, options: ReviewInput): Report =>
  reviewPatch(readPatch(input), options);

/** The same of an input that has been read. */
export function reviewPatch(patch: PatchFile, options: ReviewInput): Report {
  const steps = stepsOf(patch, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** How far a review is: `done` of `total` messages. */
export interface ReviewProgress {
  readonly done: number;
  readonly total: number;
}

/** The same with a pause before each patch and each run, for callers that have other things to do or may want to stop. */
export const reviewSteps = (input: Uint8Array | string, options: ReviewInput): Generator<ReviewProgress, Report> =>
  stepsOf(readPatch(input), options);

function* stepsOf(patch: PatchFile, options: ReviewInput): Generator<ReviewProgress, Report> {
  const names = [...(options.syncs ?? DEFAULT_SYNCS).map((sync) => sync.name), ...keyIdHandovers];
  const reports = new Map<number, PatchReport>();
  const analyses = new Map<number, Analysis>();
  const shownBy = new Map<number, ReadonlyMap<string, Analysis>>();
  for (const group of seriesOf(patch)) {
    for (const [index, analysis] of yield* analyseSeries(patch, group, names, options)) {
      analyses.set(index, analysis);
      reports.set(index, fullReport(analysis, options));
    }
    for (const [index, { findings, from }] of acrossSeries(group, analyses, patch, options)) {
      const message = patch.messages[index];
      const report = reports.get(index) ?? (message && emptyReport(message, options));
      if (report) reports.set(index, { ...report, findings });
      shownBy.set(index, from);
    }
  }
  options.memory?.forgetUnused();
  const patches = patch.messages.map((message, index) => reports.get(index) ?? emptyReport(message, options));
  return {
    patches,
    problems: patch.problems.map(({ line, message }) => ({ line: line + 1, message })),
    unreadable: patch.messages.every((message) => message.files.length === 0),
    summary: summaryOf(patches),
    replay(index, scenario, variant) {
      const analysis = shownBy.get(index)?.get(scenario) ?? analyses.get(index);
      return analysis ? replayOf(analysis.context, scenario, variant) : null;
    },
    fixes(index, finding) {
      const analysis = analyses.get(index);
      const found = patches.flatMap((each) => each.findings);
      const again = (text: string) => review(text, { ...options, memory: createReviewMemory() });
      return analysis ? fixesFor({ ...analysis.context, found }, finding, again) : [];
    },
  };
}

/** Each patch that concerns a sync, on top of its predecessors in the series. */
function* analyseSeries(
  patch: PatchFile,
  group: readonly number[],
  names: readonly string[],
  options: ReviewInput,
): Generator<ReviewProgress, ReadonlyMap<number, Analysis>> {
  const reaching = new Set(names);
  const concerning = new Set(
    group.filter((index) => {
      const named = namesAny(patch, index, [...reaching]);
      if (named) for (const wrapper of wrappersIn(patch, index, reaching)) reaching.add(wrapper);
      return named || namesAny(patch, index, [STRIDE]);
    }),
  );
  const paths = new Set([...concerning].flatMap((index) => pathsOf(patch, index)));
  const layers: Texts[] = [];
  const analyses = new Map<number, Analysis>();
  const memory = options.memory ?? createReviewMemory();
  const settings = JSON.stringify([
    options.file,
    options.keyIds,
    options.pagingLevels,
    options.syncs,
    options.skipScenarios,
  ]);
  let below = '';
  let before: KeptAnalysis | null = null;
  for (const index of concerning.size === 0 ? [] : group) {
    if (!concerning.has(index) && !pathsOf(patch, index).some((path) => paths.has(path))) continue;
    const message = patch.messages[index];
    if (!message) continue;
    const progress = { done: index, total: patch.messages.length };
    yield progress;
    const own = patch.lines.slice(message.line, message.endLine).join('\n');
    const texts = memory.recall<Texts>(`texts ${index}`, `${message.line} ${own}`, (last) =>
      readTexts({ ...options, patch, message: index, last }),
    );
    layers.push(texts.value);
    // A patch is analysed anew if its lines, its place or anything it is applied on top of has changed.
    below = `${below} ${texts.id}`;
    if (!concerning.has(index)) continue;
    const { value } = yield* memory.recallSteps<ReviewProgress, Analysis | null>(
      `analysis ${index} ${settings}`,
      below,
      (last) =>
        pausing(progress, analyse({ patch, message, layers: [...layers], options, last: last?.kept ?? null, before })),
    );
    if (!value) continue;
    analyses.set(index, value);
    before = value.kept;
  }
  return analyses;
}

/** A review's own pauses, to those who want to know how far it is. */
function* pausing<T>(progress: ReviewProgress, steps: Generator<void, T>): Generator<ReviewProgress, T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    yield progress;
  }
}

const pathsOf = (patch: PatchFile, index: number) =>
  (patch.messages[index]?.files ?? []).flatMap((file) => [file.oldPath ?? '', file.newPath ?? ''].filter(Boolean));

/** Macros and functions that a patch adds and that name a sync: what a later patch of the series may call instead. */
function wrappersIn(patch: PatchFile, index: number, names: ReadonlySet<string>): readonly string[] {
  const hunks = (patch.messages[index]?.files ?? []).flatMap((file) => file.hunks);
  return hunks.flatMap((hunk) => {
    let head: string | null = null;
    return hunk.lines.flatMap(({ kind, text }) => {
      if (kind !== 'added') return [];
      head = /^(?:#\s*define\s+|[A-Za-z_][\w\s*]*?\b)(\w+)\(/.exec(text)?.[1] ?? head;
      return head !== null && [...names].some((name) => text.includes(name)) ? [head] : [];
    });
  });
}

/** A quick look: a message that nowhere names a sync cannot concern one. */
const namesAny = (patch: PatchFile, index: number, names: readonly string[]) =>
  (patch.messages[index]?.files ?? []).some((file) =>
    file.hunks.some(
      (hunk) =>
        names.some((name) => hunk.heading.includes(name)) ||
        hunk.lines.some(({ text }) => names.some((name) => text.includes(name))),
    ),
  );
