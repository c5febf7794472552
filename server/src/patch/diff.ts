/**
 * The diff parser. Its rule: a hunk is exactly as long as its counts say, and headers are looked for only outside of
 * hunks. So a removed line `-- x`, a signature, or prose that begins with `---` cannot be mistaken for a header.
 */
import { isFileHeader, readHunk } from './hunk.ts';
import type { FileDiff, Hunk, Problem } from './model.ts';
import { gitPaths, headerPath, stripPrefixes } from './paths.ts';
import type { SourceLine } from './source.ts';

export interface DiffResult {
  readonly files: readonly FileDiff[];
  readonly problems: readonly Problem[];
  /** Hunks that miss lines: tells a damaged reading of a text from a better one. */
  readonly short: number;
}

/** Nobody reads more of one text. */
const MAX_PROBLEMS = 100;

/** A file while its header and hunks are read. */
interface Draft {
  readonly line: number;
  /** Paths with their prefixes: of `---`/`+++`, else of `diff --git`. */
  paths: readonly [string, string] | null;
  /** Paths of rename and copy lines, which carry no prefix. */
  from: string | null;
  to: string | null;
  oldBlob: string | null;
  newBlob: string | null;
  created: boolean;
  deleted: boolean;
  binary: boolean;
  /** True once anything but the `diff --git` line was seen. */
  confirmed: boolean;
  readonly hunks: Hunk[];
}

interface State {
  readonly files: FileDiff[];
  readonly problems: Problem[];
  draft: Draft | null;
  /** True while the draft's extended header lines may follow. */
  inHeader: boolean;
  short: number;
}

/** Every file diff in the lines. Linear in their number; total. */
export function readDiff(lines: readonly SourceLine[]): DiffResult {
  const state: State = { files: [], problems: [], draft: null, inHeader: false, short: 0 };
  let i = 0;
  while (i < lines.length) i = step(state, lines, i);
  finish(state, true);
  return { files: state.files, problems: state.problems, short: state.short };
}

/** Handles the line at `i`, outside of hunks; returns the index to go on with. */
function step(state: State, lines: readonly SourceLine[], i: number): number {
  const source = lines[i];
  if (!source) return i + 1;
  const { text } = source;
  if (text.startsWith('diff --git ')) return beginGit(state, source, i);
  if (text.startsWith('diff --cc ') || text.startsWith('diff --combined ')) return skipCombined(state, lines, i);
  if (text.startsWith('@@ ')) return hunkAt(state, lines, i);
  if (text.startsWith('--- ') && fileHeaderAt(state, lines, i)) return i + 2;
  if (text.startsWith('*** ') && lines[i + 1]?.text.startsWith('--- ') && lines[i + 2]?.text.startsWith('*****')) {
    tell(state, source, 'A context diff begins here and was not read. Make a unified one (diff -u, git diff).');
  }
  if (text.startsWith('Binary files ') && state.draft) {
    state.draft.binary = true;
    state.draft.confirmed = true;
    return i + 1;
  }
  if (state.inHeader && state.draft && !extendedHeader(state.draft, text)) state.inHeader = false;
  // Text between two files or behind the signature: a hunk there belongs to no file.
  if (!state.inHeader && (text === '-- ' || text === '--')) finish(state, false);
  return i + 1;
}

function tell(state: State, at: SourceLine, message: string): void {
  if (state.problems.length < MAX_PROBLEMS) state.problems.push({ line: at.line, message });
}

function draft(line: number, paths: readonly [string, string] | null): Draft {
  return {
    line,
    paths,
    from: null,
    to: null,
    oldBlob: null,
    newBlob: null,
    created: false,
    deleted: false,
    binary: false,
    confirmed: false,
    hunks: [],
  };
}

function beginGit(state: State, source: SourceLine, i: number): number {
  finish(state, false);
  state.draft = draft(source.line, gitPaths(source.text.slice('diff --git '.length).trimEnd()));
  state.inHeader = true;
  return i + 1;
}

