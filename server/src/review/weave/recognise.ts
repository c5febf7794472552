/** Whether a statement of a hunk is one that a step of the kernel's flow stands for. */
import type { Span, Stmt } from '../../c/ast.ts';
import type { CParser } from '../../c/parse/parser.ts';
import { calledIn, hasNames, matchPattern, type Pattern, parsePattern } from '../../c/pattern.ts';
import { codeOf } from '../text.ts';
import type { Element } from './element.ts';
import { headOf, type Item, isCompound, isHeadless } from './items.ts';
import { isWholeBranch, jumpsOf } from './jumps.ts';

export interface Recognised {
  /** Greater for a mark that says more. */
  readonly weight: number;
  /** Kernel name to the hunk's spelling. */
  readonly names: ReadonlyMap<string, string>;
}

export interface Recogniser {
  mark(text: string): Mark;
}

interface Mark {
  /** Read when a statement first has these names. */
  readonly pattern: () => Pattern;
  readonly called: readonly string[];
  /** How much it says; the length of a variable's name says nothing. */
  readonly said: number;
}

/** Patterns are parsed once per parser: the marks are the kernel's, not the patch's. */
export function createRecogniser(parser: CParser): Recogniser {
  const known = new Map<string, Mark>();
  return {
    mark(text) {
      const mark = known.get(text) ?? {
        pattern: () => parsePattern(parser, text),
        called: calledIn(text),
        said: text.replace(/\$\w+/g, '$').length,
      };
      known.set(text, mark);
      return mark;
    },
  };
}

export function recognise(recogniser: Recogniser, item: Item, element: Element): Recognised | null {
  switch (element.kind) {
    case 'text':
      return sameCode(item, element) ? { weight: 4, names: new Map() } : null;
    case 'block':
      return isCompound(item.stmt) ? bestMark(recogniser, headOf(item.stmt), element.node.marks) : null;
    case 'step':
      if (element.node.kind === 'label')
        return item.stmt.kind === 'label' && item.stmt.name === element.node.name
          ? { weight: 2, names: new Map() }
          : null;
      // Of an `if` whose head stands before the hunk the jump tells, and only of one that has no braces.
      if (isHeadless(item.stmt))
        return isWholeBranch(element.node) ? bestMark(recogniser, item.stmt, jumpsOf(element.node)) : null;
      return bestMark(recogniser, headOf(item.stmt), element.node.marks);
  }
}

const spaceless = (code: string) => code.replace(/\s+/g, '');

/** Of a statement with statements inside, which may have changed, the head tells. */
function sameCode(item: Item, { shown, body }: Element & { kind: 'text' }): boolean {
  if (isCompound(item.stmt) !== isCompound(shown.stmt)) return false;
  const [own, other] = body ? [headSpan(item.stmt), headSpan(shown.stmt)] : [item.stmt, shown.stmt];
  return spaceless(codeOf(item.text, own)) === spaceless(codeOf(shown.text, other));
}

function headSpan(stmt: Stmt): Span {
  const body = stmt.kind === 'if' ? stmt.then : 'body' in stmt && !Array.isArray(stmt.body) ? stmt.body : null;
  return { start: stmt.start, end: body && 'start' in body ? body.start : stmt.end };
}

function bestMark(recogniser: Recogniser, stmt: Stmt, marks: readonly string[]): Recognised | null {
  let best: Recognised | null = null;
  for (const text of marks) {
    const { pattern, called, said } = recogniser.mark(text);
    const match = hasNames(stmt, called) && isTelling(stmt, pattern) ? matchPattern(pattern(), stmt) : null;
    if (!match) continue;
    // A mark that says more counts more, and so does a name that is the kernel's own.
    const weight = 1 + said / 64 + identities(match.bindings) / 16;
    if (best === null || weight > best.weight) best = { weight, names: match.bindings };
  }
  return best;
}

/** Any variable may be declared with any value: only what a declaration calls or names tells. */
const isTelling = (stmt: Stmt, pattern: Mark['pattern']) => stmt.kind !== 'declare' || pattern().names.length > 0;

const identities = (bindings: ReadonlyMap<string, string>) =>
  [...bindings].filter(([kernelName, spelling]) => kernelName === spelling).length;
