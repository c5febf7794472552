/** Unified diffs of small trees, with the freedom that variants need: context, split hunks, order. */
import type { Tree } from './edit.ts';

export interface DiffOptions {
  /** Lines of context; 'function': whole functions, as git's -W shows them. */
  readonly context: number | 'function';
  /** Hunks (and files) in the other order. */
  readonly reversed?: boolean;
}

type Op = { readonly kind: ' ' | '-' | '+'; readonly text: string };

/** A shortest edit script of lines. */
function script(before: readonly string[], after: readonly string[]): readonly Op[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail++;
  const kept = (text: string): Op => ({ kind: ' ', text });
  return [
    ...before.slice(0, head).map(kept),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(kept),
  ];
}

function middle(a: readonly string[], b: readonly string[]): readonly Op[] {
  const width = b.length + 1;
  const common = new Int32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        a[i] === b[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
  const ops: Op[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      ops.push({ kind: ' ', text: left });
      i++;
      j++;
    } else if (
      left !== undefined &&
      (right === undefined || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    ) {
      ops.push({ kind: '-', text: left });
      i++;
    } else if (right !== undefined) {
      ops.push({ kind: '+', text: right });
      j++;
    }
  }
  return ops;
}

/** What git's C driver takes for the head of a function. */
const isHead = (line: string) => /^[A-Za-z_]/.test(line) && !/^[a-z_]+:/.test(line);

/** The whole function around an edit-script index, as -W shows it. */
function functionAround(ops: readonly Op[], at: number): { first: number; last: number } {
  let first = at;
  while (first > 0 && !isHead(ops[first]?.text ?? '')) first--;
  let last = at;
  while (last < ops.length - 1 && ops[last]?.text !== '}') last++;
  return { first, last };
}

function hunksOf(ops: readonly Op[], context: DiffOptions['context']): readonly { first: number; last: number }[] {
  const hunks: { first: number; last: number }[] = [];
  ops.forEach((op, index) => {
    if (op.kind === ' ') return;
    const around =
      context === 'function'
        ? functionAround(ops, index)
        : { first: Math.max(0, index - context), last: Math.min(ops.length - 1, index + context) };
    const open = hunks.at(-1);
    if (open && around.first <= open.last + 1) {
      open.first = Math.min(open.first, around.first);
      open.last = Math.max(open.last, around.last);
    } else hunks.push(around);
  });
  return hunks;
}

const MOST_HEADING = 80;

function printHunk(ops: readonly Op[], { first, last }: { first: number; last: number }): string {
  const before = ops.slice(0, first);
  const own = ops.slice(first, last + 1);
  const lines = (list: readonly Op[], kind: Op['kind']) => list.filter((op) => op.kind === ' ' || op.kind === kind);
  const range = (kind: '-' | '+') => {
    const length = lines(own, kind).length;
    const start = lines(before, kind).length + (length > 0 ? 1 : 0);
    return `${kind}${start}${length === 1 ? '' : `,${length}`}`;
  };
  const heading = lines(before, '-').findLast((op) => isHead(op.text))?.text ?? '';
  return [
    `@@ ${range('-')} ${range('+')} @@${heading ? ` ${heading.slice(0, MOST_HEADING)}` : ''}`,
    ...own.map((op) => op.kind + op.text),
    '',
  ].join('\n');
}

const linesOf = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** The patch that turns one tree into the other; '' where they are equal. */
export function unifiedDiff(before: Tree, after: Tree, { context, reversed = false }: DiffOptions): string {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  const files = paths.flatMap((path) => {
    const [old, now] = [before.get(path), after.get(path)];
    if (old === now) return [];
    const ops = script(linesOf(old ?? ''), linesOf(now ?? ''));
    const hunks = hunksOf(ops, context).map((hunk) => printHunk(ops, hunk));
    return [
      [
        `diff --git a/${path} b/${path}`,
        ...(old === undefined ? ['new file mode 100644'] : []),
        ...(now === undefined ? ['deleted file mode 100644'] : []),
        `--- ${old === undefined ? '/dev/null' : `a/${path}`}`,
        `+++ ${now === undefined ? '/dev/null' : `b/${path}`}`,
        (reversed ? hunks.reverse() : hunks).join(''),
      ].join('\n'),
    ];
  });
  return (reversed ? files.reverse() : files).join('');
}

/** The tree with the first half of the changed places only; null where there is just one. */
export function steps(before: Tree, after: Tree): Tree | null {
  const places = [...after.keys()].flatMap((path) => {
    const ops = script(linesOf(before.get(path) ?? ''), linesOf(after.get(path) ?? ''));
    return hunksOf(ops, 0).map((hunk) => ({ path, ops, hunk }));
  });
  if (places.length < 2) return null;
  const early = new Set(places.slice(0, Math.ceil(places.length / 2)).map(({ hunk }) => hunk));
  const result = new Map(before);
  for (const path of new Set(places.map((place) => place.path))) {
    const own = places.filter((place) => place.path === path);
    const lines = (own[0]?.ops ?? []).flatMap((op, index) => {
      const place = own.find(({ hunk }) => index >= hunk.first && index <= hunk.last);
      const done = place !== undefined && early.has(place.hunk);
      return op.kind === ' ' || (op.kind === '+') === done ? [op.text] : [];
    });
    if (before.has(path) || lines.length > 0) result.set(path, `${lines.join('\n')}\n`);
  }
  return result;
}
