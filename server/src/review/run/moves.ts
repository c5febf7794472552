/** Code that reads the same in two programs, and where what stood in the one stands in the other. */
import type { Expr, Span, Stmt } from '../../c/ast.ts';
import type { Program } from '../program.ts';
import type { CodeText } from '../text.ts';
import type { Spot } from './run.ts';

export interface Moves {
  /**
   * True if both read the same but for where they stand. From then on the others can tell of what stands in them. `text`
   * is where both stand, as far as they are not statements that tell it themselves.
   */
  same(before: unknown, now: unknown, text?: { readonly before: CodeText; readonly now: CodeText }): boolean;
  node<T extends Stmt | Expr>(node: T): T;
  /** Null: it is not a place of anything that was compared. */
  spot(spot: Spot): Spot | null;
}

/** Code nested deeper than this is run again rather than compared. */
const DEEPEST = 500;

/** Where the spans of one text begin and end in another. */
interface Shift {
  readonly text: CodeText;
  readonly starts: Map<number, number>;
  readonly ends: Map<number, number>;
}

export function movesBetween(before: Program, now: Program): Moves {
  const nodes = new Map<object, object>();
  const shifts = new Map<CodeText, Shift>();
  const compared = new Map<object, { readonly now: unknown; readonly same: boolean }>();

  const shiftOf = (from: CodeText, to: CodeText): Shift | null => {
    const shift = shifts.get(from) ?? { text: to, starts: new Map(), ends: new Map() };
    shifts.set(from, shift);
    return shift.text === to ? shift : null;
  };

  /** The position of one pair of spans; false: the same code, taken from two texts into one or from one into two. */
  const place = (a: Span, b: Span, shift: Shift | null): boolean => {
    const owner = before.ownerOf(a);
    const owned = now.ownerOf(b);
    if ((owner === null) !== (owned === null) || a.end > a.start !== b.end > b.start) return false;
    const at = owner && owned ? shiftOf(owner, owned) : shift;
    if (owner && !at) return false;
    nodes.set(a, b);
    at?.starts.set(a.start, b.start);
    at?.ends.set(a.end, b.end);
    return true;
  };

  /** The very same code, in a text of both: all of it stands where it stood. */
  const standsStill = (owner: CodeText | null): boolean => owner === null || shiftOf(owner, owner) !== null;

  const alike = (a: unknown, b: unknown, shift: Shift | null, depth: number): boolean => {
    if (depth > DEEPEST) return false;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
    if (a instanceof Map || b instanceof Map)
      return a instanceof Map && b instanceof Map && alike([...a], [...b], shift, depth + 1);
    if (Array.isArray(a) !== Array.isArray(b)) return false;
    let inner = shift;
    if (isPositioned(a)) {
      if (!isPositioned(b)) return false;
      if (a === b && before.ownerOf(a) === now.ownerOf(b)) return standsStill(before.ownerOf(a));
      if (!place(a, b, shift)) return false;
      const owner = before.ownerOf(a);
      inner = (owner && shifts.get(owner)) ?? shift;
    }
    // Types, models and all that stands nowhere is most often the very same thing.
    else if (a === b && !Array.isArray(a)) return true;
    const names = Object.keys(a);
    if (names.length !== Object.keys(b).length) return false;
    for (const name of names) {
      if (name === 'start' || name === 'end' || name === 'source') continue;
      if (!Object.hasOwn(b, name)) return false;
      const [left, right] = [Reflect.get(a, name), Reflect.get(b, name)];
      // A step of the kernel's flow is known by itself.
      if (name === 'node' ? left !== right : !alike(left, right, inner, depth + 1)) return false;
    }
    return true;
  };

  return {
    same(a, b, text) {
      if (typeof a !== 'object' || a === null) return a === b;
      const known = compared.get(a);
      if (known && known.now === b) return known.same;
      const shift = text ? shiftOf(text.before, text.now) : null;
      const same = !(text && !shift) && alike(a, b, shift, 0);
      compared.set(a, { now: b, same });
      return same;
    },
    node<T extends Stmt | Expr>(node: T): T {
      return (nodes.get(node) as T | undefined) ?? node;
    },
    spot({ text, span, function: name }) {
      const shift = shifts.get(text);
      if (shift?.text === text) return { text, span, function: name };
      const start = shift?.starts.get(span.start);
      const end = shift?.ends.get(span.end);
      if (!shift || start === undefined || end === undefined) return null;
      const node = nodes.get(span);
      return { text: shift.text, span: isPositioned(node) ? node : { start, end }, function: name };
    },
  };
}

const isPositioned = (value: unknown): value is Span =>
  typeof value === 'object' && value !== null && 'start' in value && typeof value.start === 'number' && 'end' in value;
