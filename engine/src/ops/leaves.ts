import { FLAG_BITS } from '../flags.ts';
import { addressOf, heightOf } from '../geometry.ts';
import { rootOf } from '../spaces.ts';
import type { Doing } from '../state.ts';
import { levelNames } from '../sync/result.ts';
import { changeLeaves, putEntry, tableFor } from '../table/edit.ts';
import { find, type Run, runsOf, tableAt, tablesIn } from '../table/find.ts';
import { below, ENTRY_PAGES, type Leaf, type Level, leafOf, type Span } from '../table/span.ts';
import { keyIdOf, pageNames, replaceRoot, writeEvent } from './change.ts';
import type { Piece } from './pieces.ts';

/** One page-table allocation by the kernel's own code, and its event. False: it is the one that fails. */
export const allocateTable = (doing: Doing, keyId: number, level: Level, page: number): boolean => {
  const { budget } = doing.state;
  const place = { keyId: keyIdOf(keyId), level: levelNames[level], start: addressOf(doing.geometry, keyId, page) };
  if (budget === 0) {
    doing.state = { ...doing.state, budget: null };
    doing.say({ kind: 'alloc-failed', ...place });
    return false;
  }
  if (budget !== null) doing.state = { ...doing.state, budget: budget - 1 };
  doing.say({ kind: 'table-alloc', ...place });
  return true;
};

/** split_large_page() in one step: 1G to 512 x 2M, 2M to 512 x 4K. False: out of memory, or nothing to split. */
export const splitAt = (doing: Doing, keyId: number, page: number): boolean => {
  const { geometry } = doing;
  const root = rootOf(doing.state.spaces, keyId);
  const found = find(root, page);
  if (found === null || found.level === 0) return false;
  const { leaf, level, start } = found;
  if (!allocateTable(doing, keyId, below(level), start)) return false;
  const end = start + ENTRY_PAGES[level];
  replaceRoot(
    doing,
    keyId,
    putEntry(root, 3, heightOf(geometry, keyId), 0, level, start, tableFor(leaf, level)),
    start,
    end,
  );
  doing.say({
    kind: 'split',
    keyId: keyIdOf(keyId),
    page: level === 2 ? '1G' : '2M',
    start: addressOf(geometry, keyId, start),
    end: addressOf(geometry, keyId, end),
  });
  return true;
};

/** Splits until no leaf crosses the page boundary. False: out of memory. */
const splitEdge = (doing: Doing, keyId: number, page: number): boolean => {
  for (;;) {
    const found = find(rootOf(doing.state.spaces, keyId), page);
    if (found === null || found.start === page || found.level === 0) return true;
    if (!splitAt(doing, keyId, page)) return false;
  }
};

/** Splits at both ends of a piece. */
export const splitEdges = (doing: Doing, { keyId, lo, hi }: Piece): boolean =>
  splitEdge(doing, keyId, lo) && splitEdge(doing, keyId, hi);

const changeRun = (doing: Doing, keyId: number, run: Run, change: (leaf: Leaf) => Leaf | null): void => {
  const root = changeLeaves(rootOf(doing.state.spaces, keyId), run.start, run.end, change);
  replaceRoot(doing, keyId, root, run.start, run.end);
  doing.say(writeEvent(doing.geometry, keyId, run, run.leaf, change(run.leaf)));
};

/** Sets and clears flags; `set` wins, as in (prot & ~mask_clr) | mask_set of __change_page_attr(). */
export const protectPiece = (doing: Doing, piece: Piece, set: number, clear: number): boolean => {
  if (!splitEdges(doing, piece)) return false;
  const change = (leaf: Leaf): Leaf =>
    leafOf((leaf.attr & ~FLAG_BITS) | ((leaf.attr & FLAG_BITS & ~clear) | set), leaf.delta);
  for (const run of runsOf(rootOf(doing.state.spaces, piece.keyId), piece.lo, piece.hi)) {
    if (change(run.leaf).attr !== run.leaf.attr) changeRun(doing, piece.keyId, run, change);
  }
  return true;
};

/** Tables named one by one in the events of one operation. */
const NAMED = 8;

/** Events for the tables in [lo, hi) that `before` had and `after` has not; the first few. */
export const sayFreed = (
  doing: Doing,
  keyId: number,
  before: Span | null,
  after: Span | null,
  lo: number,
  hi: number,
): void => {
  if ((before?.tables ?? 0) <= (after?.tables ?? 0)) return;
  const gone = tablesIn(before, lo, hi, NAMED * 8).filter(({ level, start }) => tableAt(after, level, start) === null);
  for (const { level, start } of gone.slice(0, NAMED)) {
    doing.say({
      kind: 'table-free',
      keyId: keyIdOf(keyId),
      level: levelNames[level],
      start: addressOf(doing.geometry, keyId, start),
    });
  }
};

/** Unmaps a piece and frees the tables this empties (pud, pmd and pte tables). */
export const unmapPiece = (doing: Doing, piece: Piece): boolean => {
  if (!splitEdges(doing, piece)) return false;
  const { keyId, lo, hi } = piece;
  const before = rootOf(doing.state.spaces, keyId);
  for (const run of runsOf(before, lo, hi)) changeRun(doing, keyId, run, () => null);
  sayFreed(doing, keyId, before, rootOf(doing.state.spaces, keyId), lo, hi);
  return true;
};

/** A leaf of `level` in place of a table that maps the same, page by page. */
export const collapseAt = (doing: Doing, keyId: number, page: number, level: 1 | 2): boolean => {
  const { geometry } = doing;
  const root = rootOf(doing.state.spaces, keyId);
  const table = tableAt(root, below(level), page);
  const leaf = table?.solid ?? null;
  const size = ENTRY_PAGES[level];
  if (leaf === null || page % size !== 0 || leaf.delta % size !== 0) return false;
  replaceRoot(doing, keyId, putEntry(root, 3, heightOf(geometry, keyId), 0, level, page, leaf), page, page + size);
  doing.say({
    kind: 'collapse',
    keyId: keyIdOf(keyId),
    page: pageNames[level],
    start: addressOf(geometry, keyId, page),
    end: addressOf(geometry, keyId, page + size),
  });
  sayFreed(doing, keyId, root, rootOf(doing.state.spaces, keyId), page, page + size);
  return true;
};

/** Rewrites one leaf, or clears its entry; its table stays. True if the entry is another value now. */
export const writeLeafAt = (doing: Doing, keyId: number, page: number, attr: number | null): boolean => {
  const root = rootOf(doing.state.spaces, keyId);
  const found = find(root, page);
  if (found === null) return false;
  const { leaf, level, start } = found;
  const next = attr === null ? null : leafOf((leaf.attr & ~FLAG_BITS) | attr, leaf.delta);
  if (next !== null && next.attr === leaf.attr) return false;
  const end = start + ENTRY_PAGES[level];
  replaceRoot(doing, keyId, putEntry(root, 3, heightOf(doing.geometry, keyId), 0, level, start, next), start, end);
  doing.say(writeEvent(doing.geometry, keyId, { start, end, level }, leaf, next));
  return true;
};