/** Takes `---` and `+++`; false where the line is prose. */
function fileHeaderAt(state: State, lines: readonly SourceLine[], i: number): boolean {
  const [minus, plus] = [lines[i], lines[i + 1]];
  if (!minus || !plus?.text.startsWith('+++ ')) return false;
  const inHeader = state.inHeader && state.draft !== null;
  if (!inHeader && !isFileHeader(lines, i)) {
    const cut = lines[i + 2] === undefined && looksLikePath(minus.text) && looksLikePath(plus.text);
    if (!cut) return false;
    tell(state, minus, 'The diff of this file has no hunk: the input is cut here. Get the complete patch.');
  }
  if (!inHeader) {
    finish(state, false);
    state.draft = draft(minus.line, null);
  }
  if (state.draft) {
    state.draft.paths = [headerPath(minus.text.slice(4)), headerPath(plus.text.slice(4))];
    state.draft.confirmed = true;
  }
  state.inHeader = false;
  return true;
}

function looksLikePath(text: string): boolean {
  return /^(?:---|\+\+\+) (?:"|\/dev\/null|\S+\/)/.test(text);
}

function hunkAt(state: State, lines: readonly SourceLine[], i: number): number {
  const source = lines[i];
  const result = readHunk(lines, i);
  if (!source) return i + 1;
  if (!result) {
    if (state.draft && source.text.startsWith('@@ -'))
      tell(state, source, 'This hunk header cannot be read; the hunk was left out. It should be "@@ -a,b +c,d @@".');
    return i + 1;
  }
  if (!state.draft?.paths && !state.draft?.to) {
    tell(state, source, 'This hunk stands under no file header (---, +++) and was left out: nobody can tell its file.');
    return result.next;
  }
  state.draft.confirmed = true;
  state.draft.hunks.push(result.hunk);
  state.inHeader = false;
  if (result.problem && state.problems.length < MAX_PROBLEMS) state.problems.push(result.problem);
  if (result.short) state.short++;
  return result.next;
}

/** Takes one line between `diff --git` and `---`; false if it is none. */
function extendedHeader(file: Draft, text: string): boolean {
  const index = /^index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: \d{6})?$/.exec(text);
  const moved = /^(rename|copy) (from|to) (.+)$/.exec(text);
  if (index) [file.oldBlob, file.newBlob] = [blob(index[1]), blob(index[2])];
  else if (moved) {
    const path = headerPath(moved[3] ?? '');
    if (moved[2] === 'from') file.from = path;
    else file.to = path;
  } else if (/^new file mode \d+$/.test(text)) file.created = true;
  else if (/^deleted file mode \d+$/.test(text)) file.deleted = true;
  else if (text === 'GIT binary patch') file.binary = true;
  else if (!/^(?:(?:old|new) mode \d+|(?:dis)?similarity index \d+%)$/.test(text)) return false;
  file.confirmed = true;
  return true;
}

/** All zeros stand for "no blob". */
function blob(name: string | undefined): string | null {
  return name === undefined || /^0+$/.test(name) ? null : name;
}

function finish(state: State, atEnd: boolean): void {
  const file = state.draft;
  state.draft = null;
  if (!file) return;
  if (!file.confirmed) {
    // `diff --git` alone: the end of a cut patch, or somebody's prose.
    if (atEnd && state.inHeader && file.paths)
      state.problems.push({ line: file.line, message: 'The input is cut behind this line. Get the complete patch.' });
    return;
  }
  const paths = file.paths ? stripPrefixes(...file.paths) : { oldPath: null, newPath: null };
  if (!file.paths && !file.from && !file.to) {
    state.problems.push({
      line: file.line,
      message: 'The paths in this line cannot be told apart; the file was left out. Quote them as git does.',
    });
    return;
  }
  state.files.push({
    line: file.line,
    oldPath: file.created ? null : (file.from ?? paths.oldPath),
    newPath: file.deleted ? null : (file.to ?? paths.newPath),
    oldBlob: file.oldBlob,
    newBlob: file.newBlob,
    binary: file.binary,
    hunks: file.hunks,
  });
}

/** A merge has several parents and `@@@` hunks: named as a problem, its hunks skipped. */
function skipCombined(state: State, lines: readonly SourceLine[], i: number): number {
  finish(state, false);
  const source = lines[i];
  if (source)
    tell(state, source, 'A combined diff of a merge was left out. Show the merge against one parent (git show -m).');
  let next = i + 1;
  while (next < lines.length && !/^(?:diff --|commit [0-9a-f]{7})/.test(lines[next]?.text ?? '')) next++;
  return next;
}
