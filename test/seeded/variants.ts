/** One change, presented in other ways: none of them may change what is found. */
import { type DiffOptions, steps, unifiedDiff } from './diff.ts';
import type { Edit, Tree } from './edit.ts';
import * as mail from './mail.ts';
import type { Change } from './seeded.ts';
import { braced, commented, type Restyled, renamed, reordered, type Touched } from './style.ts';

export interface Variant {
  readonly name: string;
  /** It may show too little to say where a statement stands, or which of the kernel's variables a name is. */
  readonly hides?: boolean;
  /** Null where the change has no such variant. */
  make(change: Change, edits: readonly Edit[]): Presented | null;
}

export interface Presented {
  readonly patch: string;
  /** The content of a line as the plain patch has it; null: lines are encoded, or others are shown, and compared is by function. */
  readonly back: ((line: string) => string) | null;
}

const same = (line: string) => line;
const plain: DiffOptions = { context: 3 };

const shown = (name: string, options: DiffOptions): Variant => ({
  name,
  make: ({ before, after }) => ({
    patch: unifiedDiff(before, after, options),
    // More context may show the very jump or condition that less leaves out.
    back: options.context === plain.context ? same : null,
  }),
});

const wrapped = (name: string, wrap: (diff: string) => string, comparable = true): Variant => ({
  name,
  make: ({ before, after }) => ({ patch: wrap(unifiedDiff(before, after, plain)), back: comparable ? same : null }),
});

/** `longer`: the style takes more lines, so that a hunk shows less of what is around. */
const restyled = (name: string, restyle: (touched: Touched) => Restyled, longer = false): Variant => ({
  name,
  make: ({ before, after }, edits) => {
    const functions = touchedBy(edits);
    const other = restyle({ before, after, functions });
    if (isSame(other.before, before) && isSame(other.after, after)) return null;
    return { patch: unifiedDiff(other.before, other.after, plain), back: longer ? null : other.back };
  },
});

const isSame = (a: Tree, b: Tree) => [...a].every(([path, text]) => b.get(path) === text);

/** Functions that edits change or bring. */
function touchedBy(edits: readonly Edit[]) {
  const found = new Map<string, { path: string; fn: string }>();
  for (const { path, fn, put } of edits) {
    const added = [...put.matchAll(/^\w[^\n;=]*?(\w+)\([^;{]*\)\n\{/gm)].flatMap((match) => match[1] ?? []);
    for (const name of [...(fn && put !== '' && added.length === 0 ? [fn] : []), ...added])
      found.set(`${path} ${name}`, { path, fn: name });
  }
  return [...found.values()];
}

const series: Variant = {
  name: 'over two patches of an mbox',
  make: ({ before, after }) => {
    const half = steps(before, after);
    return (
      half && { patch: mail.mbox([unifiedDiff(before, half, plain), unifiedDiff(half, after, plain)]), back: same }
    );
  },
};

export const VARIANTS: readonly Variant[] = [
  { ...shown('-U0', { context: 0 }), hides: true },
  { ...shown('-U1', { context: 1 }), hides: true },
  shown('-U10', { context: 10 }),
  shown('-U50', { context: 50 }),
  shown('-W', { context: 'function' }),
  shown('hunks in the other order', { context: 3, reversed: true }),
  wrapped('CRLF', (diff) => diff.replaceAll('\n', '\r\n')),
  wrapped('a mail', mail.formatPatch),
  wrapped('a quoted reply', mail.quoted),
  wrapped('base64', mail.base64, false),
  wrapped('quoted-printable', mail.quotedPrintable, false),
  series,
  restyled('locals of the patch renamed', (touched) => renamed(touched, false)),
  { ...restyled('all locals and parameters renamed', (touched) => renamed(touched, true)), hides: true },
  restyled('declarations reordered', reordered),
  restyled('more braces', braced, true),
  restyled('comments anywhere', commented, true),
];
