import { type Entry, emptyTable, FANOUT, kidPages, Leaf, type Span, sameLeaf, spanOf } from './span.ts';

/** hole: mapped in the reference only; extra: in the other only; stale: in both, differently. */
export type DifferenceKind = 'hole' | 'stale' | 'extra';

export interface Difference {
  readonly start: number;
  readonly end: number;
  readonly kind: DifferenceKind;
}

/**
 * Where two mappings translate differently in [lo, hi): pfn, flags and KeyID bits, not page sizes. Maximal stretches in
 * order. Shared nodes are equal without looking.
 */
export const differences = (reference: Span | null, other: Span | null, lo: number, hi: number): Difference[] => {
  const found: { start: number; end: number; kind: DifferenceKind }[] = [];
  const emit = (start: number, end: number, kind: DifferenceKind): void => {
    const last = found[found.length - 1];
    if (last !== undefined && last.end === start && last.kind === kind) last.end = end;
    else found.push({ start, end, kind });
  };

  /** What `side` has in this stretch, the other side having nothing. */
  const onlyIn = (entry: Span | Leaf, base: number, size: number, kind: 'hole' | 'extra'): void => {
    if (base + size <= lo || base >= hi) return;
    if (entry instanceof Leaf || entry.solid !== null) {
      emit(Math.max(base, lo), Math.min(base + size, hi), kind);
      return;
    }
    const step = kidPages(entry.level, entry.height);
    entry.kids.forEach((kid, i) => {
      if (kid !== null) onlyIn(kid, base + i * step, step, kind);
    });
  };

  const compare = (a: Entry, b: Entry, base: number, size: number): void => {
    if (a === b || base + size <= lo || base >= hi) return;
    if (b === null) {
      if (a !== null) onlyIn(a, base, size, 'hole');
      return;
    }
    if (a === null) {
      onlyIn(b, base, size, 'extra');
      return;
    }
    const oneA = a instanceof Leaf ? a : a.solid;
    const oneB = b instanceof Leaf ? b : b.solid;
    if (oneA !== null && oneB !== null) {
      if (!sameLeaf(oneA, oneB)) emit(Math.max(base, lo), Math.min(base + size, hi), 'stale');
      return;
    }
    const shape = a instanceof Leaf ? b : a;
    if (shape instanceof Leaf) return;
    const step = kidPages(shape.level, shape.height);
    for (let i = 0; i < FANOUT; i++) {
      const kidA = a instanceof Leaf ? a : (a.kids[i] ?? null);
      const kidB = b instanceof Leaf ? b : (b.kids[i] ?? null);
      compare(kidA, kidB, base + i * step, step);
    }
  };

  const shape = reference ?? other;
  if (shape !== null && lo < hi) compare(reference, other, 0, kidPages(shape.level, shape.height) * FANOUT);
  return found;
};

/** A copy with every leaf replaced; for what is copied between mappings of different KeyIDs or places. */
export const translated = (root: Span, change: (leaf: Leaf) => Leaf): Span => {
  const done = new Map<Span, Span>();
  const walk = (span: Span): Span => {
    const known = done.get(span);
    if (known !== undefined) return known;
    const kids = span.kids.map((kid) => (kid === null ? null : kid instanceof Leaf ? change(kid) : walk(kid)));
    const result = rebuilt(span, kids);
    done.set(span, result);
    return result;
  };
  return walk(root);
};

const rebuilt = (span: Span, kids: readonly Entry[]): Span =>
  spanOf(span.level, span.height, kids) ?? emptyTable(span.level);

/** `span`, with the model's nodes wherever the two hold the same. */
export const unified = (span: Span | null, model: Span | null): Span | null => {
  if (span === null || model === null || span === model) return span;
  let same = true;
  let changed = false;
  const kids = span.kids.map((kid, i) => {
    const other = model.kids[i] ?? null;
    let next: Entry = kid;
    if (kid instanceof Leaf) {
      if (other instanceof Leaf && sameLeaf(kid, other)) next = other;
    } else if (!(other instanceof Leaf)) {
      next = unified(kid, other);
    }
    same &&= next === other;
    changed ||= next !== kid;
    return next;
  });
  if (same) return model;
  return changed ? rebuilt(span, kids) : span;
};
